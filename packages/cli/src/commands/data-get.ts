import { fetchSet, isPublicSetName, publicSetDirectory, publicSets } from "@fluxion/node";
import { formatCount } from "../format.ts";
import { Interrupted, interruptible } from "../interruption.ts";

/** Options of `fluxion data get`. */
export interface DataGetArguments {
  /** Where the files go. Default: the cache, in which `fluxion train NAME` looks. */
  readonly out?: string | undefined;
}

/** Fetches a public data set, or says what to do by hand. */
export async function dataGet(name: string, { out }: DataGetArguments): Promise<void> {
  if (!isPublicSetName(name)) {
    throw new Error(`data get: expected one of ${Object.keys(publicSets).join(", ")}, got "${name}"; give the path of your own files to fluxion train`);
  }
  const set = publicSets[name];
  const directory = out ?? publicSetDirectory(name);
  const stopped = (): Interrupted => new Interrupted(`${directory}: stopped before the end, what arrived is kept`, "the same command goes on from there");
  const { cached, unverified } = await interruptible(stopped, () => fetchSet(set, directory, { onProgress: tenths() }));
  for (const url of unverified) process.stdout.write(`unverified: no checksum is known of ${url}\n`);
  process.stdout.write(`${directory}: ${set.title}, ${cached ? "there already" : "fetched"}; train on it by: fluxion train ${out ?? name}\n`);
}

/** Prints every file that arrives, and every tenth of it. */
function tenths(): (url: string, done: number, total: number | undefined) => void {
  let [address, tenth] = ["", 0];
  return (url, done, total) => {
    if (url !== address) {
      process.stdout.write(`${url}${total === undefined ? "" : `: ${formatCount(total)} bytes`}\n`);
      [address, tenth] = [url, 0];
    }
    const reached = total === undefined ? 0 : Math.floor((10 * done) / total);
    if (reached > tenth) process.stdout.write(`${String(10 * reached).padStart(4)}%\n`);
    tenth = Math.max(tenth, reached);
  };
}

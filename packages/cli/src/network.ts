/** @file From options to the network. */
import { modelFromConfig } from "fluxion";
import type { Model } from "fluxion";
import type { TrainOptions } from "./options.ts";

/** The options that each kind of network understands. */
const optionsOf = {
  mlp: ["width", "depth", "activation", "time"],
  unet: ["channels", "multiples", "blocks", "attention", "heads", "patch", "superResolution"],
  adm: [
    "channels", "multiples", "blocks", "attention", "heads", "headChannels", "scaleShift", "residualResample", "convResample",
    "dropout", "superResolution",
  ],
  dit: ["size", "width", "depth", "heads", "patch", "superResolution"],
} as const satisfies Readonly<Record<string, readonly (keyof TrainOptions)[]>>;

type Kind = keyof typeof optionsOf;

/** What stands where an option is not given: networks that train in minutes on a CPU. */
const defaultsOf: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  mlp: {},
  unet: { channels: 48, multiples: [1, 2], blocks: 1, patch: 2 },
  adm: { channels: 32, multiples: [1, 2], blocks: 1 },
  dit: { width: 128, depth: 4, heads: 4, patch: 4 },
};

/**
 * The network that options ask for.
 *
 * @param event - the shape of one example
 * @param classes - the number of classes it is told. Default: none
 * @throws Error for options of another kind of network: they are refused, not ignored
 */
export function modelOf(options: TrainOptions, event: readonly number[], classes?: number): Model {
  const kind = kindOf(options, event);
  refuseOthers(options, kind);
  const given = Object.fromEntries(optionsOf[kind].flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
  const shape = kind === "mlp" ? { dimension: event[0] } : { image: event };
  const told = classes !== undefined && { classes };
  return modelFromConfig({ kind, ...(options.size === undefined && defaultsOf[kind]), ...given, ...told, ...shape });
}

function kindOf({ model, data }: TrainOptions, event: readonly number[]): Kind {
  if (event.length === 3) return model ?? "unet";
  if (model === undefined) return "mlp";
  throw new Error(`model: expected only for images, got ${model} for ${data}; leave it out`);
}

function refuseOthers(options: TrainOptions, kind: Kind): void {
  const own: readonly string[] = optionsOf[kind];
  const all = [...new Set(Object.values(optionsOf).flat())];
  const stray = all.filter((key) => options[key] !== undefined && !own.includes(key));
  const [first] = stray;
  if (first === undefined) return;
  const owners = Object.entries(optionsOf).flatMap(([name, keys]) => ((keys as readonly string[]).includes(first) ? [name] : []));
  throw new Error(
    `${stray.join(", ")}: expected only for ${owners.join(" or ")}, got it for ${options.data} with ${kind}; leave it out`,
  );
}

/** @file A runtime whose sessions live in a worker, so that the page stays free. */
import { isHostTensor } from "@fluxion/graph";
import type { Device, DeviceTensor, Executable, Feed, HostTensor, Results, Runtime, RunOptions } from "@fluxion/graph";
import { lowerFor } from "@fluxion/ort";
import { Conversation } from "./conversation.ts";
import type { SentTensor } from "./protocol.ts";
import type { WebRuntimeOptions } from "./runtime.ts";

/** Options of `workerRuntime`. */
export interface WorkerRuntimeOptions extends WebRuntimeOptions {
  /** Makes the worker, a module that calls `serveRuntime()`: `() => new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`. */
  readonly worker: () => Worker;
}

/** A runtime in a worker. */
export interface WorkerRuntime extends Runtime {
  /** Ends the worker, whatever it computes: what is under way rejects, and so does what comes. */
  terminate(): void;
  /** Ends the worker and starts another. What was compiled or kept in the old one is gone: compile again, go on from what was read. */
  restart(): Promise<void>;
}

/**
 * `webRuntime` in a worker.
 *
 * @throws what `webRuntime` throws; DeviceLostError if the worker does not start
 */
export async function workerRuntime({ worker, ...options }: WorkerRuntimeOptions): Promise<WorkerRuntime> {
  let [talk, device] = await begin(worker, options);
  return {
    get device() {
      return device;
    },
    compile: async (program, options = {}) => {
      const inside = talk;
      const { executable, threads } = await inside.ask({ do: "compile", lowered: lowerFor(program, device.kind, options) });
      return remote(inside, executable, threads);
    },
    load: async (model, { name = "model" } = {}) => {
      const inside = talk;
      const { executable, threads, signature } = await inside.ask({ do: "load", model, name });
      return { ...signature, ...remote<string, never>(inside, executable, threads) };
    },
    terminate: () => talk.end("the worker was terminated; restart() starts another"),
    restart: async () => {
      talk.end("the worker was restarted; compile again");
      [talk, device] = await begin(worker, options);
    },
  };
}

async function begin(worker: () => Worker, options: WebRuntimeOptions): Promise<[Conversation, Device]> {
  const talk = new Conversation(worker());
  try {
    const device = await talk.ask({ do: "start", options, lock: talk.lock });
    talk.watch();
    return [talk, { ...device, name: `${device.name}, in a worker` }];
  } catch (error) {
    talk.end("the worker did not start");
    throw error;
  }
}

function remote<Output extends string, Resident extends Output>(talk: Conversation, executable: number, threads: number): Executable<Output, Resident> {
  return {
    threads,
    run: async (feeds: Readonly<Record<string, Feed>>, { signal }: RunOptions = {}) => {
      signal?.throwIfAborted();
      const sent = Object.entries(feeds).map(([key, feed]): [string, SentTensor] => [key, sentOf(talk, key, feed)]);
      const answer = talk.ask({ do: "run", executable, feeds: Object.fromEntries(sent) });
      const received = async (): Promise<Results<Output, Resident>> => {
        const results = Object.entries(await answer).map(([key, tensor]) => [key, "held" in tensor ? keptTensor(talk, tensor) : tensor]);
        return Object.fromEntries(results) as Results<Output, Resident>;
      };
      return signal ? unlessAborted(received(), signal) : received();
    },
    dispose: () => (talk.ended === undefined ? talk.ask({ do: "dispose", executable }) : Promise.resolve()),
  };
}

/** Rejects when the signal is raised. The worker goes on to the end of the run; what it gives is dropped. */
function unlessAborted<T extends object>(results: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
      results.then(dropAll, () => undefined);
    };
    signal.addEventListener("abort", abort, { once: true });
    results.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function dropAll(results: object): void {
  for (const tensor of Object.values(results) as Feed[]) if (!isHostTensor(tensor)) tensor.dispose();
}

interface Kept {
  readonly talk: Conversation;
  readonly held: number;
}

/** Where each tensor is kept, until it is disposed of. */
const kept = new WeakMap<DeviceTensor, Kept>();

function keptTensor(talk: Conversation, { dtype, shape, held }: Extract<SentTensor, { held: number }>): DeviceTensor {
  const tensor: DeviceTensor = {
    dtype,
    shape,
    read: (): Promise<HostTensor> =>
      kept.has(tensor) ? talk.ask({ do: "read", held }) : Promise.reject(new Error("this tensor was disposed of; read what you need before")),
    dispose: () => {
      if (kept.delete(tensor) && talk.ended === undefined) talk.ask({ do: "drop", held }).catch(() => undefined);
    },
  };
  kept.set(tensor, { talk, held });
  return tensor;
}

function sentOf(talk: Conversation, key: string, feed: Feed): SentTensor {
  if (isHostTensor(feed)) return feed;
  const own = kept.get(feed);
  if (own?.talk === talk) return { dtype: feed.dtype, shape: feed.shape, held: own.held };
  if (feed.host) return feed.host;
  throw new TypeError(`input "${key}": expected values or a tensor of this worker, got one that was disposed of or lies elsewhere; read() it there`);
}

/** @file The page's end of the worker: one at a time, and another one when it dies. */
import { signal } from "@preact/signals";
import type { Device } from "@fluxion/graph";
import type { Remote } from "./rpc.ts";
import { remote } from "./rpc.ts";
import type { Engine } from "./runtime.ts";
import type { StudioService } from "./service.ts";

/** What the worker is doing. */
export type Connection =
  | { readonly status: "starting" }
  | { readonly status: "ready"; readonly device: Device }
  | { readonly status: "failed"; readonly message: string };

/** The state of the worker, for the page to tell. */
export const connection = signal<Connection>({ status: "starting" });

/** The worker has died; what was being computed is lost. */
export class WorkerLostError extends Error {
  override readonly name = "WorkerLostError";
}

let worker: Worker | undefined;
let lab: Remote<StudioService> | undefined;
let queue: Promise<unknown> = Promise.resolve();

/** Starts a worker, in place of the one before. */
export async function startWorker(engine: Engine): Promise<void> {
  worker?.terminate();
  lab?.fail(new WorkerLostError("studio: the worker was replaced; what it was computing is lost"));
  connection.value = { status: "starting" };
  const started = new Worker(new URL("./main.ts", import.meta.url), { type: "module", name: "fluxion" });
  const made = remote<StudioService>(started);
  worker = started;
  lab = made;
  queue = Promise.resolve();
  started.addEventListener("error", (event) => {
    event.preventDefault();
    lose(started, made, event.message || "it could not be loaded");
  });
  try {
    const device = await made.call.start(engine);
    if (worker === started) connection.value = { status: "ready", device };
  } catch (error) {
    if (worker === started) connection.value = { status: "failed", message: messageOf(error) };
    throw error;
  }
}

function lose(dead: Worker, remoteOf: Remote<StudioService>, why: string): void {
  if (worker !== dead) return;
  dead.terminate();
  connection.value = { status: "failed", message: why };
  remoteOf.fail(new WorkerLostError(`studio: the worker stopped: ${why}; it is started again`));
}

/** One call of the worker after the other: what a call works on stays as it is until it is done. */
export function ask<T>(work: (service: StudioService) => Promise<T>): Promise<T> {
  const call = lab?.call;
  if (!call) return Promise.reject(new WorkerLostError("studio: expected a worker, got none yet"));
  const done = queue.then(() => work(call));
  queue = done.catch(() => undefined);
  return done;
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

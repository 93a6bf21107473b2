import { DeviceLostError, receiveError } from "./errors.ts";
import type { Answer, Answers, Ask } from "./protocol.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

let conversations = 0;

/** Questions to one worker and their answers, until either side ends it. */
export class Conversation {
  /** The name of the lock that the worker holds while it lives. */
  readonly lock: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.lock = `fluxion worker ${String(conversations++)} ${String(performance.timeOrigin)}`;
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      this.end(`the worker broke off: ${event.message || "its module did not load"}; restart() starts another`);
    });
    worker.addEventListener("messageerror", () => this.end("the worker sent what cannot be read; restart() starts another"));
  }

  /** Why no answers come any more. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** Asks and awaits the answer. */
  ask<A extends Ask>(question: A): Promise<Answers[A["do"]]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question });
    });
  }

  /** Ends the conversation when the worker's lock is free: the worker is gone. Browsers have locks in secure contexts alone. */
  watch(): void {
    if (!("locks" in navigator)) return;
    void navigator.locks.request(this.lock, () => {
      this.end("the worker is gone, as when the browser ends it for want of memory; restart() starts another: go on from what was read last");
    });
  }

  /** Ends the worker; what waits rejects. */
  end(why: string): void {
    if (this.#ended) return;
    this.#ended = new DeviceLostError(`workerRuntime: ${why}`);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(receiveError(answer.error));
    else waiting?.resolve(answer.value as never);
  }
}

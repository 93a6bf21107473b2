/** @file The worker's side of `workerRuntime`. */
import { isHostTensor } from "@fluxion/graph";
import type { DeviceTensor, Feed, HostTensor } from "@fluxion/graph";
import { openLowered, sessionRuntime } from "@fluxion/ort";
import type { Sessions } from "@fluxion/ort";
import { sendError } from "./errors.ts";
import { buffersOf } from "./protocol.ts";
import type { Answer, Answers, Ask, Question, SentTensor } from "./protocol.ts";
import { webSessions } from "./runtime.ts";

/** Serves the page's `workerRuntime`: the one call of a worker's module. */
export function serveRuntime(): void {
  const answer = answering();
  self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
    answer(data).then(
      (value) => post({ id: data.id, value }, data.do === "run" || data.do === "read" ? value : undefined),
      (error: unknown) => post({ id: data.id, error: sendError(error) }),
    );
  });
}

/** What was computed for the page alone is moved; what the worker keeps is copied. */
function post(message: Answer, value?: unknown): void {
  const results = (value ?? {}) as Readonly<Record<string, SentTensor>> | HostTensor;
  self.postMessage(message, { transfer: "data" in results ? [] : buffersOf(results) });
}

/** Things under numbers, which is how the page names them. */
class Numbered<T> {
  readonly #things = new Map<number, T>();
  #next = 0;

  add(thing: T): number {
    this.#things.set(this.#next, thing);
    return this.#next++;
  }

  get(number: number): T {
    const thing = this.#things.get(number);
    if (thing === undefined) throw new Error("this was disposed of, or belongs to a worker that was restarted; make it again");
    return thing;
  }

  take(number: number): T | undefined {
    const thing = this.#things.get(number);
    this.#things.delete(number);
    return thing;
  }
}

/** An executable, whichever of its outputs stay. */
interface Runnable {
  readonly threads?: number;
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Feed>>>;
  dispose(): Promise<void>;
}

function answering(): (question: Ask) => Promise<Answers[keyof Answers]> {
  let sessions: Sessions | undefined;
  const executables = new Numbered<Runnable>();
  const held = new Numbered<DeviceTensor>();
  const started = (): Sessions => {
    if (!sessions) throw new Error("internal: the worker was asked before it was started");
    return sessions;
  };
  const feedOf = (sent: SentTensor): Feed => ("held" in sent ? held.get(sent.held) : sent);
  const sentOf = (tensor: Feed): SentTensor =>
    isHostTensor(tensor) ? tensor : { dtype: tensor.dtype, shape: tensor.shape, held: held.add(tensor) };
  return async (question) => {
    switch (question.do) {
      case "start":
        holdLock(question.lock);
        sessions = await webSessions(question.options);
        return sessions.device;
      case "compile": {
        const executable: Runnable = await openLowered<string, string>(started(), question.lowered, started().device.threads);
        return { executable: executables.add(executable), threads: executable.threads ?? 1 };
      }
      case "load": {
        const { inputs, outputs, name, ...executable } = await sessionRuntime(started()).load(question.model, { name: question.name });
        return { executable: executables.add(executable), threads: executable.threads ?? 1, signature: { inputs, outputs, name } };
      }
      case "run": {
        const feeds = Object.entries(question.feeds).map(([key, sent]): [string, Feed] => [key, feedOf(sent)]);
        const results = await executables.get(question.executable).run(Object.fromEntries(feeds));
        return Object.fromEntries(Object.entries(results).map(([key, tensor]) => [key, sentOf(tensor)]));
      }
      case "read":
        return held.get(question.held).read();
      case "drop":
        held.take(question.held)?.dispose();
        return undefined;
      case "dispose":
        await executables.take(question.executable)?.dispose();
        return undefined;
    }
  };
}

/** Held as long as this worker lives: the page asks for the same lock, and gets it when the worker is gone. */
function holdLock(name: string): void {
  if ("locks" in navigator) void navigator.locks.request(name, () => new Promise(() => undefined));
}

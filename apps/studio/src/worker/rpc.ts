/** @file Calls across a worker's border: a request is a method's name and arguments, an answer its result or error. */

/** The part of a worker, or of its own scope, that messages pass through. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
}

/** Methods that may be called from the other side. */
export type Service = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly given: readonly unknown[];
}

type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ErrorText };

interface ErrorText {
  readonly name: string;
  readonly message: string;
}

/** Serves calls that arrive at a port. Typed arrays of results move, they are not copied. */
export function serve(port: Port, service: object): void {
  port.addEventListener("message", ({ data }) => {
    const { id, method, given } = data as Request;
    const called = (service as Service)[method];
    const result = called ? called(...(given as never[])) : Promise.reject(new Error(`worker: no method ${method}`));
    result.then(
      (value) => {
        port.postMessage({ id, result: value } satisfies Answer, buffersOf(value));
      },
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        port.postMessage({ id, error: { name, message } } satisfies Answer, []);
      },
    );
  });
}

/** The buffers of all arrays in a value, each once. */
function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) found.add(part.buffer);
    } else if (typeof part === "object" && part !== null) Object.values(part).forEach(look);
  };
  look(value);
  return [...found];
}

/** A service on the other side of a port, and how to give up on it. */
export interface Remote<S> {
  readonly call: S;
  /** Fails all calls under way and to come. */
  fail(error: Error): void;
}

/** Calls a service on the other side. */
export function remote<S extends object>(port: Port): Remote<S> {
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  let broken: Error | undefined;
  port.addEventListener("message", ({ data }) => {
    const answer = data as Answer;
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) call?.reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
    else call?.resolve(answer.result);
  });
  const call = new Proxy({} as S, {
    get: (_, method) =>
      (...given: readonly unknown[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          if (broken) {
            reject(broken);
            return;
          }
          last += 1;
          waiting.set(last, { resolve, reject });
          port.postMessage({ id: last, method: String(method), given } satisfies Request, []);
        }),
  });
  return {
    call,
    fail: (error) => {
      broken = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

/** @file Errors on their way between page and worker, and failures of ONNX Runtime in words that say what to do. */

/** The GPU or worker that computed is gone, and what it held with it. What was read before is all there is to go on from. */
export class DeviceLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DeviceLostError";
  }
}

/** There was too little memory. */
export class OutOfMemoryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OutOfMemoryError";
  }
}

const lost = /device (?:is |was )?lost|DEVICE_LOST|Instance (?:is |was )?(?:lost|dropped)|aborted\(/i;
const noMemory = /out of memory|OUT_OF_(?:DEVICE|HOST)_MEMORY|bad[ _]alloc|failed to allocate memory|Array buffer allocation failed|exceeds the max(?:imum)? buffer size|Tensor shape is too large|Aborted\(OOM/i;

/** A failure of ONNX Runtime in words that say what to do; others as they are. */
export function explainFailure(error: unknown, name: string, device: string): unknown {
  const message = typeof error === "number" ? "bad_alloc" : error instanceof Error ? error.message : String(error);
  if (noMemory.test(message)) {
    const advice = device === "wasm" ? "WebAssembly has 4 GB at most; reload the page to get back what it grew to" : "close other pages that use the GPU";
    return new OutOfMemoryError(
      `${name}: expected enough memory on ${device}, got too little; use a smaller batch, chunk or model; ${advice} (${message})`,
      { cause: error },
    );
  }
  if (lost.test(message)) return new DeviceLostError(`${name}: ${lostDevice(device)} (${message})`, { cause: error });
  return error;
}

/** What to do about a lost device. */
export const lostDevice = (device: string): string =>
  `the ${device} device was lost, as when a driver restarts or a page is hidden long: make a new runtime, in a new page or worker, and go on from what was read last, such as a trainer's "saved"`;

/** An error on its way. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** An error as a message. */
export function sendError(error: unknown): SentError {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: "Error", message: String(error) };
}

const kinds: Readonly<Record<string, new (message: string) => Error>> = { RangeError, TypeError, DeviceLostError, OutOfMemoryError };

/** The error of a message, of its class where that is known. */
export function receiveError({ name, message, stack }: SentError): Error {
  const error = new (kinds[name] ?? Error)(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** @file A GPU that is lost: ONNX Runtime would wait for it for ever. */
import type { InferenceSession } from "onnxruntime-web/webgpu";

/** What is read of a `GPUDevice`. */
interface Gpu {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}

/**
 * Watches the device that ONNX Runtime computes on. It makes one for the first session, and gives it up with the last: the
 * next session has another.
 */
export class GpuWatch {
  readonly #webgpu: { readonly device: unknown };
  #sessions = 0;
  #loss: Promise<never> | undefined;

  constructor(webgpu: { readonly device: unknown }) {
    this.#webgpu = webgpu;
  }

  /** What comes of work on the GPU, unless that is lost before. */
  unlessLost<T>(work: Promise<T>): Promise<T> {
    return this.#loss ? Promise.race([this.#loss, work]) : work;
  }

  /** A session whose runs end when the GPU is lost. */
  async watch(opening: Promise<InferenceSession>): Promise<InferenceSession> {
    const session = await this.unlessLost(opening);
    this.#sessions += 1;
    this.#loss ??= lossOf((await this.#webgpu.device) as Gpu);
    const run = session.run.bind(session) as (...all: unknown[]) => Promise<InferenceSession.ReturnType>;
    const release = session.release.bind(session);
    session.run = (...all: unknown[]) => this.unlessLost(run(...all));
    session.release = async () => {
      this.#sessions -= 1;
      if (this.#sessions === 0) this.#loss = undefined;
      await release();
    };
    return session;
  }
}

function lossOf({ lost }: Gpu): Promise<never> {
  const loss = lost.then(({ reason, message }): never => {
    throw new Error(`device lost: ${[reason, message].filter(Boolean).join(", ")}`);
  });
  // Whoever computes hears of it; where nobody does there is nothing to say.
  loss.catch(() => undefined);
  return loss;
}

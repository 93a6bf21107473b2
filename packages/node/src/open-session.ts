import * as ort from "onnxruntime-node";
import { withoutTelemetry } from "./devices/telemetry.ts";

/**
 * Opens a session.
 *
 * @param model - the bytes of an ONNX file
 * @param more - options of ONNX Runtime beside those of every session
 */
export function openSession(
  model: Uint8Array,
  threads: number,
  more: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  withoutTelemetry();
  return ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Patterns of memory reuse make the first calls of large programs several times slower and double their memory.
    enableMemPattern: false,
    // Threads would wait for the next call in a loop, for 50 ms: a solver's two programs then take each other's cores.
    extra: { session: { force_spinning_stop: "1" } },
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...more,
  });
}

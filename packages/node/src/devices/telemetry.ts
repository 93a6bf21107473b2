/**
 * Keeps ONNX Runtime from what nobody asked for: its builds for Linux keep a device identifier and a database of events
 * under `~/.cache/Microsoft/DeveloperTools`, write to the temporary directory, and know where to send events. They read the
 * variable when their first session opens. Whoever has set it, to `0` if they want telemetry, is left their way.
 */
export function withoutTelemetry(): void {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}

import { Interrupted } from "./interruption.ts";
import { program } from "./program.ts";

try {
  await program().parseAsync();
} catch (error) {
  // A mistake of the user needs its message, not our stack.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${message}\n`);
  if (process.env["FLUXION_DEBUG"] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
  // Work that was stopped knows nothing of it; what was written of the message goes out first.
  if (error instanceof Interrupted) process.stderr.write("", () => process.exit());
}

import { Interrupted } from "./commands/train.ts";
import { program } from "./program.ts";

try {
  await program().parseAsync();
} catch (error) {
  // A mistake of the user needs its message, not our stack.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${message}\n`);
  if (process.env["FLUXION_DEBUG"] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}

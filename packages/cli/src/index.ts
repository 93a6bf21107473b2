/** @file `@fluxion/cli`: the `fluxion` command as a library, for tests and for other tools. */
export { train } from "./commands/train.ts";
export { Interrupted } from "./interruption.ts";
export { program } from "./program.ts";

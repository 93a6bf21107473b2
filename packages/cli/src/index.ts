/** @file `@fluxion/cli`: the `fluxion` command as a library, for tests and for other tools. */
export { Interrupted, train } from "./commands/train.ts";
export { program } from "./program.ts";

import { homedir } from "node:os";
import { join } from "node:path";

/** `$XDG_CACHE_HOME/fluxion/NAME`, where `~/.cache` stands in for a missing variable. */
export const cacheDirectory = (name: string): string =>
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "fluxion", name);

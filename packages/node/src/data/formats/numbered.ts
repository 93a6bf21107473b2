import { join } from "node:path";
import type { ImageSource } from "./image-format.ts";

/**
 * The files of a directory whose name fits, in the order of the number that it holds.
 *
 * @param pattern - with a group for the number
 * @param wanted - their names, for the message
 * @throws Error if there is none
 */
export function numbered({ path, names }: ImageSource, pattern: RegExp, wanted: string): readonly string[] {
  const number = (name: string): number => Number(pattern.exec(name)?.[1] ?? NaN);
  const files = names.filter((name) => pattern.test(name)).sort((a, b) => number(a) - number(b));
  if (files.length > 0) return files.map((name) => join(path, name));
  throw new Error(`${path}: expected ${wanted}, got none; put the files there`);
}

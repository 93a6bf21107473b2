import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** IDX files of grey square pictures with a bar where the label says. */
export function writeBars(directory: string, split: string, n: number, side = 12): void {
  const header = (type: number, ...shape: number[]): Uint8Array => {
    const bytes = new Uint8Array(4 + 4 * shape.length);
    bytes.set([0, 0, 8, type]);
    shape.forEach((length, i) => {
      new DataView(bytes.buffer).setUint32(4 + 4 * i, length);
    });
    return bytes;
  };
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: n * side * side }, (_, at) => {
    const [i, y] = [Math.floor(at / side ** 2), Math.floor((at % side ** 2) / side)];
    return y === 2 + 4 * (labels[i] ?? 0) ? 200 + ((7 * i + 3 * at) % 50) : (11 * i + 5 * at) % 60;
  });
  writeFileSync(join(directory, `${split}-images-idx3-ubyte`), Buffer.concat([header(3, n, side, side), images]));
  writeFileSync(join(directory, `${split}-labels-idx1-ubyte`), Buffer.concat([header(1, n), labels]));
}

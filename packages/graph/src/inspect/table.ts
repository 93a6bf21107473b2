/** @file Plain text that reads well: aligned columns, numbers with SI prefixes. */

/** A column: its heading, and whether it holds numbers, which stand to the right. */
export interface Column {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** Rows of cells as aligned text, headings first, one line each. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, i) => lines.reduce((most, line) => Math.max(most, (line[i] ?? "").length), 0));
  return lines.map((line) => formatLine(columns, widths, line)).join("\n");
}

function formatLine(columns: readonly Column[], widths: readonly number[], line: readonly string[]): string {
  const cells = columns.map(({ numeric }, i) => {
    const [cell, width] = [line[i] ?? "", widths[i] ?? 0];
    return numeric === true ? cell.padStart(width) : cell.padEnd(width);
  });
  return cells.join("  ").trimEnd();
}

const prefixes = ["", "k", "M", "G", "T", "P"];

/** Three digits with an SI prefix: `formatSi(12345, "B")` is `12.3 kB`. */
export function formatSi(value: number, unit: string): string {
  // What rounds up to 1000 takes the next prefix.
  const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value) * 1.0005) / 3);
  const at = Math.min(Math.max(power, 0), prefixes.length - 1);
  const scaled = value / 1000 ** at;
  const digits = Number.isInteger(scaled) && at === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(scaled), 1) * 1.0005)));
  return `${scaled.toFixed(digits)} ${prefixes[at] ?? ""}${unit}`.trimEnd();
}

/** `12.3%` of a whole; of nothing, 0%. */
export function formatShare(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)}%`;
}

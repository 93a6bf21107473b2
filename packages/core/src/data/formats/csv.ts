/** @file Tables of numbers as text. */
import type { FloatArray } from "../../random/float-array.ts";

/** A table of numbers. */
export interface CsvTable {
  /** Row-major values. */
  readonly data: Float64Array;
  /** Rows and columns. */
  readonly shape: readonly [number, number];
  /** The names in the first row, if it holds names. */
  readonly header?: readonly string[];
}

interface Row {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * Reads rows of finite numbers separated by commas, semicolons, tabs or spaces. A first row without any number is a
 * header; empty lines and lines that begin with # are skipped.
 * @throws Error naming `file`, line and column for cells that are no finite number and for rows of unequal length.
 */
export function parseCsv(text: string, file = "parseCsv"): CsvTable {
  const rows = splitRows(text);
  const first = rows[0];
  const named = first?.cells.every((cell) => cell !== "" && !isNumeric(cell)) === true;
  const body = named ? rows.slice(1) : rows;
  if (first === undefined || body.length === 0) {
    throw new Error(
      `${file}: expected rows of numbers, got ${named ? "only a header" : "none"}; give one point a line`,
    );
  }
  const columns = first.cells.length;
  const data = new Float64Array(body.length * columns);
  body.forEach(({ line, cells }, row) => {
    if (cells.length !== columns) {
      throw new Error(
        `${file}: expected ${columns} columns as in line ${first.line}, got ${cells.length} in line ${line}; give every row the same number of columns`,
      );
    }
    cells.forEach((cell, column) => {
      data[row * columns + column] = parseCell(cell, `line ${line}, column ${column + 1}`, file);
    });
  });
  const table = { data, shape: [body.length, columns] as const };
  return named ? { ...table, header: first.cells } : table;
}

/**
 * Text of a table `[rows, columns]`, with the shortest digits that read back as the same numbers.
 * @throws RangeError if shape or header do not fit the values, or a value is not finite.
 */
export function writeCsv(
  data: FloatArray,
  shape: readonly [number, number],
  options: { readonly header?: readonly string[] | undefined } = {},
): string {
  const [rows, columns] = shape;
  const { header } = options;
  if (rows * columns !== data.length || (header !== undefined && header.length !== columns)) {
    throw new RangeError(
      `writeCsv: expected [rows, columns] of ${data.length} values and a name a column, got [${rows}, ${columns}] and ${header?.length ?? "no"} names; give the data's shape`,
    );
  }
  const show = data instanceof Float32Array ? shortest32 : String;
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns), (value) => show(checkedFinite(value))).join(","),
  );
  return [...(header === undefined ? [] : [header.map(quoted).join(",")]), ...lines, ""].join("\n");
}

/** The fewest digits that round to the same float32. */
function shortest32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function checkedFinite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RangeError(`writeCsv: expected finite values, got ${value}; remove those rows`);
}

const quoted = (name: string): string => (/[",;\s#]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);

function splitRows(text: string): Row[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const rows: Row[] = [];
  let split: ((line: string) => string[]) | undefined;
  lines.forEach((line, i) => {
    if (line.trim() === "" || line.trimStart().startsWith("#")) return;
    split ??= splitter(line);
    rows.push({ line: i + 1, cells: split(line) });
  });
  return rows;
}

/** How to cut the lines of a file, by its first one. */
function splitter(line: string): (line: string) => string[] {
  const bare = line.replace(/"(?:[^"]|"")*"/g, "");
  const separator = ["\t", ";", ","].find((mark) => bare.includes(mark));
  const pattern = separator === undefined ? /"(?:[^"]|"")*"|\S+/g : undefined;
  if (pattern !== undefined) return (text) => (text.match(pattern) ?? []).map(unquote);
  return (text) =>
    (text.includes('"') ? splitQuoted(text, separator ?? ",") : text.split(separator ?? ",")).map(unquote);
}

/** Cuts at separators outside double quotes. */
function splitQuoted(text: string, separator: string): string[] {
  const cells = [""];
  let inside = false;
  for (const character of text) {
    if (character === '"') inside = !inside;
    if (character === separator && !inside) cells.push("");
    else cells.push((cells.pop() ?? "") + character);
  }
  return cells;
}

function unquote(cell: string): string {
  const text = cell.trim();
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
}

const isNumeric = (cell: string): boolean => NUMBER.test(cell) || NOT_FINITE.test(cell);

function parseCell(cell: string, place: string, file: string): number {
  const value = NUMBER.test(cell) ? Number(cell) : NaN;
  if (Number.isFinite(value)) return value;
  const got = cell === "" ? "an empty cell" : JSON.stringify(cell.slice(0, 40));
  throw new Error(`${file}: expected a finite number in ${place}, got ${got}; remove or repair that row`);
}

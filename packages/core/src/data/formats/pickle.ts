/** @file Python's pickle format, as far as the batches of CIFAR-10 use it. Nothing is ever called or looked up. */

/** What a pickle holds. Strings and objects are described, not made. */
export type PickleValue =
  | null
  | boolean
  | number
  /** A string of bytes, by its place in the file. */
  | { readonly kind: "bytes"; readonly start: number; readonly length: number }
  | { readonly kind: "list"; readonly items: PickleValue[] }
  | { readonly kind: "tuple"; readonly items: PickleValue[] }
  | { readonly kind: "dict"; readonly entries: Map<string, PickleValue> }
  /** A name such as `numpy dtype`. */
  | { readonly kind: "global"; readonly name: string }
  /** What a call of a global would give: its arguments, and the state that it would get. */
  | { readonly kind: "object"; readonly of: string; readonly args: PickleValue; state: PickleValue };

/** The names that CIFAR-10 mentions; any other is refused. */
const GLOBALS = ["numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"];

interface Machine {
  readonly view: DataView;
  readonly file: string;
  at: number;
  stack: PickleValue[];
  readonly marks: PickleValue[][];
  readonly memo: Map<number, PickleValue>;
}

type Opcode = readonly [name: string, run?: (machine: Machine) => void];

const code = (character: string): number => character.charCodeAt(0);

/** Opcodes by their byte; those without an action are known only to be refused by name. */
const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, ["PROTO", protocol]],
  [code("}"), ["EMPTY_DICT", (m) => m.stack.push({ kind: "dict", entries: new Map() })]],
  [code("]"), ["EMPTY_LIST", (m) => m.stack.push({ kind: "list", items: [] })]],
  [code("("), ["MARK", mark]],
  [code("q"), ["BINPUT", (m) => m.memo.set(integer(m, 1), peek(m))]],
  [code("r"), ["LONG_BINPUT", (m) => m.memo.set(integer(m, 4), peek(m))]],
  [code("h"), ["BINGET", (m) => m.stack.push(recall(m, integer(m, 1)))]],
  [code("j"), ["LONG_BINGET", (m) => m.stack.push(recall(m, integer(m, 4)))]],
  [code("U"), ["SHORT_BINSTRING", (m) => m.stack.push(bytesOf(m, integer(m, 1)))]],
  [code("T"), ["BINSTRING", (m) => m.stack.push(bytesOf(m, integer(m, 4)))]],
  [code("K"), ["BININT1", (m) => m.stack.push(integer(m, 1))]],
  [code("M"), ["BININT2", (m) => m.stack.push(integer(m, 2))]],
  [code("J"), ["BININT", (m) => m.stack.push(integer(m, 4) | 0)]],
  [code("N"), ["NONE", (m) => m.stack.push(null)]],
  [0x88, ["NEWTRUE", (m) => m.stack.push(true)]],
  [0x89, ["NEWFALSE", (m) => m.stack.push(false)]],
  [0x85, ["TUPLE1", (m) => { tuple(m, 1); }]],
  [0x86, ["TUPLE2", (m) => { tuple(m, 2); }]],
  [0x87, ["TUPLE3", (m) => { tuple(m, 3); }]],
  [code("t"), ["TUPLE", (m) => { push(m, { kind: "tuple", items: sinceMark(m) }); }]],
  [code("c"), ["GLOBAL", global]],
  [code("R"), ["REDUCE", reduce]],
  [code("b"), ["BUILD", build]],
  [code("a"), ["APPEND", (m) => { append(m, [pop(m)]); }]],
  [code("e"), ["APPENDS", (m) => { append(m, sinceMark(m)); }]],
  [code("s"), ["SETITEM", (m) => { const value = pop(m); setItems(m, [pop(m), value]); }]],
  [code("u"), ["SETITEMS", (m) => { setItems(m, sinceMark(m)); }]],
  ...["0POP", "1POP_MARK", "2DUP", "BBINBYTES", "CSHORT_BINBYTES", "FFLOAT", "GBINFLOAT", "IINT", "LLONG", "PPERSID", "QBINPERSID",
    "SSTRING", "VUNICODE", "XBINUNICODE", "dDICT", "gGET", "iINST", "lLIST", "oOBJ", "pPUT", ")EMPTY_TUPLE", "\x81NEWOBJ", "\x82EXT1",
    "\x83EXT2", "\x84EXT4", "\x8aLONG1", "\x8bLONG4", "\x8cSHORT_BINUNICODE", "\x8dBINUNICODE8", "\x8eBINBYTES8", "\x8fEMPTY_SET",
    "\x90ADDITEMS", "\x91FROZENSET", "\x92NEWOBJ_EX", "\x93STACK_GLOBAL", "\x94MEMOIZE", "\x95FRAME", "\x96BYTEARRAY8",
  ].map((known): [number, Opcode] => [code(known), [known.slice(1)]]),
]);

const STOP = code(".");

/**
 * Reads a pickle of protocol 2 that holds nothing but what the batches of CIFAR-10 hold. The bytes are only ever described:
 * no name is looked up, no object made.
 * @throws Error naming `file` and the opcode or name that is none of those, or if the pickle ends before its end.
 */
export function parsePickle(bytes: Uint8Array, file = "parsePickle"): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const machine: Machine = { view, file, at: 0, stack: [], marks: [], memo: new Map() };
  for (;;) {
    const byte = integer(machine, 1);
    if (byte === STOP) break;
    const [name, run] = OPCODES.get(byte) ?? [`0x${byte.toString(16).padStart(2, "0")}`];
    if (!run) refuse(machine, "only the opcodes of CIFAR-10's batches", `${name} at byte ${machine.at - 1}`);
    run(machine);
  }
  return pop(machine);
}

function refuse({ file }: Machine, expected: string, got: string): never {
  throw new Error(`${file}: expected a pickle with ${expected}, got ${got}; it is not read further, fetch the file from its publisher`);
}

/** An unsigned little-endian number. */
function integer(machine: Machine, size: 1 | 2 | 4): number {
  const { view, at } = machine;
  if (at + size > view.byteLength) refuse(machine, "an end (STOP)", `only ${view.byteLength} bytes`);
  machine.at += size;
  return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function bytesOf(machine: Machine, length: number): PickleValue {
  const start = machine.at;
  if (start + length > machine.view.byteLength) {
    refuse(machine, `a string of ${length} bytes at byte ${start}`, `only ${machine.view.byteLength} bytes`);
  }
  machine.at += length;
  return { kind: "bytes", start, length };
}

function protocol(machine: Machine): void {
  const version = integer(machine, 1);
  if (version !== 2) refuse(machine, "protocol 2", `protocol ${version}`);
}

function peek(machine: Machine): PickleValue {
  const top = machine.stack.at(-1);
  if (top === undefined) refuse(machine, "a value before every opcode that takes one", `none at byte ${machine.at - 1}`);
  return top;
}

function pop(machine: Machine): PickleValue {
  const top = peek(machine);
  machine.stack.pop();
  return top;
}

/** For values that change the stack when they are computed. */
function push(machine: Machine, value: PickleValue): void {
  machine.stack.push(value);
}

function recall(machine: Machine, index: number): PickleValue {
  const value = machine.memo.get(index);
  if (value === undefined) refuse(machine, "references to what stands before them", `one to number ${index}`);
  return value;
}

/** What follows is collected apart, until an opcode takes it all. */
function mark(machine: Machine): void {
  machine.marks.push(machine.stack);
  machine.stack = [];
}

function sinceMark(machine: Machine): PickleValue[] {
  const below = machine.marks.pop();
  if (!below) refuse(machine, "a mark before every opcode that takes one", `none at byte ${machine.at - 1}`);
  const items = machine.stack;
  machine.stack = below;
  return items;
}

function tuple(machine: Machine, length: number): void {
  const items = Array.from({ length }, () => pop(machine)).reverse();
  machine.stack.push({ kind: "tuple", items });
}

function global(machine: Machine): void {
  const name = `${line(machine)} ${line(machine)}`;
  if (!GLOBALS.includes(name)) refuse(machine, `no names but ${GLOBALS.join(", ")}`, JSON.stringify(name.slice(0, 80)));
  machine.stack.push({ kind: "global", name });
}

function line(machine: Machine): string {
  let text = "";
  for (let byte = integer(machine, 1); byte !== 0x0a; byte = integer(machine, 1)) text += String.fromCharCode(byte);
  return text;
}

function reduce(machine: Machine): void {
  const args = pop(machine);
  const callable = pop(machine);
  if (!isKind(callable, "global")) refuse(machine, "calls of names", "a call of a value");
  machine.stack.push({ kind: "object", of: callable.name, args, state: null });
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = peek(machine);
  if (!isKind(target, "object")) refuse(machine, "states of objects", "a state of another value");
  target.state = state;
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = peek(machine);
  if (!isKind(list, "list")) refuse(machine, "items of lists", "items of another value");
  for (const item of items) list.items.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const dict = peek(machine);
  if (!isKind(dict, "dict")) refuse(machine, "entries of dictionaries", "entries of another value");
  for (let i = 0; i + 1 < items.length; i += 2) {
    const key = items[i] ?? null;
    if (!isKind(key, "bytes")) refuse(machine, "keys that are strings", "another key");
    dict.entries.set(pickleText(machine.view, key), items[i + 1] ?? null);
  }
}

/** Whether a value is of a kind. */
export function isKind<K extends "bytes" | "list" | "tuple" | "dict" | "global" | "object">(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** A string of a pickle as text, byte by byte. */
export function pickleText(view: DataView, { start, length }: { readonly start: number; readonly length: number }): string {
  return String.fromCharCode(...Array.from({ length: Math.min(length, 256) }, (_, i) => view.getUint8(start + i)));
}

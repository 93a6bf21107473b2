/** @file Functions of time as text: read, never evaluated as code. */

/** A formula in t. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: NameOf }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "operation"; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "call"; readonly function: FunctionName; readonly of: Expression };

/** What joins two expressions. */
export type Operator = "+" | "-" | "*" | "/" | "^";

/** What a formula may call. */
export const functionNames = ["sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh", "sigmoid"] as const;

/** A function by name. */
export type FunctionName = (typeof functionNames)[number];

const names = ["t", "pi", "e"] as const;

/** Time, or a constant. */
export type NameOf = (typeof names)[number];

/** Longer formulas are refused, which also bounds how deep they nest. */
const longest = 120;

interface Token {
  readonly kind: "number" | "word" | "sign" | "end";
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/**
 * Reads a formula such as `cos(pi t/2)`: numbers, `t`, `pi`, `e`, the signs `+ - * / ^`, parentheses, and functions with
 * their argument in parentheses. A product needs no sign: `2t`. Powers bind tighter than minus: `-t^2` is `-(t^2)`.
 *
 * @throws RangeError naming the column and what was expected there
 */
export function parseFormula(text: string): Expression {
  if (text.length > longest) {
    throw new RangeError(`formula: expected at most ${longest} characters, got ${text.length}; write it shorter`);
  }
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: "end", text: "", column: text.length + 1 };
  const isSign = (...signs: readonly string[]): boolean => peek().kind === "sign" && signs.includes(peek().text);
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const close = (): void => {
    if (!isSign(")")) throw unexpected(peek(), "a closing parenthesis");
    take();
  };

  const sum = (): Expression => {
    let left = product();
    while (isSign("+", "-")) left = { kind: "operation", operator: take().text as Operator, left, right: product() };
    return left;
  };
  const product = (): Expression => {
    let left = signed();
    for (;;) {
      if (isSign("*", "/")) left = { kind: "operation", operator: take().text as Operator, left, right: signed() };
      else if (peek().kind === "number" || peek().kind === "word" || isSign("(")) left = { kind: "operation", operator: "*", left, right: power() };
      else return left;
    }
  };
  const signed = (): Expression => {
    if (!isSign("-", "+")) return power();
    return take().text === "-" ? { kind: "negative", of: signed() } : signed();
  };
  const power = (): Expression => {
    const base = atom();
    if (!isSign("^")) return base;
    take();
    // Powers group from the right, and an exponent may have a sign: 2^-t^2.
    return { kind: "operation", operator: "^", left: base, right: signed() };
  };
  const atom = (): Expression => {
    const token = take();
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "sign" && token.text === "(") {
      const inner = sum();
      close();
      return inner;
    }
    if (token.kind !== "word") throw unexpected(token, "a number, t or a function");
    return word(token);
  };
  const word = (token: Token): Expression => {
    const name = names.find((known) => known === token.text);
    if (name !== undefined) return { kind: "name", name };
    const called = functionNames.find((known) => known === token.text);
    if (called === undefined) throw unexpected(token, `t, pi, e or one of ${functionNames.join(", ")}`);
    if (!isSign("(")) throw unexpected(peek(), `an opening parenthesis after ${called}`);
    take();
    const of = sum();
    close();
    return { kind: "call", function: called, of };
  };

  const expression = sum();
  if (peek().kind !== "end") throw unexpected(peek(), "the end");
  return expression;
}

function tokensOf(text: string): Token[] {
  const pattern = /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z]+)|([-+*/^()]))/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) {
      const rest = text.slice(from);
      const column = from + rest.length - rest.trimStart().length + 1;
      throw unexpected({ kind: "sign", text: rest.trimStart().slice(0, 1), column }, "a number, a name or one of + - * / ^ ( )");
    }
    const [whole, number, word, sign] = found;
    const token = number ?? word ?? sign ?? "";
    const kind = number !== undefined ? "number" : word !== undefined ? "word" : "sign";
    tokens.push({ kind, text: token, column: from + whole.length - token.length + 1 });
  }
  return tokens;
}

function unexpected({ kind, text, column }: Token, expected: string): RangeError {
  const got = kind === "end" ? "the end" : `"${text.slice(0, 24)}"`;
  return new RangeError(`formula: expected ${expected}, got ${got} at character ${column}; write it as in 1 - t or cos(pi t/2)`);
}

import type { VNode } from "preact";
import { frac, n, o, paren, root, row, sup, v } from "../math/mathml.tsx";
import type { Expression } from "./expression.ts";

const strength = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 3 } as const;

/** A formula as mathematics: divisions as fractions, powers raised, no more parentheses than needed. */
export function formulaMath(expression: Expression): VNode {
  switch (expression.kind) {
    case "number":
      return n(String(expression.value));
    case "name":
      return v(expression.name === "pi" ? "π" : expression.name);
    case "negative":
      return row(o("−"), wrapped(expression.of, 2));
    case "call":
      if (expression.function === "sqrt") return root(formulaMath(expression.of));
      if (expression.function === "abs") return row(o("|"), formulaMath(expression.of), o("|"));
      return row(v(expression.function), paren(formulaMath(expression.of)));
    case "operation": {
      const { operator, left, right } = expression;
      if (operator === "/") return frac(formulaMath(left), formulaMath(right));
      if (operator === "^") return sup(wrapped(left, 4), formulaMath(right));
      const own = strength[operator];
      const sign = operator === "*" ? productSign(left, right) : o(operator === "-" ? "−" : "+");
      return row(wrapped(left, own), sign, wrapped(right, operator === "-" ? own + 1 : own));
    }
  }
}

/** A formula as a factor: a sum in parentheses. */
export const formulaFactor = (expression: Expression): VNode => wrapped(expression, 2);

/** Numbers need a sign between them, letters none. */
function productSign(left: Expression, right: Expression): VNode {
  const last = left.kind === "operation" && left.operator === "*" ? left.right : left;
  const first = right.kind === "operation" && right.operator === "^" ? right.left : right;
  return first.kind === "number" || (last.kind === "number" && first.kind === "negative") ? o("·") : o("\u2062");
}

/** In parentheses where it binds less than what it stands in. */
function wrapped(expression: Expression, least: number): VNode {
  const binds = expression.kind === "operation" ? (expression.operator === "/" ? 3 : strength[expression.operator]) : expression.kind === "negative" ? 1 : 5;
  return binds < least ? paren(formulaMath(expression)) : formulaMath(expression);
}

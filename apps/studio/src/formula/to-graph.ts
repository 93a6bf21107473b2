import type { Tensor } from "@fluxion/graph";
import { abs, add, broadcastTo, constant, cos, div, exp, log, mul, neg, pow, sigmoid, sin, sqrt, sub, tan, tanh } from "@fluxion/graph";
import type { Expression, FunctionName, NameOf, Operator } from "./expression.ts";

type Value = Tensor | number;

interface Both<A extends readonly unknown[], B extends readonly unknown[]> {
  readonly numbers: (...values: A) => number;
  readonly tensors: (...values: B) => Tensor;
}

const functions: Readonly<Record<FunctionName, Both<[number], [Tensor]>>> = {
  sin: { numbers: Math.sin, tensors: sin },
  cos: { numbers: Math.cos, tensors: cos },
  tan: { numbers: Math.tan, tensors: tan },
  exp: { numbers: Math.exp, tensors: exp },
  log: { numbers: Math.log, tensors: log },
  sqrt: { numbers: Math.sqrt, tensors: sqrt },
  abs: { numbers: Math.abs, tensors: abs },
  tanh: { numbers: Math.tanh, tensors: tanh },
  sigmoid: { numbers: (x) => 1 / (1 + Math.exp(-x)), tensors: sigmoid },
};

const operators: Readonly<Record<Operator, Both<[number, number], [Value, Value]>>> = {
  "+": { numbers: (a, b) => a + b, tensors: add },
  "-": { numbers: (a, b) => a - b, tensors: sub },
  "*": { numbers: (a, b) => a * b, tensors: mul },
  "/": { numbers: (a, b) => a / b, tensors: div },
  "^": { numbers: (a, b) => a ** b, tensors: pow },
};

/** A formula at times `[batch]`, as graph ops; what does not depend on t is computed at once. */
export function formulaTensor(expression: Expression, t: Tensor): Tensor {
  const value = valueOf(expression, t);
  return typeof value === "number" ? broadcastTo(constant(value, [], t.dtype), t.shape) : value;
}

function valueOf(expression: Expression, t: Tensor): Value {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "name":
      return expression.name === "t" ? t : constants[expression.name];
    case "negative": {
      const of = valueOf(expression.of, t);
      return typeof of === "number" ? -of : neg(of);
    }
    case "call": {
      const of = valueOf(expression.of, t);
      const { numbers, tensors } = functions[expression.function];
      return typeof of === "number" ? numbers(of) : tensors(of);
    }
    case "operation": {
      const [left, right] = [valueOf(expression.left, t), valueOf(expression.right, t)];
      const { numbers, tensors } = operators[expression.operator];
      return typeof left === "number" && typeof right === "number" ? numbers(left, right) : tensors(left, right);
    }
  }
}

const constants: Readonly<Record<Exclude<NameOf, "t">, number>> = { pi: Math.PI, e: Math.E };

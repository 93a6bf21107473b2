import * as g from "@fluxion/graph";
import { input, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

/** Each refusal: a call, and what its message says of op, expectation and what came. */
const refusals: Readonly<Record<string, readonly [(x: Tensor, i: Tensor, b: Tensor) => unknown, RegExp]>> = {
  "mixed types": [(x, i) => g.add(x, i), /add: expected operands of one type, got float32\[batch, 3\] and int32\[3\]; use cast/],
  "booleans in arithmetic": [(_x, _i, b) => g.add(b, b), /add: expected a tensor of numbers, got bool\[3\]/],
  "numbers in logic": [(x) => g.and(x, x), /and: expected booleans, got float32\[batch, 3\]; compare first/],
  "integers where floats are needed": [(_x, i) => g.exp(i), /exp: expected a float tensor, got int32\[3\]; use cast/],
  "a division of integers": [(_x, i) => g.div(i, i), /div: expected a float tensor, got int32\[3\]/],
  "a floored division of floats": [(x) => g.floorDivide(x, 2), /floorDivide: expected integers, got float32\[batch, 3\]; use floor\(div/],
  "crossed bounds": [(x) => g.clip(x, 2, 1), /clip: expected low <= high, got 2 and 1/],
  "an infinite exponent": [(x) => g.pow(x, Infinity), /pow: expected a finite exponent, got Infinity/],
  "an axis that is not there": [(x) => g.cumSum(x, 2), /cumSum: expected an axis from -2 to 1, got 2/],
  "an axis twice": [(x) => g.prod(x, { axes: [1, -1] }), /prod: expected distinct axes, got \[1, 1\]/],
  "a derivative of a product over a named axis": [(x) => g.grad(g.sum(g.prod(x, { axes: [0] })), [x]), /derivative of prod: axis 0 of \[batch, 3\] must have a known size/],
  "numbers in any": [(x) => g.any(x), /any: expected booleans/],
  "float indices": [(x) => g.gather(x, x), /gather: expected int32 or int64 indices, got float32\[batch, 3\]; use cast/],
  "updates of another shape": [(x, i) => g.scatterAdd(x, i, g.zeros([2]), 1), /scatterAdd: expected updates float32\[batch, 3\] for indices \[3\] on axis 1 of float32\[batch, 3\], got float32\[2\]/],
  "half a repetition": [(x) => g.tile(x, [1, 0.5]), /tile: expected a whole number from 1 for each axis of \[batch, 3\], got \[1, 0.5\]/],
  "float classes": [(x) => g.oneHot(x, 3), /oneHot: expected int32 or int64 indices/],
  "letters for axes that are not there": [(x) => g.einsum("abc->a", x), /einsum: "abc->a": operand 0 has 2 axes, \[batch, 3\], but the letters "abc"/],
  "a letter of two sizes": [(x) => g.einsum("ab,cb->ac", x, g.zeros([2, 4])), /the letter "b" stands for 3 and for 4/],
  "a letter from nowhere": [(x) => g.einsum("ab->z", x), /letters of the result that occur in the operands, each once, not "z"/],
  "operands that are missing": [(x) => g.einsum("ab,bc->ac", x), /expected 2 operands, got operands \[batch, 3\]/],
  "signs in an equation": [(x) => g.einsum("a.->a", x), /letters, commas and an arrow only, not "\."/],
  "attention of unlike lengths": [(x) => g.scaledDotProductAttention(x, g.zeros([4, 3]), g.zeros([5, 2])), /scaledDotProductAttention: expected q \[..., queries, d\]/],
  "moments over two named axes": [(x) => g.standardize(g.matmul(x, x, { transposeB: true }), { axes: [0, 1] }), /standardize: the sizes of \[batch, batch\] cannot be multiplied, two of them are named/],
  "fractions in integers": [() => g.constant([1.5], [1], "int32"), /constant: expected whole numbers from -2147483648 to 2147483647 for int32, got 1.5/],
  "a Hessian of no scalar": [(x) => g.hessianVectorProduct(x, [x], [x]), /grad: expected a scalar loss/],
  "derivatives in integers": [(x, i) => g.vjp([g.sum(x)], [g.constant(1)], [i]), /vjp: expected float tensors, got int32\[3\]; only floats have derivatives/],
};

describe("what is refused, at the call", () => {
  it.each(Object.entries(refusals))("%s", (_name, [call, message]) => {
    trace("refused", { x: input(["batch", 3]), i: input([3], "int32"), b: input([3], "bool") }, ({ x, i, b }) => {
      expect(() => call(x, i, b)).toThrow(message);
      return { y: g.neg(x) };
    });
  });

  it("takes no places outside of an axis, when run", () => {
    const program = trace("outside", { x: input([2]), i: input([1], "int32") }, ({ x, i }) => ({ y: g.gather(x, i) }));
    const run = (index: number) => () => g.interpretProgram(program, { x: g.hostTensor([1, 2], [2]), i: g.hostTensor([index], [1], "int32") });
    expect(run(2)).toThrow(/gather: expected indices from -2 to 1 on axis 0 of \[2\], got 2/);
    expect(run(-3)).toThrow(/gather: expected indices from -2 to 1 on axis 0 of \[2\], got -3/);
  });
});

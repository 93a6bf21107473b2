import * as g from "@fluxion/graph";
import { input, trace } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";
import { describe, expect, it } from "vitest";

/** A float64 tensor, bytes, a tensor without values, and one of two named dimensions. */
type More = Readonly<Record<"d" | "u" | "e" | "z", Tensor>>;

/** Each refusal: a call, and what its message says of op, expectation and what came. */
const refusals: Readonly<Record<string, readonly [(x: Tensor, i: Tensor, b: Tensor, more: More) => unknown, RegExp]>> = {
  "mixed types": [(x, i) => g.add(x, i), /add: expected operands of one type, got float32\[batch, 3\] and int32\[3\]; use cast/],
  "booleans in arithmetic": [(_x, _i, b) => g.add(b, b), /add: expected a tensor of numbers, got bool\[3\]/],
  "numbers in logic": [(x) => g.and(x, x), /and: expected booleans, got float32\[batch, 3\]; compare first/],
  "integers where floats are needed": [(_x, i) => g.exp(i), /exp: expected a float tensor, got int32\[3\]; use cast/],
  "a division of integers": [(_x, i) => g.div(i, i), /div: expected a float tensor, got int32\[3\]/],
  "a floored division of floats": [(x) => g.floorDivide(x, 2), /floorDivide: expected integers, got float32\[batch, 3\]; use floor\(div/],
  "a floored division of booleans": [(x) => g.floorDivide(g.greater(x, 0), 2), /floorDivide: expected integers, got bool\[batch, 3\]; use cast/],
  "crossed bounds": [(x) => g.clip(x, 2, 1), /clip: expected low <= high, got 2 and 1/],
  "an infinite exponent": [(x) => g.pow(x, Infinity), /pow: expected a finite exponent, got Infinity/],
  "an axis that is not there": [(x) => g.cumSum(x, 2), /cumSum: expected an axis from -2 to 1, got 2/],
  "an axis twice": [(x) => g.prod(x, { axes: [1, -1] }), /prod: expected distinct axes, got \[1, 1\]/],
  "a derivative of a product over a named axis": [(x) => g.grad(g.sum(g.prod(x, { axes: [0] })), [x]), /derivative of prod: axis 0 of \[batch, 3\] must have a known size/],
  "numbers in any": [(x) => g.any(x), /any: expected booleans/],
  "float indices": [(x) => g.gather(x, x), /gather: expected int32 or int64 indices, got float32\[batch, 3\]; use cast/],
  "updates of another shape": [(x, i) => g.scatterAdd(x, i, g.zeros([2]), 1), /scatterAdd: expected updates float32\[batch, 3\] for indices \[3\] on axis 1 of float32\[batch, 3\], got float32\[2\]/],
  "lookups of other shapes": [(x, i) => g.gatherAlong(x, g.expandDims(i, 0), 1), /gatherAlong: expected indices of the shape \[batch, 3\] of x but for axis 1, got \[1, 3\]; broadcastTo fits them/],
  "additions of other shapes": [(x, i) => g.scatterAddAlong(x, g.expandDims(i, 0), x, 1), /scatterAddAlong: expected indices of the shape \[batch, 3\] of x but for axis 1, got \[1, 3\]/],
  "booleans to add": [(_x, i, b) => g.scatterAdd(b, i, b), /scatterAdd: expected a tensor of numbers, got bool\[3\]/],
  "an index outside of a known axis": [(x) => g.gather(x, g.constant([0, 3], [2], "int64"), 1), /gather: expected indices from -3 to 2 on axis 1 of \[batch, 3\], got 3/],
  "an index into nothing": [() => g.gather(g.zeros([0]), g.constant(0, [1], "int32")), /gather: expected no indices on axis 0 of \[0\], got 0/],
  "a slice over the end": [(x) => g.slice(x, 1, 1, 4), /slice: expected -3 <= start <= end <= 3 on axis 1 of \[batch, 3\], got 1 and 4/],
  "a slice before the start": [(x) => g.slice(x, 1, -4), /slice: expected -3 <= start <= end <= 3 on axis 1 of \[batch, 3\], got -4 and 3/],
  "a slice backwards": [(x) => g.slice(x, 1, 0, 3, -1), /slice: expected a step that is a whole number from 1, got -1; use flip to reverse/],
  "half a slice": [(x) => g.slice(x, 1, 0.5, 2), /slice: expected -3 <= start <= end <= 3 on axis 1 of \[batch, 3\], got 0.5 and 2/],
  "parts that do not add up": [(x) => g.split(x, 1, [1, 1]), /split: expected sizes that add up to 3, the size of axis 1 of \[batch, 3\], got 1 \+ 1/],
  "parts that do not divide": [(x) => g.split(x, 1, 2), /split: expected a number of parts that divides 3, the size of axis 1 of \[batch, 3\], got 2/],
  "less than no padding": [(x) => g.pad(x, 1, -1, 0), /pad: widths: expected dimensions that are whole numbers from 0 .* got \[-1, 0\]/],
  "padding that the type has no value for": [(_x, i) => g.pad(i, 0, 1, 1, { value: 0.5 }), /pad: expected a value that fits int32\[3\], got 0.5/],
  "a reflection beyond the other end": [(x) => g.pad(x, 1, 3, 0, { mode: "reflect" }), /pad: mode "reflect" needs an axis of size 4 or more, got axis 1 of \[batch, 3\]/],
  "an edge of nothing": [() => g.pad(g.zeros([0]), 0, 1, 0, { mode: "edge" }), /pad: mode "edge" needs an axis of size 1 or more, got axis 0 of \[0\]/],
  "a mode that is not known": [(x) => g.pad(x, 1, 1, 0, { mode: "wrap" as "edge" }), /pad: expected mode "edge" or "reflect", or a value, got mode "wrap"/],
  "nothing to join": [() => g.concat([], 0), /concat: expected at least one tensor, got none/],
  "nothing to stack": [() => g.stack([]), /stack: expected at least one tensor, got none/],
  "an axis to flip that is not there": [(x) => g.flip(x, 2), /flip: expected an axis from -2 to 1, got 2/],
  "an axis to move that is not there": [(x) => g.moveAxis(x, 0, 2), /moveAxis: expected an axis from -2 to 1, got 2/],
  "a -1 beside a 0": [() => g.reshape(g.zeros([0, 3]), [0, -1]), /reshape: cannot turn \[0, 3\] into \[0, -1\]: nothing tells the -1 beside a 0/],
  "less than no range": [() => g.arange(-1), /arange: expected dimensions that are whole numbers from 0/],
  "no classes": [(_x, i) => g.oneHot(i, 0), /oneHot: expected a depth that is a whole number from 1, got 0/],
  "the mean of nothing": [() => g.mean(g.zeros([2, 0]), { axes: [1] }), /mean: expected at least one value along axes \[1\] of float32\[2, 0\], got none/],
  "the largest integer of none": [() => g.max(g.zeros([2, 0], "int32")), /max: expected at least one value along axes \[0, 1\] of int32\[2, 0\], got none, and integers have no infinity/],
  "sums of bytes up to each": [(_x, _i, b) => g.cumSum(g.cast(b, "uint8"), 0), /cumSum: expected floats, int32 or int64, got uint8\[3\]/],
  "half a repetition": [(x) => g.tile(x, [1, 0.5]), /tile: expected a whole number from 1 for each axis of \[batch, 3\], got \[1, 0.5\]/],
  "float classes": [(x) => g.oneHot(x, 3), /oneHot: expected int32 or int64 indices/],
  "moments over two named axes": [(x) => g.standardize(g.matmul(x, x, { transposeB: true }), { axes: [0, 1] }), /standardize: the sizes of \[batch, batch\] cannot be multiplied, two of them are named/],
  "fractions in integers": [() => g.constant([1.5], [1], "int32"), /constant: expected whole numbers from -2147483648 to 2147483647 for int32, got 1.5/],
  "a Hessian of no scalar": [(x) => g.hessianVectorProduct(x, [x], [x]), /grad: expected a scalar loss/],
  "derivatives in integers": [(x, i) => g.vjp([g.sum(x)], [g.constant(1)], [i]), /vjp: expected float tensors, got int32\[3\]; only floats have derivatives/],
  "floats of integers": [(_x, i) => g.floor(i), /^floor: expected a float tensor, got int32\[3\]; use cast\(x, "float32"\)$/],
  "signs of bytes": [(_x, _i, _b, { u }) => g.neg(u), /^neg: expected floats, int32 or int64, got uint8\[3\], whose range is too small; use cast\(x, "int32"\)$/],
  "sums of bytes": [(_x, _i, _b, { u }) => g.sum(u), /^sum: expected floats, int32 or int64, got uint8/],
  "products of booleans": [(_x, _i, b) => g.prod(b), /^prod: expected a tensor of numbers, got bool/],
  "running sums of bytes": [(_x, _i, _b, { u }) => g.cumSum(u), /^cumSum: expected floats, int32 or int64/],
  "the opposite of numbers": [(_x, i) => g.not(i), /^not: expected booleans, got int32/],
  "isNaN of integers": [(_x, i) => g.isNaN(i), /^isNaN: expected a float tensor, got int32/],
  "mixed types of angles": [(x, _i, _b, { d }) => g.atan2(x, d), /^atan2: expected operands of one type, got float32\[batch, 3\] and float64\[batch, 3\]; use cast on one of them$/],
  "mixed types of integers": [(_x, i, _b, { u }) => g.mod(i, u), /^mod: expected operands of one type, got int32/],
  "powers of integers": [(_x, i) => g.pow(i, 3), /^pow: expected a float tensor, got int32/],
  "bounds that are none": [(x) => g.clip(x, NaN, 1), /^clip: expected low <= high, got NaN and 1$/],
  "where the smallest of none is": [(_x, _i, _b, { e }) => g.argMin(e), /^argMin: expected at least one value, axis 1 of float32\[2, 0\] has none$/],
  "axes there are not": [(x) => g.argMax(x, 2), /^argMax: expected an axis from -2 to 1, got 2$/],
  "the sample variance of one": [(x) => g.variance(g.slice(x, 1, 0, 1), { axes: [1], correction: 1 }), /^variance: expected a correction from 0 and more values than that, got 1 for axes \[1\] of float32\[batch, 1\]$/],
  "a mean of integers": [(_x, i) => g.logSumExp(i), /^logSumExp: expected a float tensor, got int32/],
  "a scale that does not fit": [(x) => g.layerNorm(x, { scale: g.ones([4]) }), /^layerNorm: shapes \[4\] and \[batch, 3\] do not broadcast/],
  "an epsilon of 0": [(x) => g.rmsNorm(x, { epsilon: 0 }), /^rmsNorm: expected an epsilon above 0, got 0$/],
  "layer norm over the first axes": [(x) => g.layerNorm(x, { axes: [0] }), /^standardize: expected the last axes, got \[0\]/],
  "queries and keys of different widths": [(x) => g.scaledDotProductAttention(x, g.ones([5, 4]), x), /^scaledDotProductAttention: expected \[\.\.\., queries, d\], \[\.\.\., keys, d\] and \[\.\.\., keys, e\], got \[batch, 3\], \[5, 4\], \[batch, 3\]$/],
  "attention of vectors": [() => g.scaledDotProductAttention(g.ones([3]), g.ones([3]), g.ones([3])), /^scaledDotProductAttention: expected/],
  "an integer mask": [() => g.scaledDotProductAttention(g.ones([2, 3]), g.ones([2, 3]), g.ones([2, 3]), { mask: g.ones([2, 2], "int32") }), /^scaledDotProductAttention: expected a mask of booleans or float32, got int32\[2, 2\]$/],
  "a mask with axes of its own": [() => g.scaledDotProductAttention(g.ones([2, 3]), g.ones([2, 3]), g.ones([2, 3]), { mask: g.ones([4, 2, 2]) }), /^scaledDotProductAttention: expected a mask that broadcasts to \[2, 2\], got \[4, 2, 2\]$/],
  "labels of two sizes": [(x) => g.einsum("bi,ij->bj", x, g.ones([4, 2])), /^einsum: label "i" of "bi,ij->bj" has the size 3 in operand 1 and 4 in operand 2$/],
  "extra axes of two sizes": [() => g.einsum("...i,...i->...", g.ones([2, 3]), g.ones([4, 3])), /^einsum: label "\.\.\." of .* has the size 2 in operand 1 and 4 in operand 2$/],
  "too few labels": [(x) => g.einsum("i->i", x), /^einsum: expected a label for each axis, got "i" for float32\[batch, 3\] in "i->i"$/],
  "too many labels": [(x) => g.einsum("ijk->i", x), /^einsum: expected a label for each axis, got "ijk"/],
  "missing operands": [(x) => g.einsum("ij,jk->ik", x), /^einsum: expected as many operands as terms, got 1 for 2 in "ij,jk->ik"$/],
  "a result from nowhere": [(x) => g.einsum("ij->k", x), /^einsum: expected labels of the operands in the result, got "k" in "ij->k"$/],
  "a result with a label twice": [(x) => g.einsum("ij->ii", x), /^einsum: expected each label once in the result, got "i" twice/],
  "a result that drops an ellipsis": [(x) => g.einsum("...j->j", x), /^einsum: expected \.\.\. in the result too in "\.\.\.j->j"$/],
  "what is no label": [(x) => g.einsum("i1->i", x), /^einsum: expected letters and \.\.\., got "i1"/],
  "two ellipses": [(x) => g.einsum("......->", x), /^einsum: expected \.\.\. once in a term, got "\.\.\.\.\.\."/],
  "two arrows": [(x) => g.einsum("ij->i->j", x), /^einsum: expected one -> at most, got several/],
  "einsum of mixed types": [(x, _i, _b, { d }) => g.einsum("ij,ij->", x, d), /^einsum: expected operands of one type for "ij,ij->", got float32\[batch, 3\] and float64\[batch, 3\]; use cast$/],
  "einsum of booleans": [(_x, _i, b) => g.einsum("i->", b), /^einsum: expected a tensor of numbers, got bool/],
  "two named sizes multiplied": [(_x, _i, _b, { z }) => g.einsum("mnd,de->mne", z, g.ones([2, 3])), /^einsum: the sizes of \[m, n\] cannot be multiplied, two of them are named; make one a number$/],
  "a named size merged beside another": [(_x, _i, _b, { z }) => g.einsum("mabn,mbc->manc", g.reshape(g.stack([z, z], 1), ["m", 2, "n", 2]), g.ones(["m", 2, 4])), /^einsum: /],
  "a scale that would widen": [(x) => g.layerNorm(x, { scale: g.ones([2, 1, 3]) }), /^layerNorm: expected a scale that broadcasts to \[batch, 3\], got \[2, 1, 3\]$/],
};

describe("what is refused, at the call", () => {
  it.each(Object.entries(refusals))("%s", (_name, [call, message]) => {
    trace("refused", {
      x: input(["batch", 3]), i: input([3], "int32"), b: input([3], "bool"),
      d: input(["batch", 3], "float64"), u: input([3], "uint8"), e: input([2, 0]), z: input(["m", "n", 2]),
    }, ({ x, i, b, ...more }) => {
      expect(() => call(x, i, b, more)).toThrow(message);
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

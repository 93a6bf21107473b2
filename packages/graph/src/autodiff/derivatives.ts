/** @file Reverse and forward accumulation over a traced graph. Derivatives are graphs too, so they nest. */
import { isFloat } from "../host.ts";
import { dimAt, formatShape, sameShape } from "../shape.ts";
import type { Dim, Shape } from "../shape.ts";
import { inScope, outputOf, reachable } from "../tensor.ts";
import type { Differentiation, Node, Tensor, TensorsOf } from "../tensor.ts";
import { add, mul } from "../ops/binary.ts";
import { zeros, zerosLike } from "../ops/fill.ts";
import { sumTo } from "../ops/reduce.ts";
import { broadcastTangent } from "../ops/broadcast.ts";
import { alignTangent } from "../ops/reshape.ts";

/** The nodes that carry derivatives from `wrt` to `outputs`, in topological order. */
function carriers(outputs: readonly Tensor[], wrt: readonly Tensor[]): Node[] {
  const depends = new Set<Tensor>(wrt);
  return reachable(outputs, new Set(wrt)).filter((node) => {
    if (!node.inputs.some((input) => depends.has(input))) return false;
    const floats = node.outputs.filter(({ dtype }) => isFloat(dtype));
    floats.forEach((output) => depends.add(output));
    return floats.length > 0;
  });
}

/** The error for an op without a derivative rule. */
function refuse(what: string, { op, scope }: Node): never {
  const place = scope === "" ? "" : ` in ${scope}`;
  throw new Error(`${what}: ${op.name}${place} has no derivative${op.notDifferentiable === undefined ? "" : `: ${op.notDifferentiable}`}`);
}

function requireFloats(what: string, tensors: readonly Tensor[]): void {
  const bad = tensors.find(({ dtype }) => !isFloat(dtype));
  if (bad) throw new TypeError(`${what}: expected float tensors, got ${bad.toString()}; only floats have derivatives`);
}

/**
 * Vector-Jacobian products by reverse accumulation: `Σ_i cotangents[i]ᵀ ∂outputs[i]/∂wrt[j]` for each j.
 *
 * @param cotangents - of the shapes of `outputs`
 * @returns tensors of the shapes of `wrt`, zero where nothing depends on them
 * @throws RangeError on unequal shapes; TypeError for tensors that are not float; Error where an op on the way has no derivative
 */
export function vjp<const W extends readonly Tensor[]>(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: W,
): TensorsOf<W> {
  requireFloats("vjp", [...outputs, ...wrt]);
  const total = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, g: Tensor): void => {
    const before = total.get(tensor);
    total.set(tensor, before ? add(before, g) : g);
  };
  outputs.forEach((output, i) => {
    accumulate(output, checked("vjp: expected a cotangent", cotangents[i], output.shape));
  });
  for (const node of carriers(outputs, wrt).reverse()) {
    const gs = node.outputs.map((output) => total.get(output));
    if (gs.every((g) => g === undefined)) continue;
    inScope(derivativeScope(node, "grad"), () => {
      const results = node.op.vjp?.(node, gs, differentiation) ?? pullBack(node, gs[0]) ?? refuse("vjp", node);
      results.forEach((g, i) => {
        const input = node.inputs[i];
        if (g && input && isFloat(input.dtype)) accumulate(input, g);
      });
    });
  }
  return wrt.map((tensor) => total.get(tensor) ?? zerosLike(tensor)) as TensorsOf<W>;
}

/**
 * Jacobian-vector products of k directions in one pass: `∂outputs/∂inputs · tangents`.
 *
 * @param tangents - stacked: `[k, ...shape of the input]`, the same k for all
 * @returns stacked tangents `[k, ...shape of the output]`
 * @throws RangeError on ill-shaped tangents; TypeError for tensors that are not float; Error where an op on the way has no derivative
 */
export function jvp<const O extends readonly Tensor[]>(
  outputs: O,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): TensorsOf<O> {
  requireFloats("jvp", [...outputs, ...inputs]);
  const count: Dim = tangents[0] && tangents[0].rank > 0 ? dimAt(tangents[0].shape, 0) : 1;
  const known = new Map<Tensor, Tensor>();
  inputs.forEach((input, i) => {
    known.set(input, checked("jvp: expected a stacked tangent", tangents[i], [count, ...input.shape]));
  });
  for (const node of carriers(outputs, inputs)) {
    const given = node.inputs.map((input) => known.get(input));
    const results = inScope(derivativeScope(node, "tangent"), () =>
      node.op.jvp?.(node, given, count, differentiation) ?? pushForward(node, given, count) ?? refuse("jvp", node),
    );
    node.outputs.forEach((output, i) => {
      const tangent = results[i];
      if (tangent && !known.has(output)) known.set(output, tangent);
    });
  }
  return outputs.map((output) => known.get(output) ?? zeros([count, ...output.shape], output.dtype)) as TensorsOf<O>;
}

/** ḡ ∂y/∂x for each float operand of an elementwise op, summed over what broadcasting repeated. */
function pullBack(node: Node, g: Tensor | undefined): (Tensor | undefined)[] | undefined {
  if (!node.op.partial || g === undefined) return undefined;
  return node.inputs.map((x, i) => (isFloat(x.dtype) ? sumTo(scaled(g, node.op.partial?.(node, i)), x.shape) : undefined));
}

/** Σ ẋ ∂y/∂x over the operands of an elementwise op. */
function pushForward(node: Node, tangents: readonly (Tensor | undefined)[], count: Dim): Tensor[] | undefined {
  if (!node.op.partial) return undefined;
  const y = outputOf(node);
  const terms = tangents.flatMap((tangent, i) =>
    tangent ? [scaled(alignTangent(tangent, y.rank + 1), node.op.partial?.(node, i))] : [],
  );
  return terms.length === 0 ? [] : [broadcastTangent(terms.reduce((a, b) => add(a, b)), [count, ...y.shape])];
}

const scaled = (x: Tensor, by: Tensor | number = 0): Tensor => (by === 1 ? x : mul(x, by));

const differentiation: Differentiation = { vjp, jvp };

function checked(what: string, tensor: Tensor | undefined, shape: Shape): Tensor {
  if (tensor && sameShape(tensor.shape, shape)) return tensor;
  throw new RangeError(`${what} of shape ${formatShape(shape)}, got ${tensor ? formatShape(tensor.shape) : "none"}`);
}

/** Derivatives stand in the scope of what they are the derivative of. */
const derivativeScope = ({ scope }: Node, kind: string): string => (scope === "" ? kind : `${scope}/${kind}`);

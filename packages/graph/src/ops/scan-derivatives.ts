/**
 * @file Derivatives of scan. The derivative of a step is traced beside the step itself; what it needs of the step is
 * collected by a scan that extends the original, and a second scan carries the tangents (or, backwards, the cotangents).
 */
import { isFloat } from "../host.ts";
import { inline, rebuildNode, rewrite, traceBody } from "../body.ts";
import { applyOp } from "../op.ts";
import { nextNodeId, reachable } from "../tensor.ts";
import type { Differentiation, Frame, Node, Tensor, TensorType } from "../tensor.ts";
import type { Dim } from "../shape.ts";
import { add } from "./binary.ts";
import { zeros, zerosLike } from "./fill.ts";
import { scan, scanOp } from "./scan.ts";
import type { ScanAttrs } from "./scan.ts";
import { transpose } from "./transpose.ts";

const float = ({ dtype }: TensorType): boolean => isFloat(dtype);

/** Moves nothing: computing it again costs less than storing it. */
const cheap = new Set(["reshape", "broadcastTo", "transpose"]);

/** A step and its derivative in one graph. */
interface Joint {
  readonly frame: Frame;
  /** The step's inputs: carry, sequences, captures. */
  readonly own: readonly Tensor[];
  /** Tangents or cotangents. */
  readonly given: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly derivatives: readonly Tensor[];
}

function traceJoint(
  node: Node<ScanAttrs>,
  given: readonly TensorType[],
  differentiate: (own: readonly Tensor[], outputs: readonly Tensor[], given: readonly Tensor[]) => readonly Tensor[],
): Joint {
  const { body } = node.attrs;
  const count = body.inputs.length;
  let outputs: Tensor[] = [];
  const traced = traceBody("scan_derivative", [...body.inputs, ...given], (inputs) => {
    outputs = inline(body, inputs.slice(0, count));
    return differentiate(inputs.slice(0, count), outputs, inputs.slice(count));
  });
  return {
    frame: traced.frame,
    own: traced.inputs.slice(0, count),
    given: traced.inputs.slice(count),
    outputs,
    derivatives: traced.outputs,
  };
}

/** The values of the step that its derivative needs: the carry, or with `recompute` nothing else. */
function residualsOf(joint: Joint, carries: number, recompute: boolean): Tensor[] {
  const own = new Set(joint.own);
  const carry = new Set(joint.own.slice(0, carries));
  const forward = new Set(reachable(joint.outputs, own));
  const residuals = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const pending = [...joint.derivatives];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    if (own.has(tensor)) {
      if (carry.has(tensor)) residuals.add(tensor);
    } else if (recompute || !forward.has(tensor.node) || tensor.node.inputs.length === 0 || cheap.has(tensor.node.op.name)) {
      pending.push(...tensor.node.inputs);
    } else {
      residuals.add(tensor);
    }
  }
  return [...residuals];
}

/** Collects the residuals of all steps by a scan that computes what the original does. */
function collect({ attrs, inputs }: Node<ScanAttrs>, joint: Joint, residuals: readonly Tensor[]): Tensor[] {
  if (residuals.length === 0) return [];
  const body = { frame: joint.frame, inputs: joint.own, outputs: [...joint.outputs, ...residuals] };
  return applyOp(scanOp, { ...attrs, body, id: nextNodeId(), extends: attrs.id }, inputs).slice(joint.outputs.length);
}

/** What the scan of derivatives carries, reads and captures; how its step goes on from them. */
interface Derivative {
  readonly carry: readonly Tensor[];
  /** For the tensors of `given` that are sequences. */
  readonly sequences: readonly Tensor[];
  readonly step: (carry: Tensor[], sequences: Tensor[]) => readonly Tensor[];
  readonly finish: (derivatives: readonly Tensor[], carry: readonly Tensor[]) => { readonly carry: Tensor[]; readonly ys: Tensor[] };
}

function scanDerivative(node: Node<ScanAttrs>, joint: Joint, reverse: boolean, derivative: Derivative): { carry: Tensor[]; ys: Tensor[] } {
  const { carries, sequences, recompute } = node.attrs;
  const residuals = residualsOf(joint, carries, recompute);
  const stacks = collect(node, joint, residuals);
  const xs = node.inputs.slice(carries, carries + sequences);
  const captured = node.inputs.slice(carries + sequences);
  const all = [...stacks, ...xs, ...derivative.sequences];
  return scan(
    { carry: derivative.carry, xs: all },
    (carry, rows) => {
      const substitutes = new Map<Tensor, Tensor>();
      const bind = (names: readonly Tensor[], values: readonly Tensor[]): void => {
        names.forEach((name, i) => {
          const value = values[i];
          if (value && !substitutes.has(name)) substitutes.set(name, value);
        });
      };
      bind(residuals, rows);
      bind(joint.own.slice(carries, carries + sequences), rows.slice(stacks.length));
      bind(joint.own.slice(carries + sequences), captured);
      bind(joint.given, derivative.step(carry, rows.slice(stacks.length + xs.length)));
      return derivative.finish(rewrite(joint.derivatives, substitutes, rebuildNode), carry);
    },
    { reverse, recompute },
  );
}

/** Cotangents flow from the last step to the first; those of captured tensors add up on the way. */
export function scanVjp(
  node: Node<ScanAttrs>,
  cotangents: readonly (Tensor | undefined)[],
  { vjp }: Differentiation,
): (Tensor | undefined)[] {
  const { body, carries, sequences, reverse } = node.attrs;
  const joint = traceJoint(node, body.outputs.filter(float), (own, outputs, given) =>
    vjp(outputs.filter(float), given, own.filter(float)),
  );
  const g = node.outputs.map((output, i) => cotangents[i] ?? zerosLike(output));
  const last = g.slice(0, carries).filter(float);
  const count = (tensors: readonly Tensor[]): number => tensors.filter(float).length;
  const [inCarry, inSequences] = [count(body.inputs.slice(0, carries)), count(body.inputs.slice(carries, carries + sequences))];
  const captured = node.inputs.slice(carries + sequences).filter(float);
  const result = scanDerivative(node, joint, !reverse, {
    carry: [...last, ...captured.map(zerosLike)],
    sequences: g.slice(carries).filter(float),
    step: (carry, rows) => [...carry.slice(0, last.length), ...rows],
    finish: (derivatives, carry) => {
      const sums = derivatives.slice(inCarry + inSequences).map((d, i) => add(carry[last.length + i] ?? d, d));
      return { carry: [...derivatives.slice(0, inCarry), ...sums], ys: derivatives.slice(inCarry, inCarry + inSequences) };
    },
  });
  const found = [...result.carry.slice(0, inCarry), ...result.ys, ...result.carry.slice(inCarry)];
  let next = 0;
  return node.inputs.map((x) => (float(x) ? found[next++] : undefined));
}

/** Tangents flow with the steps. */
export function scanJvp(
  node: Node<ScanAttrs>,
  tangents: readonly (Tensor | undefined)[],
  count: Dim,
  { jvp }: Differentiation,
): (Tensor | undefined)[] {
  const { body, carries, sequences, reverse } = node.attrs;
  // Every float state may come to depend on what moves; of the others only what has a tangent does.
  const moves = node.inputs.map((x, i) => float(x) && (i < carries || tangents[i] !== undefined));
  const moving = <T>(items: readonly T[], from: number, to?: number): T[] => items.slice(from, to).filter((_, i) => moves[from + i]);
  const stackedType = ({ shape, dtype }: TensorType): TensorType => ({ shape: [count, ...shape], dtype });
  const joint = traceJoint(node, moving(body.inputs, 0).map(stackedType), (own, outputs, given) =>
    jvp(outputs.filter(float), moving(own, 0), given),
  );
  const given = node.inputs.map((x, i) => tangents[i] ?? zeros([count, ...x.shape], x.dtype));
  const start = moving(given, 0, carries);
  const captured = moving(given, carries + sequences);
  const result = scanDerivative(node, joint, reverse, {
    carry: start,
    sequences: moving(given, carries, carries + sequences).map(swapFirst),
    step: (carry, rows) => [...carry, ...rows, ...captured],
    finish: (derivatives) => ({ carry: derivatives.slice(0, start.length), ys: derivatives.slice(start.length) }),
  });
  const found = [...result.carry, ...result.ys.map(swapFirst)];
  let next = 0;
  return node.outputs.map((y) => (float(y) ? found[next++] : undefined));
}

/** `[k, length, ...]` to `[length, k, ...]` and back. */
const swapFirst = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);

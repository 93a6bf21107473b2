import { isFloat } from "../host.ts";
import { checkBodyInputs, closeOver, inline, traceBody } from "../body.ts";
import { applyOp, defineOp } from "../op.ts";
import { sameShape } from "../shape.ts";
import type { Dim } from "../shape.ts";
import { interpretBody } from "../interpreter.ts";
import type { Body, Differentiation, Node, Op, Tensor, TensorType, TensorsOf } from "../tensor.ts";
import { zeros } from "./fill.ts";

/** Inputs are whether to begin, the state, then what the body captures. The body gives whether to go on, then the state. */
interface WhileAttrs {
  readonly body: Body;
  readonly carries: number;
  readonly maxSteps?: number | undefined;
}

const float = ({ dtype }: TensorType): boolean => isFloat(dtype);
const typeOf = ({ shape, dtype }: TensorType): TensorType => ({ shape, dtype });

const whileOp: Op<WhileAttrs> = defineOp<WhileAttrs>({
  name: "whileLoop",
  infer: (inputs, { body }) => {
    checkBodyInputs("whileLoop", body, inputs.slice(1));
    return body.outputs.slice(1).map(typeOf);
  },
  evaluate: ([begin, ...rest], { body, carries, maxSteps = Infinity }, run) => {
    let state = rest.slice(0, carries);
    let go = begin?.data[0] !== 0;
    for (let step = 0; go && step < maxSteps; step++) {
      const [next, ...after] = interpretBody(body, [...state, ...rest.slice(carries)], run);
      state = after;
      go = next?.data[0] !== 0;
    }
    return state;
  },
  jvp: whileJvp,
  notDifferentiable:
    "reverse mode would need every state of a loop whose length is not known; use scan over the most steps there can be, with where to stop, or jvp",
  lower: (emitter, { attrs, outputs }, inputs) => {
    const { body, carries, maxSteps } = attrs;
    const graph = emitter.body(body, carries, inputs.slice(1 + carries), { loop: true });
    const most = maxSteps === undefined ? "" : emitter.reshape(emitter.int64s([maxSteps]), []);
    return emitter.emitMany("Loop", [most, ...inputs.slice(0, 1 + carries)], outputs.length, { body: { graph } });
  },
  bodies: {
    of: ({ body }) => [body],
    with: (attrs, [body = attrs.body]) => ({ ...attrs, body }),
    runs: ({ body, carries }) => [{ body, times: undefined, state: carries, slices: 0, captured: 1 + carries }],
  },
});

/** State and tangents go through one loop, whose length depends on the state alone. */
function whileJvp(
  node: Node<WhileAttrs>,
  tangents: readonly (Tensor | undefined)[],
  count: Dim,
  { jvp }: Differentiation,
): (Tensor | undefined)[] {
  const { body, carries, maxSteps } = node.attrs;
  const [begin, ...rest] = node.inputs;
  if (begin === undefined) throw new Error("internal: a loop without inputs");
  const [state, captured] = [rest.slice(0, carries), rest.slice(carries)];
  const floats = state.filter(float);
  const given = captured.map((x, i) => (float(x) ? tangents[1 + carries + i] : undefined));
  const moving = captured.filter((_, i) => given[i]);
  const start = floats.map((x) => tangents[1 + state.indexOf(x)] ?? zeros([count, ...x.shape], x.dtype));
  const open = traceBody("while_tangent", [...state.map(typeOf), ...start.map(typeOf)], (inputs) => {
    const own = inputs.slice(0, carries);
    const outputs = inline(body, [...own, ...captured]);
    const directions = [...inputs.slice(carries), ...given.filter((t) => t !== undefined)];
    return [...outputs, ...jvp(outputs.slice(1).filter(float), [...own.filter(float), ...moving], directions)];
  });
  const { body: closed, captures } = closeOver(open);
  const attrs = { body: closed, carries: carries + start.length, maxSteps };
  const found = applyOp(whileOp, attrs, [begin, ...state, ...start, ...captures]).slice(carries);
  let next = 0;
  return node.outputs.map((y) => (float(y) ? found[next++] : undefined));
}

/** Options of `whileLoop`. */
export interface WhileOptions {
  /** Most steps, from 1. Default: no limit. */
  readonly maxSteps?: number | undefined;
}

/**
 * A loop that goes on while a condition holds: `while (condition(state)) state = body(state)`.
 *
 * Forward derivatives go through it; reverse ones cannot, since its length is known only at run time.
 *
 * @param state - tensors before the first step
 * @param condition - a boolean of shape `[]`
 * @param body - the next state: as many tensors, of the same types
 * @throws RangeError if the body changes the type of the state; TypeError if the condition is no boolean scalar
 */
export function whileLoop<const S extends readonly Tensor[]>(
  state: S,
  condition: (state: TensorsOf<S>) => Tensor,
  body: (state: TensorsOf<S>) => readonly Tensor[],
  { maxSteps }: WhileOptions = {},
): TensorsOf<S> {
  if (maxSteps !== undefined && (!Number.isSafeInteger(maxSteps) || maxSteps < 1)) {
    throw new RangeError(`whileLoop: maxSteps: expected a whole number from 1, got ${String(maxSteps)}`);
  }
  const begin = checkCondition(condition([...state] as TensorsOf<S>));
  const open = traceBody("while", state.map(typeOf), (inputs) => {
    const next = body(inputs as TensorsOf<S>);
    if (next.length !== state.length || !state.every((x, i) => x.dtype === next[i]?.dtype && sameShape(x.shape, next[i].shape))) {
      throw new RangeError(
        `whileLoop: the body must return a state of the types it got: expected ${state.map(String).join(", ")}, got ${next.map(String).join(", ")}`,
      );
    }
    return [checkCondition(condition([...next] as TensorsOf<S>)), ...next];
  });
  const { body: closed, captures } = closeOver(open);
  return [...applyOp(whileOp, { body: closed, carries: state.length, maxSteps }, [begin, ...state, ...captures])] as TensorsOf<S>;
}

function checkCondition(go: Tensor): Tensor {
  if (go.dtype === "bool" && go.rank === 0) return go;
  throw new TypeError(`whileLoop: expected a bool condition of shape [], got ${go.toString()}; reduce it first`);
}

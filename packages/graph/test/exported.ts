/** @file What the package exports, sorted: ops with a row in the conformance suite, other ops, and the rest. */
import * as graph from "@fluxion/graph";

/** Exported functions that are no ops. */
const noOps = new Set([
  "addUp", "addUpByScope", "checkFeeds", "checkResident", "crc32", "crc32Update", "describeModel", "divergence", "explain", "formatExplanation", "formatShape", "formatShare",
  "formatSi", "formatTable", "fromFloat16", "grad", "hessianVectorProduct", "hostTensor", "hutchinsonDivergence", "input", "interpretProgram",
  "isHostTensor", "isStatic", "jvp", "keepResident", "largestWork", "loadProgram", "lower", "lowerForWebgpu", "modelSignature", "onHost", "referenceRuntime", "saveProgram", "scope", "simplify", "sizeOf",
  "toFloat16", "trace", "typedData", "valueAndGrad", "vjp",
]);

/** Ops that make tensors of nothing, and control flow: their tests are their own. */
const withoutRow = new Set(["cond", "constant", "full", "ones", "onesLike", "scan", "whileLoop", "zeros", "zerosLike"]);

/** The name of everything exported. */
export const exported: readonly string[] = Object.keys(graph);

/** Every exported op. */
export const exportedOps: readonly string[] = exported.filter((name) => !noOps.has(name));

/** Every exported op that needs a row in the conformance suite. */
export const tabledOps: readonly string[] = exportedOps.filter((name) => !withoutRow.has(name));

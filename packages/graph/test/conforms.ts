/** @file Rows of ops on any runtime, against the float64 interpreter. Rows share programs: sessions are what costs. */
import { interpretProgram, lower } from "@fluxion/graph";
import type { Runtime, Target } from "@fluxion/graph";
import { programOf } from "./cases/subject.ts";
import type { ProgramOptions, Subject, What } from "./cases/subject.ts";
import { disagreement, valuesOf } from "./compare.ts";

const atOnce = 60;

/** How a runtime is judged. */
export interface Judging extends ProgramOptions {
  /** How far a subject's results may lie apart. */
  readonly tolerance: (subject: Subject) => number;
  /** What the runtime lowers to. Default `onnxruntime`. */
  readonly target?: Target | undefined;
}

/** What was found out about a runtime. */
export interface Verdict {
  /** Results that differ from the interpreter's, in words. */
  readonly wrong: readonly string[];
  /** Why subjects are refused when they are lowered. */
  readonly refused: readonly string[];
  readonly computed: number;
}

/** Computes every subject that can be lowered. */
export async function judge(runtime: Runtime, subjects: readonly Subject[], what: What, judging: Judging): Promise<Verdict> {
  const refused: string[] = [];
  const able = subjects.filter((subject) => {
    try {
      lower(programOf([subject], what, judging).program, { target: judging.target });
      return true;
    } catch (error) {
      refused.push(String(error));
      return false;
    }
  });
  const wrong: string[] = [];
  for (let i = 0; i < able.length; i += atOnce) wrong.push(...(await differences(runtime, able.slice(i, i + atOnce), what, judging)));
  return { wrong, refused, computed: able.length };
}

async function differences(runtime: Runtime, parts: readonly Subject[], what: What, judging: Judging): Promise<string[]> {
  const { program, feeds } = programOf(parts, what, judging);
  const executable = await runtime.compile(program);
  const found = await executable.run(feeds);
  await executable.dispose();
  return parts.flatMap((subject) => {
    const own = programOf([subject], what, judging);
    return Object.entries(interpretProgram(own.program, own.feeds)).flatMap(([name, { shape, data }]) => {
      const result = found[name];
      const same = String(result?.shape) === String(shape) && result?.dtype === own.program.outputs[name]?.dtype;
      const off = disagreement(valuesOf(result), Float64Array.from(data as ArrayLike<number>, Number));
      return same && off <= judging.tolerance(subject) ? [] : [`${name}: off by ${off.toExponential(2)}`];
    });
  });
}

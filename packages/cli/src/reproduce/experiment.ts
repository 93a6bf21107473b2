import type { MethodId } from "./methods.ts";
import type { StudyKind } from "./scales.ts";
import type { Findings } from "./findings.ts";
import type { Study } from "./study.ts";

/** An experiment of the paper: one file in experiments/ and a line in the registry. */
export interface Experiment {
  readonly name: string;
  /** Names of what it shows beside, by which it is also found. */
  readonly also?: readonly string[] | undefined;
  /** What of the paper it redoes, such as "Figure 7". */
  readonly paper: string;
  /** One line. */
  readonly about: string;
  /** The study it belongs to; experiments of one study share their trained models. */
  readonly study: StudyKind;
  /** The methods that it needs trained. Default the five of the paper's tables. */
  readonly methods?: readonly MethodId[] | undefined;
  /** Seconds of measuring, training aside, on this machine. */
  predict(study: Study): Promise<number>;
  run(study: Study): Promise<Findings>;
}

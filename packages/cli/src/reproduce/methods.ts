/** @file The five methods that the paper compares (§6, App. E.1): the same network and data, another path or loss. */

/** A method: its name and the options of `fluxion train` that make it. */
export interface Method {
  readonly id: string;
  /** As the paper's tables call it. */
  readonly label: string;
  readonly options: Readonly<Record<string, string>>;
}

/** In the order of the paper's Table 1. */
export const methods = [
  { id: "ddpm", label: "DDPM", options: { path: "vp", objective: "noise" } },
  { id: "score-matching", label: "Score Matching", options: { path: "vp", objective: "score" } },
  { id: "scoreflow", label: "ScoreFlow", options: { path: "vp", objective: "score-flow" } },
  { id: "fm-diffusion", label: "FM w/ Diffusion", options: { path: "vp", objective: "velocity" } },
  { id: "fm-ot", label: "FM w/ OT", options: { path: "ot", objective: "velocity" } },
] as const satisfies readonly Method[];

/** The name of a method. */
export type MethodId = (typeof methods)[number]["id"];

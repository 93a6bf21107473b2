/** @file The five methods that the paper compares (§6, App. E.1): the same network and data, another path or loss. */

/** A method: its name and the options of `fluxion train` that make it. */
export interface Method {
  readonly id: string;
  /** As the paper's tables call it. */
  readonly label: string;
  /** Of its curves and points in every figure; told apart by readers with any colour vision, as the theme's. */
  readonly colour: string;
  readonly options: Readonly<Record<string, string>>;
  /** Trained for as many minutes as the first method, not as many steps. */
  readonly equalTime?: boolean | undefined;
}

/** In the order of the paper's Table 1. */
export const methods = [
  { id: "ddpm", label: "DDPM", colour: "#b58900", options: { path: "vp", objective: "noise" } },
  { id: "score-matching", label: "Score Matching", colour: "#0c8a7b", options: { path: "vp", objective: "score" } },
  { id: "scoreflow", label: "ScoreFlow", colour: "#cc79a7", options: { path: "vp", objective: "score-flow" } },
  { id: "fm-diffusion", label: "FM w/ Diffusion", colour: "#d55e00", options: { path: "vp", objective: "velocity" } },
  { id: "fm-ot", label: "FM w/ OT", colour: "#3a45d1", options: { path: "ot", objective: "velocity" } },
] as const satisfies readonly Method[];

/** How flows were trained before (Grathwohl et al. 2019): by solving them in every step. Compared at equal time. */
export const maximumLikelihood = {
  id: "likelihood",
  label: "maximum likelihood",
  colour: "#5d6878",
  options: { path: "ot", objective: "likelihood" },
  equalTime: true,
} as const satisfies Method;

/** Super-resolution (Table 2): the regression and the flow, told the same image of low resolution. */
export const superResolutions = [
  { id: "regression", label: "Regression", colour: "#5d6878", options: { objective: "restoration" } },
  { id: "super-resolution", label: "FM w/ OT", colour: "#3a45d1", options: { path: "ot" } },
] as const satisfies readonly Method[];

/** The name of a method of the tables. */
export type PaperMethodId = (typeof methods)[number]["id"];

/** The name of a method. */
export type MethodId = PaperMethodId | (typeof maximumLikelihood)["id"] | (typeof superResolutions)[number]["id"];

/** The method of a name. */
export function methodOf(id: MethodId): Method {
  const found = [...methods, maximumLikelihood, ...superResolutions].find((method) => method.id === id);
  if (found) return found;
  throw new Error(`internal: no method ${id}`);
}

/** Curves of methods, each in its method's colour. */
export const coloured = <Curve extends { readonly id: MethodId }>(curves: readonly Curve[]): readonly (Curve & Pick<Method, "colour">)[] =>
  curves.map((curve) => ({ ...curve, colour: methodOf(curve.id).colour }));

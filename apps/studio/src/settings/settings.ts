/** @file Every setting of the page, as signals. */
import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import type { PathName, SolverName } from "fluxion";
import { pathOptions, pointSets, solvers } from "fluxion";
import { pointsOfSet } from "../lab/problem.ts";
import type { ChoiceSpec, NumberSpec, Spec } from "./spec.ts";
import { choice, flag, number, text } from "./spec.ts";

/** The chapters of the page, in order. */
export const chapters = ["data", "path", "train", "flow", "solve", "images", "keep"] as const;

/** A chapter of the page. */
export type Chapter = (typeof chapters)[number];

const namesOf = <T extends string>(record: Readonly<Record<T, unknown>>): T[] => Object.keys(record) as T[];

/** Instead of a class: all of them in turn, or none in particular. */
export const [eachClass, noClass] = [-2, -1] as const;

/** What both models share. */
export const sharedSpecs = {
  chapter: choice(chapters, "flow"),
  data: choice([...namesOf(pointSets), "own"], "moons"),
  /** Points that a built-in set is drawn as. */
  setSize: number(pointsOfSet, 100, 1_000_000, 0.05, { log: true }),
  seed: number(0, 0, 9999, 1),
  batch: number(256, 32, 1024, 32),
  steps: number(4000, 500, 20_000, 500),
  engine: choice(["wasm", "webgpu"], "wasm"),
  compare: flag(false),
  particles: number(2000, 200, 10_000, 200),
  solver: choice(namesOf(solvers), "midpoint"),
  solverSteps: number(16, 1, 100, 1),
  rtol: number(1e-4, 1e-8, 1e-1, 1, { log: true }),
  atol: number(1e-4, 1e-8, 1e-1, 1, { log: true }),
  imageCount: number(8, 4, 64, 4),
  imageSteps: number(8, 2, 50, 1),
  imageSeed: number(0, 0, 9999, 1),
  /** A run that came with the page, by name. */
  run: text("", 60),
  imageClass: number(eachClass, eachClass, 999, 1),
  guidance: number(1, 0, 6, 0.25),
  showData: flag(true),
  showField: flag(false),
  showDensity: flag(false),
  showLines: flag(false),
} as const;

/** What each model has for itself. */
export const sideSpecs = {
  path: choice([...namesOf<PathName>(pathOptions), "formula"], "ot"),
  sigmaMin: number(1e-4, 1e-5, 0.5, 0.5, { log: true }),
  betaMin: number(0.1, 0.01, 5, 0.01),
  betaMax: number(20, 5, 40, 0.5),
  veSigmaMin: number(0.01, 1e-3, 0.5, 0.5, { log: true }),
  sigmaMax: number(10, 2, 50, 0.5),
  degree: number(2, 0.5, 5, 0.1),
  alpha: text("sin(pi t/2)^2", 120),
  sigma: text("cos(pi t/2)^2", 120),
  objective: choice(["velocity", "noise", "score", "score-flow", "x1"], "velocity"),
  width: number(64, 16, 256, 16),
  depth: number(3, 1, 6, 1),
  rate: number(5e-3, 1e-4, 1e-1, 0.25, { log: true }),
} as const;

type Specs = Readonly<Record<string, { readonly default: unknown }>>;

type SignalsOf<S extends Specs> = { readonly [K in keyof S]: Signal<S[K]["default"]> };

/** The signals of what both models share. */
export type Shared = SignalsOf<typeof sharedSpecs>;
/** The signals of one model. */
export type SideSettings = SignalsOf<typeof sideSpecs>;
/** A solver's name. */
export type Solver = SolverName;

/** A setting with its values, whatever they are. */
export interface Setting {
  /** In the address. */
  readonly name: string;
  readonly spec: Spec<unknown>;
  readonly value: Signal<unknown>;
}

function signalsOf<S extends Specs>(specs: S, defaults: Readonly<Record<string, unknown>> = {}): SignalsOf<S> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, signal(defaults[name] ?? spec.default)])) as SignalsOf<S>;
}

/** What both models share. */
export const shared: Shared = signalsOf(sharedSpecs);

/** The second model starts as the paper's diffusion path, which is what one compares with. */
const secondDefaults = { path: "vp" } as const;

/** Each model's own. */
export const sides: readonly [SideSettings, SideSettings] = [signalsOf(sideSpecs), signalsOf(sideSpecs, secondDefaults)];

/** Everything that an address restores. */
export const everySetting: readonly Setting[] = [
  ...settingsOf(sharedSpecs, shared, ""),
  ...settingsOf(sideSpecs, sides[0], ""),
  ...settingsOf(sideSpecs, sides[1], "b.", secondDefaults),
];

function settingsOf(
  specs: Readonly<Record<string, unknown>>,
  signals: Readonly<Record<string, unknown>>,
  prefix: string,
  defaults: Readonly<Record<string, unknown>> = {},
): Setting[] {
  return Object.entries(specs as Record<string, Spec<unknown>>).map(([name, spec]) => ({
    name: `${prefix}${name}`,
    spec: { ...spec, default: defaults[name] ?? spec.default },
    value: signals[name] as Signal<unknown>,
  }));
}

export type { ChoiceSpec, NumberSpec, Spec };

/** @file The options of `fluxion train`: one flat record, the same names as flags, in config files and in run directories. */
import { objectives, pathOptions, predictions, presets, solvers, timeSamplers, weights } from "fluxion";
import type { PathName } from "fluxion";
import { deviceChoices } from "@fluxion/node";
import { z } from "zod";

const whole = (least: number) => z.number().int().min(least);
const positive = z.number().positive();
const unit = z.number().min(0).lt(1);

/** The names of a family's members. */
const nameList = <T extends object>(family: T): (keyof T & string)[] => Object.keys(family) as (keyof T & string)[];

/** Every option of a training run; those without a default depend on the data. */
const schema = z.strictObject({
  data: z.string().min(1).describe("a point set, mnist, fashion-mnist, a .csv, .npy or .npz file, a directory of images"),
  points: whole(100).default(200_000).describe("points to draw from a built-in set"),
  pool: whole(1).default(1).describe("side of the squares of an image that are averaged into one pixel"),
  imageSize: whole(1).optional().describe("side of the squares that pictures of a folder are cropped and resized to"),
  colour: z.enum(["grey", "rgb"]).optional().describe("what pictures of a folder become, where some are grey and others are not"),
  flip: z.boolean().optional().describe("turn images left to right at random"),
  skipBad: z.boolean().optional().describe("go on without images and files that are damaged"),
  seed: whole(0).default(0).describe("of data, weights, noise and samples"),

  steps: whole(1).optional().describe("optimiser steps"),
  snapshots: whole(0).default(0).describe("keep the weights at so many equal parts of training"),
  minutes: positive.optional().describe("training time, turned into a number of steps once (default 1; images 20)"),
  batch: whole(1).optional().describe("examples per step (default 256; U-Net 32; ADM, DiT 64)"),

  accumulate: whole(1).default(1).describe("equal parts of a batch whose gradients are added up, to save memory"),

  path: z.enum(Object.keys(pathOptions) as PathName[]).default("ot").describe(`probability path: ${Object.keys(pathOptions).join(", ")}`),
  sigmaMin: unit.optional().describe("noise that the OT path (default 1e-4) or the VE path (0.01) leaves on the data"),
  sigmaMax: positive.optional().describe("noise at the start of the VE path (default 10)"),
  betaMin: positive.optional().describe("beta of the VP path at the data's end (default 0.1)"),
  betaMax: positive.optional().describe("beta of the VP path at the noise's end (default 20)"),
  epsilon: positive.lt(0.1).optional().describe("what is cut off the end of the VP and linear-VP paths (default 1e-5)"),
  degree: z.number().min(1).optional().describe("n of the polynomial path (default 2)"),

  objective: z.enum(nameList(objectives)).default("velocity").describe("what is trained: the velocity (flow matching), noise (DDPM), score, score-flow, x1, likelihood, restoration (the regression baseline of super-resolution)"),
  prediction: z.enum(predictions).optional().describe("what the network predicts (default what the objective measures)"),
  times: z.enum(nameList(timeSamplers)).default("uniform").describe("distribution of times"),
  timesMean: z.number().optional().describe("mean of logit-normal (default 0) or edm (-1.2) times"),
  timesScale: z.number().optional().describe("scale of mode times (default 1.29)"),
  timesStd: positive.optional().describe("standard deviation of logit-normal (default 1) or edm (1.2) times"),
  weight: z.enum(["none", ...nameList(weights)]).default("none").describe("factor on the squared error, by time"),
  snrGamma: positive.optional().describe("of the min-snr weight (default 5)"),
  sigmaData: positive.optional().describe("of the edm weight (default 0.5)"),

  likelihoodSolver: z.enum(nameList(solvers)).optional().describe("of the likelihood objective, on a fixed grid (default rk4)"),
  likelihoodSteps: whole(1).optional().describe("steps of its grid (default 8)"),
  divergence: z.enum(["exact", "hutchinson"]).optional().describe("of the likelihood objective (default hutchinson)"),
  kinetic: z.number().min(0).optional().describe("weight of the likelihood objective's kinetic energy (default 0)"),
  jacobian: z.number().min(0).optional().describe("weight of its Jacobian norm (default 0)"),

  preset: z.enum(nameList(presets)).optional().describe("network and settings of the paper's Table 3; other options win"),
  model: z.enum(["unet", "adm", "dit"]).optional().describe("network for images (default unet)"),
  width: whole(1).optional().describe("units per hidden layer of the MLP, values of a token of the DiT (default 128)"),
  depth: whole(1).optional().describe("hidden layers of the MLP, blocks of the DiT (default 4)"),
  activation: z.enum(["silu", "relu", "tanh", "gelu", "softplus"]).optional().describe("of the MLP (default silu)"),
  time: z.enum(["fourier", "plain"]).optional().describe("how time enters the MLP (default fourier)"),

  channels: whole(1).optional().describe("of the U-Net (default 48, ADM 32)"),
  multiples: z.array(whole(1)).min(1).optional().describe("channel multiple of each U-Net level (default 1,2)"),
  blocks: whole(1).optional().describe("residual blocks per U-Net level (default 1)"),
  attention: z.array(whole(1)).optional().describe("heights of the feature maps with self-attention (default the coarsest)"),
  patch: whole(1).optional().describe("side of the squares that the U-Net folds into channels (default 2), or the DiT into tokens (4)"),
  heads: whole(1).optional().describe("attention heads of images' networks (default 4)"),
  headChannels: whole(1).optional().describe("channels of each head of ADM, instead of heads"),
  scaleShift: z.boolean().optional().describe("whether time scales and shifts ADM's norms (default true)"),
  residualResample: z.boolean().optional().describe("whether ADM's residual blocks change the resolution (default true)"),
  convResample: z.boolean().optional().describe("whether ADM's plain layers between levels have convolutions (default true)"),
  dropout: unit.optional().describe("rate of dropout in ADM (default 0)"),
  classes: z.boolean().optional().describe("tell the network the labels of the images"),
  labelDropout: z.number().min(0).max(1).optional().describe("probability that a label is withheld, for guidance (default 0.1)"),
  superResolution: whole(2).optional().describe("tell the network the image made smaller by this factor, to refine it"),
  size: z.string().optional().describe("size and patch of the DiT by name, such as S/2"),

  learningRate: positive.optional().describe("peak learning rate of Adam (default 5e-3; U-Net 3e-3; ADM, DiT 1e-3)"),
  warmup: whole(0).default(200).describe("steps of linear warm-up"),
  schedule: z.enum(["constant", "polynomial"]).default("polynomial").describe("learning rate after the warm-up"),
  weightDecay: z.number().min(0).default(0).describe("decoupled weight decay (AdamW)"),
  clip: positive.default(1).describe("largest global gradient norm"),
  ema: unit.default(0.999).describe("decay of the averaged weights"),
  device: z.enum(deviceChoices).default("cpu").describe("what to compute on: cpu, webgpu, cuda (untested), or auto for the best there is"),
  threads: whole(1).optional().describe("CPU threads (default by the size of the work)"),
});

/** The checked options, defaults filled in. */
export type TrainOptions = z.output<typeof schema>;

/** The name, description and default of every option but `data`, for the command line. */
export const optionList: readonly { readonly key: string; readonly description: string; readonly flag: string }[] = Object.entries(schema.shape)
  .filter(([key]) => key !== "data")
  .map(([key, field]) => ({
    key,
    // A flag alone means yes.
    flag: `${flagOf(key)} ${schema.shape[key as keyof typeof schema.shape].safeParse(true).success ? "[value]" : "<value>"}`,
    description: `${field.description ?? ""}${field instanceof z.ZodDefault ? ` (default ${String(field.parse(undefined))})` : ""}`,
  }));

/** The flag of an option, such as `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Checks options from flags and config files.
 *
 * @param source - where they come from, for messages
 * @throws Error listing every unknown key and every bad value
 */
export function parseOptions(options: Readonly<Record<string, unknown>>, source: string): TrainOptions {
  const result = schema.safeParse(options);
  if (!result.success) {
    throw new Error(result.error.issues.map((issue) => `${source}: ${describe(issue, options)}`).join("\n"));
  }
  if (result.data.steps !== undefined && result.data.minutes !== undefined) {
    throw new Error(`${source}: steps and minutes: expected one of them, got both; leave one out`);
  }
  return result.data;
}

function describe(issue: z.core.$ZodIssue, options: Readonly<Record<string, unknown>>): string {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schema.shape).join(", ");
    return `unknown option ${issue.keys.map((key) => `"${key}"`).join(", ")}; known are ${known}`;
  }
  const [key = ""] = issue.path;
  return `${issue.path.join(".")}: ${issue.message.replace("Invalid input: ", "")}, got ${JSON.stringify(options[String(key)])}`;
}

/** Reads the text of a flag as the type of its option: a number, a list of numbers, text, true or false. */
export function parseFlag(key: string, text: string): unknown {
  const field = Object.entries(schema.shape).find(([name]) => name === key)?.[1];
  const readings: unknown[] = [Number(text), text.split(",").map(Number), text, text === "true" || (text === "false" ? false : text)];
  return readings.find((reading) => field?.safeParse(reading).success) ?? (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));
}

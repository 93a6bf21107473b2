/** @file A program that grows by instructions: every number in an instruction picks, modulo what fits. */
import { sizeOf } from "@fluxion/graph";
import type { Tensor } from "@fluxion/graph";

/** One step of a random program. What `draws` mean is up to the family; any list of numbers means something. */
export interface Instruction {
  /** Which family of ops, modulo how many there are. */
  readonly family: number;
  /** Operands and attributes, in the order in which the family asks for them. */
  readonly draws: readonly number[];
  /** The body of control flow. */
  readonly body?: readonly Instruction[];
}

/** Draws are less than this, a number that many counts divide. */
export const mostDraw = 720;

/** Nothing fits: the instruction is skipped. */
export class Unfit extends Error {}

/** Makes new tensors of those that a draft has. */
export type Family = (draft: Draft) => Tensor | readonly Tensor[];

/** The largest tensor, so that programs stay quick. */
export const mostElements = 256;

/** The number of elements where a named dimension is 2, the batch of random programs. */
export const elements = ({ shape }: Tensor): number =>
  sizeOf(shape.map((dim) => (typeof dim === "number" ? dim : 2 * (Number.parseInt(dim, 10) || 1))));

/** Whether an error is the library's to the user; all others are bugs. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof Unfit || (error instanceof Error && /^[\w ]+: /.test(error.message) && !error.message.startsWith("internal"));

/** What an instruction sees: the tensors so far, and its own numbers. */
export class Draft {
  readonly tensors: readonly Tensor[];
  readonly #instruction: Instruction;
  readonly #families: readonly Family[];
  readonly #history: readonly (readonly [Instruction, number])[];
  #next = 0;

  constructor(
    families: readonly Family[],
    tensors: readonly Tensor[],
    instruction: Instruction,
    history: readonly (readonly [Instruction, number])[] = [],
  ) {
    this.#families = families;
    this.tensors = tensors;
    this.#instruction = instruction;
    this.#history = history;
  }

  /** A number from 0 to `count` − 1. */
  index(count: number): number {
    if (count < 1) throw new Unfit();
    const { draws } = this.#instruction;
    return (draws[this.#next++ % Math.max(draws.length, 1)] ?? 0) % count;
  }

  /** One of a list. */
  choose<T>(options: readonly T[]): T {
    return options[this.index(options.length)] as T;
  }

  /** One of the tensors that fit. The newest are the likeliest, so that programs grow deep. */
  pick(fits: (x: Tensor) => boolean): Tensor {
    const fitting = this.tensors.filter(fits);
    return fitting.at(-1 - Math.floor(fitting.length * (this.index(mostDraw) / mostDraw) ** 2)) ?? this.choose(fitting);
  }

  /** Runs the instruction's family. */
  run(): readonly Tensor[] {
    const family = this.#families[this.#instruction.family % this.#families.length];
    if (!family) throw new Unfit();
    const made = [family(this)].flat();
    if (made.some((x) => x.rank > 5 || elements(x) > mostElements || elements(x) === 0)) throw new Unfit();
    return made;
  }

  /** Repeats an earlier instruction as it was. */
  again(): readonly Tensor[] {
    const [instruction, size] = this.choose(this.#history);
    return new Draft(this.#families, this.tensors.slice(0, size), instruction).run();
  }

  /** Runs the body on further tensors; gives what it made, after those. */
  body(own: readonly Tensor[], shift = 0): Tensor[] {
    const { body } = this.#instruction;
    if (!body) throw new Unfit();
    const tensors = [...this.tensors.slice(-5), ...own];
    for (const { draws, ...rest } of body) {
      try {
        tensors.push(...new Draft(this.#families, tensors, { ...rest, draws: draws.map((draw) => draw + shift) }).run());
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    return tensors.slice(-own.length - body.length);
  }
}

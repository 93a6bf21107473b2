/** @file The controls of all panels: every one has its label, its value and its limits from the setting. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useId } from "preact/hooks";
import { shortest } from "./numbers.ts";
import type { ChoiceSpec, NumberSpec } from "../settings/settings.ts";

interface RangeProps {
  readonly label: ComponentChildren;
  readonly value: Signal<number>;
  readonly spec: NumberSpec;
  /** How a value is shown. Default: shortest digits. */
  readonly show?: ((value: number) => string) | undefined;
  readonly disabled?: boolean | undefined;
}

/** A number by a slider; logarithmic where the setting is. */
export function Range({ label, value, spec, show = shortest, disabled }: RangeProps): VNode {
  const id = useId();
  const { min, max, step, log } = spec;
  const at = (given: number): number => (log ? Math.log10(given) : given);
  const of = (given: number): number => (log ? Number((10 ** given).toPrecision(2)) : Number(given.toPrecision(6)));
  const filled = `${((100 * (at(value.value) - at(min))) / (at(max) - at(min))).toFixed(1)}%`;
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <output for={id}>{show(value.value)}</output>
      <input
        id={id}
        type="range"
        min={at(min)}
        max={at(max)}
        step={step}
        value={at(value.value)}
        disabled={disabled}
        aria-valuetext={show(value.value)}
        ref={(input) => input?.style.setProperty("--filled", filled)}
        onInput={(event) => {
          value.value = Math.min(max, Math.max(min, of(Number(event.currentTarget.value))));
        }}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: Signal<T>;
  readonly spec: ChoiceSpec<T>;
  readonly names: Readonly<Record<T, ComponentChildren>>;
  /** Those that cannot be chosen now. */
  readonly without?: readonly T[] | undefined;
}

/** One of a few, all in sight. */
export function Choice<T extends string>({ label, value, spec, names, without = [] }: ChoiceProps<T>): VNode {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="chips">
        {spec.values
          .filter((one) => !without.includes(one))
          .map((one) => (
            <label key={one} class="chip">
              <input type="radio" name={name} value={one} checked={value.value === one} onChange={() => (value.value = one)} />
              <span>{names[one]}</span>
            </label>
          ))}
      </div>
    </fieldset>
  );
}

/** On or off. */
export function Switch({ label, value, disabled }: { readonly label: string; readonly value: Signal<boolean>; readonly disabled?: boolean }): VNode {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={value.value} disabled={disabled} onChange={(event) => (value.value = event.currentTarget.checked)} />
      <span class="switch-track" aria-hidden="true" />
      <span>{label}</span>
    </label>
  );
}

/** A figure and what it is. */
export function Figure({ label, children, note }: { readonly label: string; readonly children: ComponentChildren; readonly note?: string | undefined }): VNode {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        {children}
        {note === undefined ? null : <small>{note}</small>}
      </dd>
    </div>
  );
}

/** Something that went wrong, said at once. */
export function Complaint({ message }: { readonly message: string | undefined }): VNode {
  return (
    <p class="complaint" role="alert" hidden={message === undefined}>
      {message}
    </p>
  );
}

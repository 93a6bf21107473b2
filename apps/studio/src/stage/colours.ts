/** @file The colours of the pictures, taken from the style sheet so that they change with it. */
import { signal } from "@preact/signals";
import type { Rgb } from "./particles.ts";

/** What each colour stands for. */
export interface Colours {
  readonly accent: Rgb;
  readonly ink: Rgb;
  readonly paper: Rgb;
}

const black: Rgb = [0, 0, 0];

/** The present colours. */
export const colours = signal<Colours>({ accent: black, ink: black, paper: black });

/** Light, dark, or as the system says. */
export type Theme = "light" | "dark" | "system";

/** The theme chosen. */
export const theme = signal<Theme>("system");

const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
export const isDark = (): boolean => theme.value === "dark" || (theme.value === "system" && system.matches);

/** Reads the colours from the style sheet, and again when the system changes its mind. */
export function followTheme(): void {
  const read = (): void => {
    document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): Rgb => {
      const [r = 0, g = 0, b = 0] = style.getPropertyValue(name).trim().split(/\s+/).map(Number);
      return [r, g, b];
    };
    colours.value = { accent: colour("--accent-rgb"), ink: colour("--ink-rgb"), paper: colour("--paper-rgb") };
  };
  system.addEventListener("change", read);
  theme.subscribe(read);
}

/** A colour for a canvas or a picture. */
export const rgba = ([r, g, b]: Rgb, alpha = 1): string => `rgba(${r}, ${g}, ${b}, ${alpha})`;

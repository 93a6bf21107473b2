/** @file Widths of text without a canvas. Vega's own guess is 0.8 em a letter, which spreads legends and widens figures. */

const classes: readonly [letters: RegExp, ems: number][] = [
  [/[ijlI.,:;|!'()[\]]/u, 0.3],
  [/[ frt/-]/u, 0.38],
  [/[mwMW@%—]/u, 0.9],
  [/[A-Z]/u, 0.7],
  [/[0-9+=<>±×]/u, 0.64],
];

/** The width of a line of text in pixels, within some percent for the sans-serif of the figures. */
export function textWidth(text: string, fontSize: number): number {
  const ems = Array.from(text).reduce((sum, letter) => sum + (classes.find(([letters]) => letters.test(letter))?.[1] ?? 0.59), 0);
  return ems * fontSize;
}

/** @file The settings as the fragment of an address, which no server ever sees. */
import { batch, effect } from "@preact/signals";
import { ownPoints } from "./own-points.ts";
import { packPoints, unpackPoints } from "./pack-points.ts";
import { everySetting } from "./settings.ts";

/** The settings that differ from their defaults, as a fragment without `#`. */
export function writeAddress(): string {
  const pairs = everySetting
    .filter(({ spec, value }) => value.value !== spec.default)
    .map(({ name, spec, value }) => [name, spec.write(value.value)] as const);
  const own = ownPoints.value && packPoints(ownPoints.value);
  return new URLSearchParams([...pairs.map(([name, text]) => [name, text]), ...(own ? [["points", own]] : [])]).toString();
}

/**
 * Restores the settings of a fragment; what it does not name gets its default.
 *
 * @returns what was not understood, as `name=value`
 */
export function readAddress(fragment: string): string[] {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const strange: string[] = [];
  batch(() => {
    for (const { name, spec, value } of everySetting) {
      const text = given.get(name);
      const read = text === null ? spec.default : spec.read(text);
      if (read === undefined) strange.push(`${name}=${String(text)}`);
      else value.value = read;
    }
    const points = given.get("points");
    const unpacked = points === null ? undefined : unpackPoints(points);
    if (points !== null && unpacked === undefined) strange.push("points");
    ownPoints.value = unpacked;
  });
  const known = new Set([...everySetting.map(({ name }) => name), "points"]);
  return [...strange, ...[...given.keys()].filter((name) => !known.has(name))];
}

/** Keeps the address bar in step with the settings. */
export function followSettings(): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const text = writeAddress();
    clearTimeout(waiting);
    // Browsers refuse more than some hundred changes of the address in a minute.
    waiting = setTimeout(() => {
      history.replaceState(null, "", text === "" ? location.pathname + location.search : `#${text}`);
    }, 300);
  });
}

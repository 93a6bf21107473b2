/** @file Adding up what nodes cost by where they stand or what they are. */

/** Adds up items under each of their names; an item has one name or several. */
export function addUp<T, A>(
  items: Iterable<T>,
  namesOf: (item: T) => readonly string[],
  zero: A,
  add: (total: A, item: T) => A,
): Map<string, A> {
  const totals = new Map<string, A>();
  for (const item of items) {
    for (const name of namesOf(item)) totals.set(name, add(totals.get(name) ?? zero, item));
  }
  return totals;
}

/**
 * Adds up items under every scope that holds them: `down.1/attention` counts in `down.1` too. A scope that holds one
 * inner scope and nothing else is left out, for its total is that one's.
 */
export function addUpByScope<T extends { readonly scope: string }, A extends { readonly nodes: number }>(
  items: Iterable<T>,
  zero: A,
  add: (total: A, item: T) => A,
): Map<string, A> {
  const totals = addUp(items, ({ scope }) => prefixes(scope), zero, add);
  for (const [scope, { nodes }] of [...totals]) {
    const outer = parentOf(scope);
    if (outer !== undefined && totals.get(outer)?.nodes === nodes) totals.delete(outer);
  }
  return totals;
}

function parentOf(scope: string): string | undefined {
  const end = scope.lastIndexOf("/");
  return end < 0 ? undefined : scope.slice(0, end);
}

/** `a`, `a/b` and `a/b/c` of `a/b/c`. */
function prefixes(scope: string): string[] {
  const all: string[] = [];
  for (let at: string | undefined = scope; at !== undefined; at = parentOf(at)) all.push(at);
  return all;
}

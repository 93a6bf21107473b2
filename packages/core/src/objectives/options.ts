/** @file Members of a family from configurations, which may come from a file: wrong kinds and options are errors. */

/** One member: the names of its options, and how it is made of them. */
export interface Member<T> {
  readonly options: readonly string[];
  make(options: Readonly<Record<string, unknown>>): T;
}

/**
 * The member that a configuration describes: `kind` and its options.
 *
 * @param family - for messages
 * @throws RangeError for an unknown kind or option
 */
export function builtFrom<T>(
  family: string,
  members: Readonly<Record<string, Member<T>>>,
  config: Readonly<Record<string, unknown>>,
): T {
  const { kind, ...options } = config;
  const member = typeof kind === "string" && Object.hasOwn(members, kind) ? members[kind] : undefined;
  if (member === undefined) {
    throw new RangeError(`${family}: expected kind to be one of ${Object.keys(members).join(", ")}, got ${JSON.stringify(kind)}`);
  }
  checkOptions(`${family} "${String(kind)}"`, options, member.options);
  return member.make(options);
}

/** @throws RangeError for an option that is none of `known` */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const choices = known.length === 0 ? "it has none" : `the options are ${known.join(", ")}`;
    throw new RangeError(`${where}: unknown option "${key}"; ${choices}`);
  }
}

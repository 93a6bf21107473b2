/** Makes an effect run again when one of these values changes: reading them as arguments is what counts. */
export const dependOn = (...values: readonly unknown[]): number => values.length;

export { integers, normal, permutation, rademacher, uniform } from "./fill.ts";
export { Key } from "./key.ts";

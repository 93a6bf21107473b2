export type { FormatProfileOptions } from "./format-profile.ts";
export { formatProfile } from "./format-profile.ts";
export type { Profile, ProfiledNode, ProfileGroup, ProfileOptions } from "./profile-program.ts";
export { profileProgram } from "./profile-program.ts";

import type { AdmOptions } from "./adm.ts";
import { adm } from "./adm.ts";
import type { DitOptions } from "./dit.ts";
import { dit } from "./dit.ts";
import type { MlpOptions } from "./mlp.ts";
import { mlp } from "./mlp.ts";
import type { Model } from "./model.ts";
import type { UnetOptions } from "./unet.ts";
import { unet } from "./unet.ts";

// A configuration comes from a file: each builder checks every option itself.
const builders: Readonly<Record<string, (options: unknown) => Model>> = {
  mlp: (options) => mlp(options as MlpOptions),
  unet: (options) => unet(options as UnetOptions),
  adm: (options) => adm(options as AdmOptions),
  dit: (options) => dit(options as DitOptions),
};

/**
 * Builds the model that a configuration describes: `modelFromConfig(model.config)` equals `model`.
 *
 * @param config - `kind` and the options of that kind
 * @throws RangeError for an unknown kind or option
 */
export function modelFromConfig(config: Readonly<Record<string, unknown>>): Model {
  const { kind, ...options } = config;
  const build = typeof kind === "string" && Object.hasOwn(builders, kind) ? builders[kind] : undefined;
  if (build === undefined) {
    throw new RangeError(
      `modelFromConfig: expected kind to be one of ${Object.keys(builders).join(", ")}, got ${JSON.stringify(kind)}`,
    );
  }
  return build(options);
}

/**
 * @file Parameters and inputs of the networks in packages/core/test/models/dit-cases.ts as JSON, for dit.py:
 *
 *     node --conditions=fluxion-source --import tsx scripts/reference/feeds.ts | python scripts/reference/dit.py
 */
import type { HostTensor } from "@fluxion/graph";
import { dit } from "fluxion";
import { ditCases } from "../../packages/core/test/models/dit-cases.ts";
import { randomFeeds } from "../../packages/core/test/models/harness.ts";

const plain = ({ shape, data }: HostTensor) => ({ shape, data: Array.from(data, Number) });

const cases = ditCases.map(({ name, options, labels }) => {
  const { params, xt, t } = randomFeeds(dit(options), 2);
  const tensors = Object.fromEntries(Object.entries(params).map(([key, tensor]) => [key, plain(tensor)]));
  return { name, options, labels, params: tensors, xt: plain(xt), t: plain(t) };
});
process.stdout.write(JSON.stringify(cases));

/**
 * @file Trains what comes with the page: the flow of all default settings, and its particles.
 *
 *     node --conditions=fluxion-source --import tsx apps/studio/scripts/pretrain.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeSafetensors, stateTensors } from "fluxion";
import { nodeRuntime } from "@fluxion/node";
import { createLab } from "../src/lab/lab.ts";
import { encodeFrames, pretrainedProblem } from "../src/session/pretrained.ts";
import { sharedSpecs } from "../src/settings/settings.ts";

const folder = join(import.meta.dirname, "..", "public", "pretrained");
const particles = 1200;

const runtime = await nodeRuntime({ threads: 1 });
const lab = await createLab(runtime, pretrainedProblem);
const steps = sharedSpecs.steps.default;
while (lab.step < steps) await lab.advance(Math.min(200, steps - lab.step), steps);
const frames = await lab.particles(particles, { solver: "midpoint", steps: 16 });
const { nll, entropy } = await lab.likelihood(2000);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "moons.state.safetensors"), encodeSafetensors(stateTensors(await lab.read()), { step: String(steps) }));
writeFileSync(join(folder, "moons.frames.bin"), encodeFrames(frames));
process.stdout.write(`${steps} steps, NLL ${nll.toFixed(3)} nats of ${entropy?.toFixed(3) ?? "unknown"}\n`);
await lab.dispose();

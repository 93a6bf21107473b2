/** @file Runs of images that come with the page, where the build had any. */
import { effect, untracked } from "@preact/signals";
import { shared } from "../settings/settings.ts";
import { connection, messageOf } from "../worker/connection.ts";
import { imageMessage, openedImages, openRun, runOfServer } from "./images.ts";

const options = import.meta.glob<string>("../runs/*/options.json", { query: "?url", import: "default", eager: true });
const weights = import.meta.glob<string>("../runs/*/weights.safetensors", { query: "?url", import: "default", eager: true });

/** Their names. */
export const shippedRuns: readonly string[] = Object.keys(options).map((path) => path.split("/").at(-2) ?? path);

let underWay: string | undefined;

/** Fetches one of them and opens it. */
export async function openShipped(name: string): Promise<void> {
  if (underWay === name) return;
  underWay = name;
  try {
    await openRun(await runOfServer(name, options[`../runs/${name}/options.json`] ?? "", weights[`../runs/${name}/weights.safetensors`] ?? ""), name);
  } catch (error) {
    imageMessage.value = messageOf(error);
  } finally {
    underWay = undefined;
  }
}

/** Opens the one that the address names, once its chapter is looked at: until then nothing is fetched. */
export function followShipped(): void {
  effect(() => {
    const name = shared.run.value;
    if (connection.value.status !== "ready" || shared.chapter.value !== "images" || !shippedRuns.includes(name)) return;
    if (openedImages.peek()?.name !== name) untracked(() => void openShipped(name));
  });
}

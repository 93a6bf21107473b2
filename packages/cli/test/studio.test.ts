import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { serveFolders } from "../src/serve-folder.ts";
import { fluxion, scratch } from "./harness.ts";

const folder = scratch();
mkdirSync(join(folder, "page", "assets"), { recursive: true });
mkdirSync(join(folder, "run"));
writeFileSync(join(folder, "page", "index.html"), "<title>page</title>");
writeFileSync(join(folder, "page", "assets", "a.wasm"), "wasm");
writeFileSync(join(folder, "run", "options.json"), "{}");
writeFileSync(join(folder, "run", "log.txt"), "private");
writeFileSync(join(folder, "secret.txt"), "secret");

const mounts = { "": { directory: join(folder, "page") }, run: { directory: join(folder, "run"), only: ["options.json"] } };
const served = await serveFolders(mounts, 0);
afterAll(() => served.close());

/** A request whose address is sent as it stands: `fetch` would tidy it up. */
function answerTo(path: string, { host = "localhost", method = "GET" } = {}): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(served.address);
    const sent = request({ host: "127.0.0.1", port, path, method, headers: { host } }, (response) => {
      let text = "";
      response.on("data", (data: Buffer) => (text += data.toString()));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

it("serves a page that may use threads, and what a run shows of itself", async () => {
  const page = await answerTo("/?run=x");
  expect(page).toMatchObject({ status: 200, text: "<title>page</title>" });
  expect(page.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  expect((await answerTo("/assets/a.wasm")).headers["content-type"]).toBe("application/wasm");
  expect(await answerTo("/run/options.json")).toMatchObject({ status: 200, text: "{}" });
  expect(await answerTo("/", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
});

it.each(["/run/log.txt", "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/run/..%2f..%2fsecret.txt", "/nothing.js", "/%00", "/%", "/assets"])(
  "gives nothing else: %s",
  async (path) => {
    expect(await answerTo(path)).toMatchObject({ status: 404, text: "" });
  },
);

it("answers only to its own name, and only questions", async () => {
  expect((await answerTo("/", { host: "evil.example" })).status).toBe(404);
  expect((await answerTo("/", { method: "POST" })).status).toBe(404);
});

it("says when the port is taken", async () => {
  const port = Number(new URL(served.address).port);
  await expect(serveFolders(mounts, port)).rejects.toThrow(`port: expected a free port, got ${port}, which is taken; choose another by --port`);
});

it("refuses what is no run", async () => {
  const { code, stderr } = await fluxion("studio", join(folder, "nowhere"), "--port", "0");
  expect(code).toBe(1);
  expect(stderr).toMatch(/expected a run directory, got nothing/);
});

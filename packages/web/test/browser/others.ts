/** @file Browsers other than Chromium, which are started at an address and not driven. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A browser of the system. */
export interface OtherBrowser {
  readonly name: string;
  /** How it is installed. */
  readonly install: string;
  /** Where it is, if it is there. */
  find(): string | undefined;
  /** The command that opens an address, with an empty folder for a profile. */
  command(path: string, profile: string, url: string): readonly string[];
}

const first = (...paths: readonly (string | undefined)[]): string | undefined => paths.find((path) => path !== undefined && existsSync(path));

const miniBrowsers = (): string[] =>
  ["x86_64-linux-gnu", "aarch64-linux-gnu"]
    .map((machine) => join("/usr/lib", machine))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, "MiniBrowser")))
    .filter((path) => path.includes("webkit2gtk"));

/** Firefox, and WebKit (the engine of Safari) in the small browser that comes with WebKitGTK. */
export const otherBrowsers: readonly OtherBrowser[] = [
  {
    name: "Firefox",
    install: "apt-get install firefox-esr, or name it by FLUXION_FIREFOX",
    find: () => first(process.env["FLUXION_FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox"),
    command: (path, profile, url) => [path, "--headless", "--no-remote", "--profile", profile, url],
  },
  {
    name: "WebKit",
    install: "apt-get install webkit2gtk-driver xvfb, or name its MiniBrowser by FLUXION_WEBKIT",
    find: () => first(process.env["FLUXION_WEBKIT"], ...miniBrowsers()),
    command: (path, _, url) => ["/usr/bin/xvfb-run", "-a", path, url],
  },
];

/** Opens an address in a browser until `end` is called. */
export function openIn(browser: OtherBrowser, url: string): { end(): Promise<void> } {
  const path = browser.find();
  if (path === undefined) throw new Error(`tests in the browser: expected ${browser.name}; install it (${browser.install})`);
  const profile = mkdtempSync(join(tmpdir(), "fluxion-browser-"));
  const [command = "", ...args] = browser.command(path, profile, url);
  // Its own process group: a browser is many processes.
  const child = spawn(command, args, { detached: true, stdio: "ignore", env: { ...process.env, HOME: profile, XDG_RUNTIME_DIR: profile } });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
  };
  return {
    end: async () => {
      signal("SIGTERM");
      const late = setTimeout(signal, 5000, "SIGKILL");
      await ended;
      clearTimeout(late);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

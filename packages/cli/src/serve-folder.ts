/** @file A small web server for files of this machine, for this machine alone. */
import { createReadStream, statSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

/** Folders by the first part of the address; "" is everything else. */
export type Mounts = Readonly<Record<string, { readonly directory: string; readonly only?: readonly string[] | undefined }>>;

/** A server that runs. */
export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** Threads of WebAssembly need an isolated page; nobody else needs to read what this serves. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-cache",
};

/**
 * Serves folders on 127.0.0.1.
 *
 * @param port - 0 for any that is free
 * @throws Error if the port is taken
 */
export function serveFolders(mounts: Mounts, port: number): Promise<Served> {
  const server = createServer((request, response) => {
    const file = request.method === "GET" || request.method === "HEAD" ? fileOf(mounts, request.url ?? "/") : undefined;
    if (!isLocal(request.headers.host) || file === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    const { size } = statSync(file);
    response.writeHead(200, { ...headers, "Content-Type": types[extname(file)] ?? "application/octet-stream", "Content-Length": size });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  return listening(server, port);
}

/** A page elsewhere may know this address under a name of its own: it is not for that page. */
const isLocal = (host = ""): boolean => /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host);

/** The file of an address, if there is one in a folder that is served. */
function fileOf(mounts: Mounts, address: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(new URL(address, "http://localhost").pathname).slice(1);
  } catch {
    return undefined;
  }
  const [first = "", ...rest] = path.split("/");
  const [mount, inside] = Object.hasOwn(mounts, first) && first !== "" ? [mounts[first], rest.join("/")] : [mounts[""], path];
  if (!mount || path.includes("\0")) return undefined;
  const name = inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside;
  if (mount.only && !mount.only.includes(name)) return undefined;
  const file = normalize(join(mount.directory, name));
  if (!file.startsWith(`${normalize(mount.directory)}${sep}`)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

function listening(server: Server, port: number): Promise<Served> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`port: expected a free port, got ${port}, which is taken; choose another by --port`) : error);
    });
    server.listen(port, "127.0.0.1", () => {
      resolve({
        address: `http://localhost:${(server.address() as AddressInfo).port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

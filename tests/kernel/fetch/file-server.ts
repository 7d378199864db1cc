/**
 * A small HTTP server for tests: serves bytes by path, with ranges. It can cut connections, ignore ranges or send wrong
 * data.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Served {
  readonly body: Uint8Array;
  readonly type?: string;
  /** Closes each connection after this many bytes of the body. */
  readonly cutAfter?: number;
  readonly noRanges?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds between pieces of 16 KiB. */
  readonly slow?: number;
}
export interface FileServer {
  readonly url: string;
  readonly files: Map<string, Served>;
  /** Requests received: path, and range if there was one. */
  readonly asked: {
    readonly path: string;
    readonly range: string | undefined;
    readonly headers: IncomingMessage["headers"];
  }[];
  close(): Promise<void>;
}

export async function serveFiles(): Promise<FileServer> {
  const files = new Map<string, Served>();
  const asked: FileServer["asked"] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://x").pathname;
    asked.push({ path, range: request.headers.range, headers: request.headers });
    const file = files.get(path);
    if (!file) response.writeHead(404).end();
    else void answer(file, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    files,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(file: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const range = file.noRanges ? undefined : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const headers = { "content-type": file.type ?? "application/octet-stream", ...file.headers };
  if (from >= file.body.length && from > 0) {
    response.writeHead(416, headers).end();
    return;
  }
  const body = file.body.subarray(from, range?.[2] ? Number(range[2]) + 1 : undefined);
  response.writeHead(range ? 206 : 200, { ...headers, "content-length": String(body.length) });
  const end = Math.min(body.length, file.cutAfter ?? Infinity);
  for (let at = 0; at < end; at += 16384) {
    response.write(body.subarray(at, Math.min(at + 16384, end)));
    if (file.slow !== undefined) await new Promise((wake) => setTimeout(wake, file.slow));
  }
  // Leaves time for written data to be sent before the connection is cut.
  if (end < body.length) setTimeout(() => response.destroy(), 30);
  else response.end();
}

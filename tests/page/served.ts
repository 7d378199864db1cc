/**
 * Serves a page over HTTP, cross-origin isolated (COOP, COEP) unless `apart` is false. Records the paths of all
 * requests.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Served {
  readonly address: string;
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function served(file: string, { apart = true } = {}): Promise<Served> {
  const page = readFileSync(file);
  const asked: string[] = [];
  const headers = {
    "content-type": "text/html; charset=utf-8",
    ...(apart && { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }),
  };
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, headers).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${String(port)}/train.html`,
    asked,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

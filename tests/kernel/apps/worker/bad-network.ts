/** A network in front of a coordinator that cuts connections and loses responses. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * `cut before`: the request is not forwarded; `cut after`: its response is lost; `busy`: a proxy responds that the
 * server is unavailable.
 */
export type Fault = "cut before" | "cut after" | "cut in the answer" | "busy";

export class BadNetwork {
  /** Faults for consecutive requests of the same kind; the list repeats. */
  faults: readonly (Fault | null)[] = [];
  /** Milliseconds after which an idle connection is closed. */
  idle = 10_000;
  /** Faults that occurred, with their request: `cut after, POST tell`. */
  readonly met = new Set<string>();
  private readonly requests = new Map<string, number>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(coordinator: string): Promise<BadNetwork> {
    const server = createServer((asked, answer) => made.pass(coordinator, asked, answer));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const made = new BadNetwork(server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    return made;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private pass(coordinator: string, asked: IncomingMessage, answer: ServerResponse): void {
    const { method = "", url = "", headers, socket } = asked;
    this.server.keepAliveTimeout = this.idle;
    const kind = `${method} ${url.split("/")[3] ?? ""}`;
    const before = this.requests.get(kind) ?? 0;
    this.requests.set(kind, before + 1);
    const fault = this.faults[before % Math.max(1, this.faults.length)] ?? null;
    if (fault) this.met.add(`${fault}, ${kind}`);
    if (fault === "cut before") return void socket.destroy();
    if (fault === "busy") {
      asked.resume();
      return void answer.writeHead(503).end("nobody is there");
    }
    const on = request(`${coordinator}${url}`, { method, headers, agent: false }, (came) => {
      const chunks: Buffer[] = [];
      came.on("data", (chunk: Buffer) => chunks.push(chunk));
      came.on("end", () => {
        const body = Buffer.concat(chunks);
        if (fault === "cut after") return void socket.destroy();
        answer.writeHead(came.statusCode ?? 500, { "content-type": "application/json", "content-length": body.length });
        if (fault === null) return void answer.end(body);
        answer.write(body.subarray(0, Math.ceil(body.length / 2)), () => socket.destroy());
      });
    });
    on.on("error", () => socket.destroy());
    asked.on("error", () => on.destroy());
    asked.pipe(on);
  }
}

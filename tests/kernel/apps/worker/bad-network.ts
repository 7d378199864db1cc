/** A network before a coordinator, in which connections end and answers are lost. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `cut before`: the request isn't passed on; `cut after`: its answer is lost; `busy`: a proxy answers that nobody is there. */
export type Fault = "cut before" | "cut after" | "cut in the answer" | "busy";

export class BadNetwork {
  /** What happens to one request of a kind after the other, from the first again after the last. */
  faults: readonly (Fault | null)[] = [];
  /** Milliseconds after which a connection ends on which nothing is said. */
  idle = 10_000;
  /** Faults that were made, and what of: `cut after, POST tell`. */
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

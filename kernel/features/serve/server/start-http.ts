/** Serving models over HTTP: from the first connection to the last answer. */
import { Server, type AddressInfo } from "node:net";
import type { Server as HttpsServer } from "node:https";
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Computing, Http, HttpOptions, Models } from "../contract.js";
import { UnderWay } from "../http/call.js";
import { Counts } from "../http/metrics.js";
import { doorsOf, type Doors } from "../http/access.js";
import { Memory } from "../http/memory-budget.js";
import { patience, type Patience } from "./server-parts.js";
import { serverOf } from "./http-server.js";
import { Sockets } from "./sockets.js";
import { holderOf } from "./port-holder.js";

/** Coded errors `port-taken`, `not-listened`. */
export async function startHttp(models: Models, o: HttpOptions, wait: Patience = patience): Promise<Http> {
  const underWay = new UnderWay(o.limits.time);
  const memory = new Memory(o.limits);
  const counts = new Counts(models, { underWay: () => underWay.size, held: () => memory.bytes });
  const doors = doorsOf({ ...o, secure: o.tls !== null });
  const state = { stops: false, drains: false };
  const told = { stops: () => state.stops, drains: () => state.drains };
  const app = await serverOf({ models, o, doors, underWay, counts, memory, patience: wait, ...told });
  const sockets = new Sockets(app.server);
  try {
    await listening(app, o);
  } catch (error) {
    await app.close();
    throw error;
  }
  return new Listening({ app, o, underWay, counts, doors, state, sockets });
}

async function listening({ server }: FastifyInstance, { host, port }: HttpOptions): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: 511 }, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      const by = holderOf(port);
      throw new CodedError("port-taken", { host, port, ...(by && { by }) }, { cause: error });
    }
    throw new CodedError("not-listened", { host, port, why: whys[code ?? ""] ?? String(code) }, { cause: error });
  }
}
const whys: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EADDRNOTAVAIL: "the address is none of this machine's",
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name has no address",
};

/** Milliseconds of the end. */
const pace = {
  look: 20,
  /** For a connection with no request: its client may be sending one just now. */
  quiet: 150,
  /** For the last words to those that are cut off. */
  words: 250,
} as const;

interface Own {
  readonly app: FastifyInstance;
  readonly o: HttpOptions;
  readonly underWay: UnderWay;
  readonly counts: Counts;
  readonly doors: Doors;
  readonly state: { stops: boolean; drains: boolean };
  readonly sockets: Sockets;
}

class Listening implements Http {
  readonly port: number;
  readonly url: string;
  private stopped: Promise<number> | null = null;

  constructor(private readonly own: Own) {
    const { address, family, port } = own.app.server.address() as AddressInfo;
    this.port = port;
    const reached = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
    const host = family === "IPv6" ? `[${reached}]` : reached;
    this.url = `${own.o.tls ? "https" : "http"}://${host}:${String(port)}`;
  }

  get computing(): Computing {
    return this.own.counts;
  }
  get connections(): number {
    return this.own.sockets.size;
  }

  load(): ReturnType<Http["load"]> {
    return this.own.counts.load();
  }

  change({ keys, tls }: Pick<HttpOptions, "keys" | "tls">): void {
    this.own.doors.change(keys);
    if (tls && this.own.o.tls) (this.own.app.server as HttpsServer).setSecureContext({ ...tls, minVersion: "TLSv1.2" });
  }

  stop(grace: number): Promise<number> {
    return (this.stopped ??= this.end(grace));
  }

  private async end(grace: number): Promise<number> {
    const { app, underWay, state, sockets } = this.own;
    const { server } = app;
    state.drains = true;
    // Those who pass requests on look at /ready, and send none here any more.
    const { drain = 0 } = this.own.o;
    if (drain > 0 && grace > 0) await wait(drain);
    state.stops = true;
    let closed = false;
    // Right after those that wait at the door were let in.
    await new Promise<void>((done) => setImmediate(done));
    // Node's own `close` would also cut connections that have no request, whose clients may be sending one: it is answered as
    // ever, and then its connection ends.
    Server.prototype.close.call(server, () => (closed = true));
    const began = performance.now();
    let busy = began;
    while (!closed && performance.now() - began < grace) {
      await wait(pace.look);
      if (underWay.ended(busy)) busy = performance.now();
      if (performance.now() - busy >= pace.quiet) {
        server.closeIdleConnections();
        sockets.closeSilent();
      }
    }
    const cut = underWay.size;
    if (!closed) {
      underWay.stop(new CodedError("server-stops", {}));
      await wait(pace.words);
      server.closeAllConnections();
      sockets.closeAll();
    }
    await app.close();
    server.close(() => undefined);
    return cut;
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Serves models over HTTP, from the first connection to the last response. */
import { Server, type AddressInfo, type Socket } from "node:net";
import type { Server as HttpsServer } from "node:https";
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ComputeListener, HttpServer, HttpOptions, ServedModelCollection } from "../contract.js";
import { OngoingCalls } from "../http/call.js";
import { ServerMetrics } from "../http/metrics.js";
import { accessControlOf, type AccessControl } from "../http/access.js";
import { MemoryBudget } from "../http/memory-budget.js";
import { defaultTimeouts, type HttpTimeouts } from "./server-parts.js";
import { createHttpServer } from "./http-server.js";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { clip } from "../../../host/value-text.js";

/** Open connections as the system has them: Node's server only lists those with a finished TLS handshake. */
export class OpenSockets {
  private readonly open = new Set<Socket>();
  /** TLS connections without a finished handshake, by remote address. */
  private readonly silent = new Map<string, Socket>();

  constructor(server: Server) {
    const isSecure = "setSecureContext" in server;
    server.on("connection", (socket: Socket) => {
      const from = fromOf(socket);
      this.open.add(socket);
      if (isSecure) this.silent.set(from, socket);
      socket.once("close", () => {
        this.open.delete(socket);
        if (this.silent.get(from) === socket) this.silent.delete(from);
      });
    });
    if (isSecure) server.on("secureConnection", (socket: Socket) => this.silent.delete(fromOf(socket)));
  }

  get size(): number {
    return this.open.size;
  }
  closeSilent(): void {
    for (const socket of this.silent.values()) socket.destroy();
  }
  closeAll(): void {
    for (const socket of this.open) socket.destroy();
  }
}

const fromOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ""} ${String(remotePort)}`;

/** Finds the process that listens on a port of this machine, if this user may see it: on Linux, from /proc. */
export interface PortHolder {
  readonly process: number;
  /** Its command line, truncated for a message. */
  readonly command: string;
}
/** Maximum characters of a command line. */
const LONG = 80;
/** State of a listening socket. */
const LISTENS = "0A";

/** Null if no process is visible to this user, or the system does not report it. */
export function portHolderOf(port: number): PortHolder | null {
  const sockets = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  if (sockets.size === 0) return null;
  for (const name of listed("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    for (const fd of listed(`/proc/${name}/fd`)) {
      const [, socket] = /^socket:\[(\d+)\]$/.exec(linked(`/proc/${name}/fd/${fd}`)) ?? [];
      if (socket !== undefined && sockets.has(socket)) return { process: Number(name), command: commandOf(name) };
    }
  }
  return null;
}

function listeners(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return textOf(table)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === LISTENS && local.endsWith(`:${wanted}`))
    .map((columns) => columns[9] ?? "");
}
function commandOf(process: string): string {
  return clip(textOf(`/proc/${process}/cmdline`).split("\0").join(" ").trim(), LONG);
}

// Processes that are gone or of other users give nothing.
function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
function linked(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Coded errors `port-taken`, `not-listened`. */
export async function startHttpServer(
  models: ServedModelCollection,
  options: HttpOptions,
  wait: HttpTimeouts = defaultTimeouts,
): Promise<HttpServer> {
  const underWay = new OngoingCalls(options.limits.time);
  const memory = new MemoryBudget(options.limits);
  const counts = new ServerMetrics(models, { underWay: () => underWay.size, heldBytes: () => memory.bytes });
  const doors = accessControlOf({ ...options, secure: options.tls !== null });
  const state = { stops: false, drains: false };
  const flags = { stops: () => state.stops, drains: () => state.drains };
  const app = await createHttpServer({ models, o: options, doors, underWay, counts, memory, patience: wait, ...flags });
  const sockets = new OpenSockets(app.server);
  try {
    await listening(app, options);
  } catch (error) {
    await app.close();
    throw error;
  }
  return new Listening({ app, o: options, underWay, counts, doors, state, sockets });
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
      const by = portHolderOf(port);
      throw new CodedError("port-taken", { host, port, ...(by && { by }) }, { cause: error });
    }
    throw new CodedError("not-listened", { host, port, why: whys[code ?? ""] ?? String(code) }, { cause: error });
  }
}
const whys: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EADDRNOTAVAIL: "the address is not one of this machine",
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name has no address",
};

/** Milliseconds of the shutdown phases. */
const pace = {
  look: 20,
  /** For a connection without a request: its client may be sending one. */
  quiet: 150,
  /** To send the error response to aborted requests. */
  words: 250,
} as const;

interface Own {
  readonly app: FastifyInstance;
  readonly o: HttpOptions;
  readonly underWay: OngoingCalls;
  readonly counts: ServerMetrics;
  readonly doors: AccessControl;
  readonly state: { stops: boolean; drains: boolean };
  readonly sockets: OpenSockets;
}

class Listening implements HttpServer {
  readonly port: number;
  readonly url: string;
  private stopped: Promise<number> | null = null;

  constructor(private readonly parts: Own) {
    const { address, family, port } = parts.app.server.address() as AddressInfo;
    this.port = port;
    const reached = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
    const host = family === "IPv6" ? `[${reached}]` : reached;
    this.url = `${parts.o.tls ? "https" : "http"}://${host}:${String(port)}`;
  }

  get computing(): ComputeListener {
    return this.parts.counts;
  }
  get connections(): number {
    return this.parts.sockets.size;
  }

  load(): ReturnType<HttpServer["load"]> {
    return this.parts.counts.load();
  }

  change({ keys, tls }: Pick<HttpOptions, "keys" | "tls">): void {
    this.parts.doors.change(keys);
    if (tls && this.parts.o.tls)
      (this.parts.app.server as HttpsServer).setSecureContext({ ...tls, minVersion: "TLSv1.2" });
  }

  stop(grace: number): Promise<number> {
    return (this.stopped ??= this.end(grace));
  }

  private async end(grace: number): Promise<number> {
    const { app, underWay, state, sockets } = this.parts;
    const { server } = app;
    state.drains = true;
    // Load balancers see /ready and stop sending requests to this server.
    const { drain = 0 } = this.parts.o;
    if (drain > 0 && grace > 0) await wait(drain);
    state.stops = true;
    let closed = false;
    // Runs right after connections in the accept queue were accepted.
    await new Promise<void>((done) => setImmediate(done));
    // Node's own `close` would also cut connections without a request, whose clients may be sending one: that request
    // is still handled, and then its connection ends.
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

/**
 * The five ZeroMQ sockets of a kernel, read and written so that no peer can break them. Every socket has one queue of
 * sends, each awaited before the next begins: ZeroMQ allows one send at a time, and without the wait messages are lost.
 */
import { Router, XPublisher } from "zeromq";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { logKernelProblem } from "./complaints.js";
import { zmqAddressOfSocket, type Connection, type SocketName } from "./connection.js";

export interface Sockets {
  readonly shell: Router;
  readonly control: Router;
  readonly stdin: Router;
  readonly iopub: XPublisher;
  readonly hb: Router;
}

/** Maximum bytes of a request's frame (a front end sends an uploaded file in one), and of a ping or a subscription. */
const largest = { request: 256 << 20, small: 64 << 10 };
/** Maximum time for a peer's ZeroMQ handshake. */
const handshakeMs = 10_000;
/** Maximum unread messages per peer; further ones wait on its side. */
const unread = 10_000;

/** Binds all five sockets; throws `port-unavailable`. */
export async function bindSockets(connection: Connection): Promise<Sockets> {
  const incoming = { receiveHighWaterMark: unread, handshakeInterval: handshakeMs };
  const open = { ...incoming, sendHighWaterMark: 0, linger: 1000 };
  const router = () => new Router({ ...open, maxMessageSize: largest.request, handover: true });
  const sockets: Sockets = {
    shell: router(),
    control: router(),
    stdin: router(),
    // reports every subscriber, also the second of a topic, as each must get a welcome
    iopub: new XPublisher({ ...open, maxMessageSize: largest.small, verbosity: "allSubs" }),
    // a REP socket would announce garbage as a message that it then can't return
    hb: new Router({ ...incoming, maxMessageSize: largest.small, linger: 0 }),
  };
  for (const name of Object.keys(sockets) as SocketName[]) {
    const address = zmqAddressOfSocket(connection, name);
    try {
      await sockets[name].bind(address);
    } catch (error) {
      throw new CodedError("port-unavailable", { address, problem: (error as Error).message }, { cause: error });
    }
  }
  return sockets;
}

interface Readable {
  readonly closed: boolean;
  receive(): Promise<Uint8Array[]>;
}

/**
 * Passes on every message of a socket until it closes. No message ends this loop: ZeroMQ may announce one and then have
 * none (a peer's garbage), and the handler may throw.
 */
export async function receiveAll(
  name: SocketName,
  socket: Readable,
  take: (frames: readonly Uint8Array[]) => unknown,
): Promise<void> {
  while (!socket.closed) {
    try {
      const frames = await socket.receive();
      await take(frames);
    } catch (error) {
      if (socket.closed) return;
      logKernelProblem(`a message on ${name} failed`, String(error));
      await new Promise((turned) => setImmediate(turned));
    }
  }
}

/** Sends frames one after another on one socket. */
export class SendQueue {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly socket: { send(frames: Uint8Array[]): Promise<void> }) {}

  /** Resolves when these frames have been passed to ZeroMQ, or that failed. */
  send(frames: () => Uint8Array[]): Promise<void> {
    this.tail = this.tail
      .then(() => this.socket.send(frames()))
      .catch((error: unknown) => logKernelProblem("a message could not be sent", String(error)));
    return this.tail;
  }
}

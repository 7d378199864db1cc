/**
 * The five ZeroMQ sockets of a kernel. Every socket has one queue of sends, each awaited before the next begins:
 * ZeroMQ allows one send at a time, and without the wait messages are lost.
 */
import { Reply, Router, XPublisher } from "zeromq";
import { CodedError } from "#dsl/check/codes.js";
import { addressOf, type Connection, type SocketName } from "./connection.js";
import "./codes.js";

export interface Sockets {
  readonly shell: Router;
  readonly control: Router;
  readonly stdin: Router;
  readonly iopub: XPublisher;
  readonly hb: Reply;
}

/** Binds all five; throws `port-unavailable`. */
export async function bindSockets(connection: Connection): Promise<Sockets> {
  const open = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 };
  const router = () => new Router({ ...open, handover: true });
  const sockets: Sockets = {
    shell: router(),
    control: router(),
    stdin: router(),
    // every subscriber is heard of, the second of a topic too: each is to be welcomed
    iopub: new XPublisher({ ...open, verbosity: "allSubs" }),
    hb: new Reply({ linger: 0 }),
  };
  for (const name of Object.keys(sockets) as SocketName[]) {
    const address = addressOf(connection, name);
    try {
      await sockets[name].bind(address);
    } catch (error) {
      throw new CodedError("port-unavailable", { address, problem: (error as Error).message }, { cause: error });
    }
  }
  return sockets;
}

/** Sends frames one after another on one socket. */
export class SendQueue {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly socket: { send(frames: Uint8Array[]): Promise<void> }) {}

  /** Resolves when these frames have been handed to ZeroMQ. */
  send(frames: Uint8Array[]): Promise<void> {
    this.tail = this.tail.then(() => this.socket.send(frames)).catch(reportLoss);
    return this.tail;
  }
}

function reportLoss(error: unknown): void {
  process.stderr.write(`tunebook: a message could not be sent: ${String(error)}\n`);
}

/**
 * Comms: channels between an object in the front end and one in the kernel, by target name.
 *
 * One registry per thread. The wire's own answers outside the run loop (the check of a cell while it is typed). The
 * wire passes unknown targets to the main thread if a target of that name is registered on it, else it closes the comm.
 */
import { randomUUID } from "node:crypto";
import type { CommEvent } from "./run-port.js";

type Data = Readonly<Record<string, unknown>>;
export interface CommMessage {
  readonly data: Data;
  readonly metadata: Data;
  readonly buffers: readonly Uint8Array[];
}
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: Data, metadata?: Data, buffers?: readonly Uint8Array[]): void;
  close(data?: Data): void;
}
export interface CommHandlers {
  message?(message: CommMessage): void;
  closed?(message: CommMessage): void;
}
/** Called when the front end opens a comm of a target; returns its handlers. */
export type CommOpened = (comm: Comm, message: CommMessage) => CommHandlers;

export class CommRegistry {
  private readonly targets = new Map<string, CommOpened>();
  private readonly open = new Map<string, { readonly target: string; readonly handlers: CommHandlers }>();

  constructor(private send: (event: CommEvent) => void = () => undefined) {}

  /** Sets the function that sends events to the front end. */
  connect(send: (event: CommEvent) => void): void {
    this.send = send;
  }

  /** Registers (or replaces) a target; returns a function that removes it. */
  register(target: string, opened: CommOpened): () => void {
    this.targets.set(target, opened);
    return () => {
      if (this.targets.get(target) === opened) this.targets.delete(target);
    };
  }

  has(target: string): boolean {
    return this.targets.has(target);
  }

  names(): readonly string[] {
    return [...this.targets.keys()];
  }

  /** Opens a comm from the kernel's side. */
  openComm(target: string, data: Data, handlers: CommHandlers = {}): Comm {
    const comm = this.comm(randomUUID().replaceAll("-", ""), target);
    this.open.set(comm.id, { target, handlers });
    this.send({ event: "open", id: comm.id, target, data });
    return comm;
  }

  /** Takes an event of the front end; returns false if this registry does not know its comm or target. */
  take(event: CommEvent): boolean {
    const message = { data: asData(event.data), metadata: event.metadata ?? {}, buffers: event.buffers ?? [] };
    if (event.event === "open") {
      const opened = this.targets.get(event.target ?? "");
      if (!opened || event.target === undefined) return false;
      const comm = this.comm(event.id, event.target);
      this.open.set(event.id, { target: event.target, handlers: {} });
      this.open.set(event.id, { target: event.target, handlers: opened(comm, message) });
      return true;
    }
    const known = this.open.get(event.id);
    if (!known) return false;
    if (event.event === "close") {
      this.open.delete(event.id);
      known.handlers.closed?.(message);
    } else known.handlers.message?.(message);
    return true;
  }

  /** Open comms: comm id → target name. */
  info(): ReadonlyMap<string, string> {
    return new Map([...this.open].map(([id, { target }]) => [id, target]));
  }

  private comm(id: string, target: string): Comm {
    return {
      id,
      target,
      send: (data, metadata = {}, buffers = []) => this.send({ event: "msg", id, data, metadata, buffers }),
      close: (data = {}) => {
        if (this.open.delete(id)) this.send({ event: "close", id, data });
      },
    };
  }
}

function asData(value: unknown): Data {
  return typeof value === "object" && value !== null ? (value as Data) : {};
}

/**
 * Socket server of a detached training. Only its owner can use its file (mode 0600), and a client proves its user by
 * creating a file in the run's folder, whose owner the system reports. Input has size limits. Output never blocks, so
 * that no listener slows the training.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, rmSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { RunEvent } from "../../events/events.js";
import { socketAddressOf, type SocketAddress } from "./address.js";
import {
  parseControlRequest,
  serializeControlMessage,
  LineReader,
  MAX_LINE_BYTES,
  type ControlReply,
  type ControlRequest,
  type TrainingStatus,
} from "./protocol.js";

export interface ControlledTraining {
  status(): TrainingStatus;
  /** Stops in an orderly way: writes a checkpoint first. */
  stop(): void;
  kill(): void;
}
const bounds = {
  connections: 16,
  /** Maximum requests per connection. */
  asks: 64,
  /** Time limit in ms for the proof of identity. */
  proof: 5000,
  /** Maximum unsent bytes of a listener. */
  behind: 4 << 20,
} as const;

export class ControlServer {
  private readonly followers = new Set<Socket>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly trains: ControlledTraining,
    private readonly server: Server,
    private readonly address: SocketAddress,
  ) {}

  /** Returns null if the platform or the folder does not support sockets; the training runs without one. */
  static async open(folder: string, trains: ControlledTraining): Promise<ControlServer | null> {
    try {
      const address = socketAddressOf(folder);
      if (!address) return null;
      // A file at that path belongs to a dead process, because this one has the run's lock.
      rmSync(address.file, { force: true });
      const server = createServer();
      const control = new ControlServer(folder, trains, server, address);
      server.maxConnections = bounds.connections;
      server.on("connection", (socket) => control.connected(socket));
      await listening(server, address);
      return control;
    } catch {
      return null; // a file system without sockets; `tunebook runs` still lists the run by its lock
    }
  }

  event(event: RunEvent): void {
    this.tell({ is: "event", event });
  }
  validating(done: number, total: number): void {
    this.tell({ is: "validating", done, of: total });
  }

  /** Closes the server; listeners receive the end. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.end();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const late = setTimeout(() => this.sockets.forEach((socket) => socket.destroy()), 500).unref();
    await closed;
    clearTimeout(late);
    this.address.done();
    takeAway(this.address.file);
  }

  private tell(reply: ControlReply): void {
    if (this.followers.size === 0) return;
    const text = serializeControlMessage(reply);
    for (const socket of this.followers) {
      // Disconnects a slow reader: the events that it misses are in the run's log.
      if (socket.writableLength > bounds.behind) socket.destroy();
      else socket.write(text);
    }
  }

  private connected(socket: Socket): void {
    this.sockets.add(socket);
    const proof = `.peer-${randomBytes(12).toString("hex")}`;
    const late = setTimeout(() => socket.destroy(), bounds.proof).unref();
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(late);
      this.sockets.delete(socket);
      this.followers.delete(socket);
      takeAway(join(this.folder, proof));
    });
    const lines = new LineReader(MAX_LINE_BYTES.asked);
    let asks = 0;
    let proved = false;
    socket.setEncoding("utf8").on("data", (piece: string) => {
      const whole = lines.take(piece, (text) => {
        if (socket.destroyed) return;
        const request = ++asks > bounds.asks ? null : parseControlRequest(text);
        if (!request) return refuse(socket, "that is not a known request");
        if (proved) return this.answer(socket, request);
        proved = request.ask === "proved" && this.isOwn(proof);
        if (!proved) return refuse(socket, "another user's training is not controlled");
        clearTimeout(late);
      });
      if (!whole) refuse(socket, "a line is too long");
    });
    socket.write(serializeControlMessage({ is: "prove", file: proof }));
  }

  /** Whether the file was created by this process's user, or by root. */
  private isOwn(proof: string): boolean {
    const file = join(this.folder, proof);
    try {
      const found = lstatSync(file);
      // A file of this user that another user hard-linked has two links.
      return found.isFile() && found.nlink === 1 && (found.uid === process.getuid?.() || found.uid === 0);
    } catch {
      return false;
    } finally {
      takeAway(file);
    }
  }

  private answer(socket: Socket, { ask }: ControlRequest): void {
    if (ask === "status") socket.write(serializeControlMessage({ is: "status", ...this.trains.status() }));
    if (ask === "follow") {
      const behind = statSync(join(this.folder, "events.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
      socket.write(serializeControlMessage({ is: "following", behind }));
      this.followers.add(socket);
    }
    if (ask === "stop") {
      socket.write(serializeControlMessage({ is: "stopping" }));
      this.trains.stop();
    }
    if (ask === "kill") socket.end(serializeControlMessage({ is: "stopping" }), () => this.trains.kill());
  }
}

/** Removes a file; anything else at that path stays. */
function takeAway(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a folder, or a read-only disk
  }
}

function refuse(socket: Socket, why: string): void {
  socket.end(serializeControlMessage({ is: "refused", why }), () => socket.destroy());
}

async function listening(server: Server, address: SocketAddress): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  // Sets the mode at creation, so that the file is never accessible to others.
  const before = process.umask(0o177);
  try {
    server.listen(address.path);
  } finally {
    process.umask(before);
  }
  await ready;
  chmodSync(address.file, 0o600);
  // Does not keep the process alive after its training.
  server.unref();
}

/** Client of a detached training, over the socket in its run's folder. */
import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { socketAddressOf } from "./address.js";
import {
  parseControlReply,
  serializeControlMessage,
  LineReader,
  MAX_LINE_BYTES,
  type ControlReply,
  type ControlRequest,
} from "./protocol.js";

/** Time limit in ms for a response. */
const PATIENCE = 5000;

export class ControlClient {
  private readonly waiting: ControlReply[] = [];
  private next: ((answer: ControlReply | null) => void) | null = null;
  private over = false;

  private constructor(private readonly socket: Socket) {
    const lines = new LineReader(MAX_LINE_BYTES.answered);
    socket.setEncoding("utf8").on("data", (piece: string) => {
      const whole = lines.take(piece, (text) => {
        const answer = parseControlReply(text);
        if (answer) this.hear(answer);
      });
      if (!whole) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.over = true;
      this.next?.(null);
      this.next = null;
    });
  }

  /** Returns null if nothing listens, or the socket belongs to another user. */
  static async to(folder: string): Promise<ControlClient | null> {
    const socket = await connected(folder);
    if (!socket) return null;
    const client = new ControlClient(socket);
    const proof = await client.hearSoon();
    if (proof?.is !== "prove" || !prove(join(folder, proof.file))) {
      client.close();
      return null;
    }
    client.send("proved");
    return client;
  }

  /** Sends a request; returns the response, or null if the connection is closed. */
  async ask(ask: "status" | "stop" | "kill" | "follow"): Promise<ControlReply | null> {
    this.send(ask);
    return this.hearSoon();
  }

  /** Waits for the next message; null if the connection is closed. */
  async hears(): Promise<ControlReply | null> {
    const known = this.waiting.shift();
    if (known || this.over) return known ?? null;
    return new Promise((resolve) => (this.next = resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  private async hearSoon(): Promise<ControlReply | null> {
    const late = setTimeout(() => this.close(), PATIENCE);
    try {
      return await this.hears();
    } finally {
      clearTimeout(late);
    }
  }

  private send(ask: ControlRequest["ask"]): void {
    this.socket.write(serializeControlMessage({ ask }));
  }
  private hear(answer: ControlReply): void {
    if (!this.next) {
      this.waiting.push(answer);
      return;
    }
    const { next } = this;
    this.next = null;
    next(answer);
  }
}

async function connected(folder: string): Promise<Socket | null> {
  try {
    const address = socketAddressOf(folder);
    if (!address) return null;
    try {
      const { uid } = lstatSync(address.file);
      // Refuses a socket of another user, who would see this user's requests.
      if (uid !== process.getuid?.() && process.getuid?.() !== 0) return null;
      return await new Promise((resolve) => {
        const socket = createConnection(address.path);
        socket.once("connect", () => resolve(socket));
        socket.once("error", () => resolve(null));
      });
    } finally {
      address.done();
    }
  } catch {
    return null; // no socket or no folder
  }
}

function prove(file: string): boolean {
  try {
    closeSync(openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600));
    return true;
  } catch {
    return false;
  }
}

/**
 * One end of a connection between ranks: frames in, frames out, a sign of life where there is nothing else to say. It closes
 * once, and says why: the other end is gone, it was silent for too long, or it said what is none of the contract.
 */
import type { Socket } from "node:net";
import { FrameReader, sendFrame, type FrameHandler } from "./frames.js";

export interface LinkTimes {
  /** Milliseconds between signs of life. */
  readonly beat: number;
  /** Milliseconds without a byte after which the other end is taken for lost. */
  readonly silence: number;
}
export const LINK_TIMES: LinkTimes = { beat: 2_000, silence: 30_000 };

export class RankLink {
  /** Parts of a frame are still to come: nothing may be written between them. */
  open = false;
  private readonly timer: NodeJS.Timeout;
  private closed = false;
  /** Beats in a row without a byte. Time itself would tell nothing of the other end where this process was held up. */
  private silent = 0;

  constructor(
    private readonly socket: Socket,
    takes: FrameHandler,
    private readonly onClosed: (why: string) => void,
    times: LinkTimes = LINK_TIMES,
  ) {
    const reader = new FrameReader(takes);
    socket.setNoDelay(true);
    socket.on("data", (piece: Buffer) => {
      this.silent = 0;
      if (this.closed) return;
      try {
        reader.push(piece);
      } catch (error) {
        this.close(`it said what was not understood (${(error as Error).message})`);
      }
    });
    socket.on("error", (error) => this.close(error.message));
    socket.on("close", () => this.close("its connection ended"));
    this.timer = setInterval(() => {
      if (!this.open) this.send({ is: "beat" });
      this.silent += 1;
      if (this.silent * times.beat > times.silence)
        this.close(`nothing was heard of it for ${String(Math.round(times.silence / 1000))} s`);
    }, times.beat);
    this.timer.unref();
  }

  send(head: object, ...parts: readonly Uint8Array[]): void {
    if (!this.closed) sendFrame(this.socket, head, ...parts);
  }
  /** Bytes of a frame whose head was sent by `begin`. */
  write(part: Uint8Array): void {
    if (!this.closed) this.socket.write(part);
  }
  begin(head: Uint8Array): void {
    this.open = true;
    this.write(head);
  }

  /** Whoever closes it after what was sent is told nothing more. */
  end(): void {
    if (this.closed) return;
    this.stop();
    this.socket.end();
    // Where the other end doesn't close: nothing holds this process.
    setTimeout(() => this.socket.destroy(), 2_000).unref();
  }

  private close(why: string): void {
    if (this.closed) return;
    this.stop();
    this.socket.destroy();
    this.onClosed(why);
  }
  private stop(): void {
    this.closed = true;
    clearInterval(this.timer);
  }
}

/** A frame that has no bytes. */
export const emptyFrame = (done: () => void) => ({ into: new Uint8Array(0), done });

/**
 * One end of a connection between ranks: frames in, frames out, and heartbeats when idle. It closes once, with a
 * reason: the other end closed, timed out, or violated the protocol.
 */
import type { Socket } from "node:net";
import { FrameReader, sendFrame, type FrameHandler } from "./frames.js";

export interface LinkTimes {
  /** Heartbeat interval in ms. */
  readonly beat: number;
  /** Time in ms without a byte after which the other end counts as lost. */
  readonly silence: number;
}
export const LINK_TIMES: LinkTimes = { beat: 2_000, silence: 30_000 };

export class RankLink {
  /** Whether a frame is incomplete: nothing may be written between its parts. */
  open = false;
  private readonly timer: NodeJS.Timeout;
  private closed = false;
  /** Consecutive beats without a byte. Elapsed time alone would be misleading if this process was suspended. */
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
        this.close(`it sent an invalid message (${(error as Error).message})`);
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
  /** Writes data of a frame whose head was sent by `begin`. */
  write(part: Uint8Array): void {
    if (!this.closed) this.socket.write(part);
  }
  begin(head: Uint8Array): void {
    this.open = true;
    this.write(head);
  }

  /** Closes the link after pending data; no further callbacks are made. */
  end(): void {
    if (this.closed) return;
    this.stop();
    this.socket.end();
    // Forces the close if the other end does not close, so that this process can exit.
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

/** Sink for a frame without data. */
export const emptyFrameSink = (done: () => void) => ({ into: new Uint8Array(0), done });

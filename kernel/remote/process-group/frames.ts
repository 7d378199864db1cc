/**
 * Frames between the ranks of a process group: a JSON head and binary data. Layout: `u32` length of the head, `f64`
 * length of the data (both little-endian), head, data. Data are written from and read into their final buffers, without
 * a copy between gradient and socket.
 */
import type { Socket } from "node:net";

/** Maximum bytes of a head, far above any that is sent. */
const LONGEST = 16_384;
const PREFIX = 12;

/** Destination of a frame's data. */
export interface FrameSink {
  readonly into: Uint8Array;
  /** Called after each part with the number of bytes received. */
  readonly onPart?: (filled: number) => void;
  /** Called once when all data have arrived; at once for a frame without data. */
  readonly done: () => void;
}
/** Inspects a head and returns the destination of its data; throws on an unexpected frame. */
export type FrameHandler = (head: unknown, bytes: number) => FrameSink;

/** Returns the start of a frame; its data are written after it, in any number of parts. */
export function frameHead(head: object, bytes: number): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.allocUnsafe(PREFIX);
  prefix.writeUInt32LE(text.length, 0);
  prefix.writeDoubleLE(bytes, 4);
  return Buffer.concat([prefix, text]);
}

export function sendFrame(socket: Socket, head: object, ...parts: readonly Uint8Array[]): void {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  socket.cork();
  socket.write(frameHead(head, bytes));
  for (const part of parts) if (part.byteLength > 0) socket.write(part);
  socket.uncork();
}

/** Parses frames from socket data in pieces of any size. */
export class FrameReader {
  /** Unparsed bytes of a prefix and a head. */
  private rest: Buffer = Buffer.alloc(0);
  private taking: (FrameSink & { filled: number }) | null = null;

  constructor(private readonly takes: FrameHandler) {}

  /** Throws on an invalid or unexpected frame. */
  push(piece: Buffer): void {
    let offset = 0;
    while (offset < piece.length)
      offset = this.taking ? this.fill(piece, offset, this.taking) : this.open(piece, offset);
  }

  private fill(piece: Buffer, offset: number, taking: FrameSink & { filled: number }): number {
    const count = Math.min(piece.length - offset, taking.into.byteLength - taking.filled);
    taking.into.set(piece.subarray(offset, offset + count), taking.filled);
    taking.filled += count;
    taking.onPart?.(taking.filled);
    if (taking.filled === taking.into.byteLength) {
      this.taking = null;
      taking.done();
    }
    return offset + count;
  }

  /** @returns the end of the head, or of the piece */
  private open(piece: Buffer, offset: number): number {
    const wanted = this.rest.length < PREFIX ? PREFIX : PREFIX + this.rest.readUInt32LE(0);
    if (wanted > PREFIX + LONGEST) throw new Error("not a frame of a process group");
    const count = Math.min(piece.length - offset, wanted - this.rest.length);
    this.rest = Buffer.concat([this.rest, piece.subarray(offset, offset + count)]);
    if (this.rest.length >= PREFIX && this.rest.length === PREFIX + this.rest.readUInt32LE(0)) this.begin();
    return offset + count;
  }

  private begin(): void {
    const bytes = this.rest.readDoubleLE(4);
    const head: unknown = JSON.parse(this.rest.toString("utf8", PREFIX));
    this.rest = Buffer.alloc(0);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Error("not a frame of a process group");
    const taking = this.takes(head, bytes);
    if (taking.into.byteLength !== bytes) throw new Error(`an unexpected frame of ${String(bytes)} bytes`);
    if (bytes === 0) taking.done();
    else this.taking = { ...taking, filled: 0 };
  }
}

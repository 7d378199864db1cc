/**
 * Splits a zstd file into its blocks (RFC 8878) and checks them before decompression: the window size of each frame,
 * and the size of each block. Skippable frames are left out.
 */

/** The largest window that other programs accept by default (`zstd --long` needs a flag above it). */
const MOST_WINDOW = 2 ** 27;
const MOST_BLOCK = 2 ** 17;
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const RLE = 1;
const RESERVED = 3;

export interface ZstdBlock {
  /** A complete frame header, block or checksum. */
  readonly bytes: Uint8Array;
  /** Bytes that decompressing the block moves in memory. */
  readonly window: number;
}

/** Yields a truncated part unchanged: the decompressor reports it. Throws for invalid zstd data. */
export async function* readZstdBlocks(raw: AsyncIterable<Uint8Array>): AsyncGenerator<ZstdBlock> {
  const input = new Held(raw);
  while (await input.holds(1)) {
    if (!(await input.holds(8))) return yield { bytes: input.rest(), window: 0 };
    const magic = input.number(0, 4);
    if (magic - (magic % 16) === SKIPPABLE) {
      await input.skip(8 + input.number(4, 4));
      continue;
    }
    if (magic !== MAGIC) throw new Error("it is no zstd data");
    const frame = frameOf(input.number(4, 1));
    if (!(await input.holds(frame.bytes))) return yield { bytes: input.rest(), window: 0 };
    const window = frame.single ? contentSize(input, frame) : windowSize(input.number(5, 1));
    if (window > MOST_WINDOW)
      throw new Error(`it requires a window of ${String(window)} bytes, more than ${String(MOST_WINDOW)}`);
    yield { bytes: input.take(frame.bytes), window: 0 };
    for (let last = false; !last;) {
      if (!(await input.holds(3))) return yield { bytes: input.rest(), window: 0 };
      const head = input.number(0, 3);
      const [type, size] = [(head >> 1) & 3, head >> 3];
      last = (head & 1) === 1;
      if (type === RESERVED || size > MOST_BLOCK) throw new Error("one of its blocks is larger than any may be");
      const bytes = 3 + (type === RLE ? 1 : size);
      if (!(await input.holds(bytes))) return yield { bytes: input.rest(), window: 0 };
      yield { bytes: input.take(bytes), window };
    }
    if (!frame.checksum) continue;
    if (!(await input.holds(4))) return yield { bytes: input.rest(), window: 0 };
    yield { bytes: input.take(4), window: 0 };
  }
}

interface Frame {
  /** Bytes of the frame header. */
  readonly bytes: number;
  readonly single: boolean;
  readonly checksum: boolean;
  readonly sizeBytes: number;
}
function frameOf(descriptor: number): Frame {
  const single = ((descriptor >> 5) & 1) === 1;
  const sizeBytes = CONTENT_SIZE_BYTES[(descriptor >> 6) as 0 | 1 | 2 | 3] || (single ? 1 : 0);
  const dictionary = DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  return {
    single,
    sizeBytes,
    checksum: ((descriptor >> 2) & 1) === 1,
    bytes: 5 + (single ? 0 : 1) + dictionary + sizeBytes,
  };
}
function contentSize(input: Held, { bytes, sizeBytes }: Frame): number {
  return input.number(bytes - sizeBytes, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Buffers pieces as one run of bytes, from which any number can be taken. */
class Held {
  private buffered: Uint8Array = new Uint8Array(0);
  private readonly pieces: AsyncIterator<Uint8Array>;

  constructor(raw: AsyncIterable<Uint8Array>) {
    this.pieces = raw[Symbol.asyncIterator]();
  }

  async holds(bytes: number): Promise<boolean> {
    if (this.buffered.length >= bytes) return true;
    const parts = [this.buffered];
    let length = this.buffered.length;
    while (length < bytes) {
      const next = await this.pieces.next();
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    const all = new Uint8Array(length);
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    this.buffered = all;
    return length >= bytes;
  }
  /** Reads a little-endian number. */
  number(from: number, bytes: number): number {
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.buffered[from + i]!;
    return value;
  }
  take(bytes: number): Uint8Array {
    const taken = this.buffered.slice(0, bytes);
    this.buffered = this.buffered.subarray(bytes);
    return taken;
  }
  rest(): Uint8Array {
    return this.take(this.buffered.length);
  }
  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      if (!(await this.holds(1))) return;
      left -= this.take(Math.min(left, this.buffered.length)).length;
    }
  }
}

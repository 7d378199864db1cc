/** Decompresses the buffers of Arrow's record batches: LZ4 frames and zstd, into exactly the declared size. */
import { CompressionType, setCompressionCodec } from "@uwdata/flechette";
import { decompress } from "fzstd";

/** Maximum bytes of one decompressed buffer. */
export const MAX_UNPACKED_BYTES = 2 ** 28;

let isRegistered = false;

/** Registers the decompressors with the reader. Compression is not supported. */
export function registerArrowDecompressors(): void {
  if (isRegistered) return;
  isRegistered = true;
  const encode = (): never => {
    throw new Error("nothing is packed here");
  };
  const into =
    (unpack: (packed: Uint8Array, room: Uint8Array) => void) =>
    (packed: Uint8Array, length = 0): Uint8Array => {
      if (!(length >= 0 && length <= MAX_UNPACKED_BYTES))
        throw new RangeError(`a buffer of it unpacks to ${length} bytes`);
      const room = new Uint8Array(length);
      unpack(packed, room);
      return room;
    };
  setCompressionCodec(CompressionType.ZSTD, { encode, decode: into((packed, room) => void decompress(packed, room)) });
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode, decode: into(unpackLz4Frame) });
}

const FRAME = 0x184d2204;

/** Decompresses one LZ4 frame: a header, blocks, an end mark. Checksums are ignored. */
export function unpackLz4Frame(packed: Uint8Array, room: Uint8Array): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== FRAME) throw new Error("a buffer of it is no LZ4 frame");
  const flags = view.getUint8(4);
  let position = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  let to = 0;
  for (;;) {
    const word = view.getUint32(position, true);
    position += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (position + size > packed.length) throw new Error("an LZ4 block ends too early");
    const block = packed.subarray(position, position + size);
    if (word >>> 31) {
      room.set(block, to);
      to += size;
    } else to = unpackBlock(block, room, to);
    position += size + (flags & 16 ? 4 : 0);
  }
  if (to !== room.length) throw new Error("an LZ4 frame ends too early");
}

/** @returns the end position of the output */
function unpackBlock(block: Uint8Array, room: Uint8Array, start: number): number {
  let [position, to] = [0, start];
  const byte = (): number => {
    const value = block[position++];
    if (value === undefined) throw new Error("an LZ4 block ends too early");
    return value;
  };
  const more = (length: number): number => {
    let all = length;
    if (length === 15) for (let next = 255; next === 255;) all += next = byte();
    return all;
  };
  while (position < block.length) {
    const token = byte();
    const literals = more(token >> 4);
    if (position + literals > block.length) throw new Error("an LZ4 block ends too early");
    room.set(block.subarray(position, position + literals), to);
    position += literals;
    to += literals;
    if (position >= block.length) break;
    const back = byte() | (byte() << 8);
    const length = more(token & 15) + 4;
    if (back === 0 || back > to || to + length > room.length) throw new Error("an LZ4 block points outside");
    const end = to + length;
    for (; to < end; to++) room[to] = room[to - back] ?? 0;
  }
  return to;
}

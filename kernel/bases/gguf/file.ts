/**
 * GGUF files (version 2 and 3): metadata, then the offsets of the tensors, then their bytes. The head is read and
 * checked before any tensor; a tensor's bytes are read on request. Format: ggml's docs/gguf.md. All numbers are
 * little-endian.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export type GgufFileValue = number | boolean | string | readonly GgufFileValue[];
export interface GgufTensor {
  readonly name: string;
  /** As in PyTorch: elements of the last dimension are adjacent. */
  readonly shape: readonly number[];
  /** ggml's number of the block format. */
  readonly type: number;
  /** From the file's first byte. */
  readonly offset: number;
}
export interface GgufHeader {
  readonly file: string;
  readonly metadata: Readonly<Record<string, GgufFileValue>>;
  readonly tensors: readonly GgufTensor[];
  readonly size: number;
}

/** Reads the head of a file. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export function readGgufHeader(file: string): GgufHeader {
  const fd = openSync(file, "r");
  try {
    const size = fstatSync(fd).size;
    const cursor = new Cursor(file, fd, size);
    if (cursor.bytes(4).toString("latin1") !== "GGUF") throw cursor.bad("it does not start with GGUF");
    const version = cursor.u32();
    if (version !== 2 && version !== 3)
      throw new CodedError("gguf-unsupported", {
        file,
        part: "version",
        value: String(version),
        supported: ["2", "3"],
      });
    const tensorCount = cursor.count(24);
    const valueCount = cursor.count(12);
    if (Math.max(tensorCount, valueCount) > MOST_ENTRIES)
      throw cursor.bad(`it names more than ${MOST_ENTRIES.toLocaleString("en-US")} tensors or settings`);
    const values: [string, GgufFileValue][] = [];
    for (let i = 0; i < valueCount; i++) values.push([cursor.text(), cursor.value(cursor.u32(), 0)]);
    const metadata = Object.fromEntries(values);
    const heads = Array.from({ length: tensorCount }, () => tensorHead(cursor));
    const alignment = metadata["general.alignment"] ?? 32;
    if (typeof alignment !== "number" || alignment < 1) throw cursor.bad("its alignment is no positive number");
    const start = Math.ceil(cursor.place / alignment) * alignment;
    return { file, metadata, size, tensors: heads.map((t) => ({ ...t, offset: start + t.offset })) };
  } finally {
    closeSync(fd);
  }
}

export function readGgufByteRange(gguf: GgufHeader, offset: number, length: number): Buffer {
  if (offset + length > gguf.size) throw new CodedError("gguf-malformed", { file: gguf.file, why: "it is cut short" });
  const fd = openSync(gguf.file, "r");
  try {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const got = readSync(fd, bytes, done, length - done, offset + done);
      if (got === 0) throw new CodedError("gguf-malformed", { file: gguf.file, why: "it is cut short" });
      done += got;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function tensorHead(cursor: Cursor): GgufTensor {
  const name = cursor.text();
  const rank = cursor.u32();
  if (rank > 4) throw cursor.bad(`tensor ${name} has ${String(rank)} dimensions`);
  const shape = Array.from({ length: rank }, () => cursor.u64()).reverse();
  return { name, shape, type: cursor.u32(), offset: cursor.u64() };
}

const CHUNK = 1 << 20;
/** Maximum size of metadata and tensor entries, in bytes; a tokenizer of 250,000 tokens takes 15 MB of them. */
const MOST_HEAD = 2 ** 28;
/** Maximum number of tensors, and of metadata entries; large mixtures of experts have tens of thousands. */
const MOST_ENTRIES = 500_000;
const DEEPEST = 4;

/** Reads forward through the file, a chunk at a time. */
class Cursor {
  private buffer = Buffer.alloc(0);
  private position = 0;
  private begin = 0;

  constructor(
    private readonly file: string,
    private readonly fd: number,
    private readonly size: number,
  ) {}
  get place(): number {
    return this.begin + this.position;
  }
  bad(why: string): CodedError<"gguf-malformed"> {
    return new CodedError("gguf-malformed", { file: this.file, why });
  }
  bytes(length: number): Buffer {
    if (this.place + length > MOST_HEAD) throw this.bad(`its head has more than ${String(MOST_HEAD / 2 ** 20)} MiB`);
    if (this.position + length > this.buffer.length) this.fill(length);
    this.position += length;
    return this.buffer.subarray(this.position - length, this.position);
  }
  u32(): number {
    return this.bytes(4).readUInt32LE();
  }
  u64(): number {
    const value = Number(this.bytes(8).readBigUInt64LE());
    if (!Number.isSafeInteger(value)) throw this.bad("it holds a size beyond all measure");
    return value;
  }
  /** Reads a count of items of at least `least` bytes each: no more than the rest of the file can contain. */
  count(least: number): number {
    const value = this.u64();
    if (value * least > this.size - this.place) throw this.bad("it is cut short");
    return value;
  }
  text(): string {
    return this.bytes(this.count(1)).toString("utf8");
  }
  value(type: number, depth: number): GgufFileValue {
    switch (type) {
      case 0:
        return this.bytes(1).readUInt8();
      case 1:
        return this.bytes(1).readInt8();
      case 2:
        return this.bytes(2).readUInt16LE();
      case 3:
        return this.bytes(2).readInt16LE();
      case 4:
        return this.u32();
      case 5:
        return this.bytes(4).readInt32LE();
      case 6:
        return this.bytes(4).readFloatLE();
      case 7:
        return this.bytes(1).readUInt8() !== 0;
      case 8:
        return this.text();
      case 9: {
        const inner = this.u32();
        if (depth === DEEPEST) throw this.bad("its lists go too deep");
        return Array.from({ length: this.count(1) }, () => this.value(inner, depth + 1));
      }
      case 10:
        return this.u64();
      case 11:
        return Number(this.bytes(8).readBigInt64LE());
      case 12:
        return this.bytes(8).readDoubleLE();
      default:
        throw this.bad(`it holds a value of the unknown type ${String(type)}`);
    }
  }
  private fill(length: number): void {
    const from = this.place;
    if (from + length > this.size) throw this.bad("it is cut short");
    const wanted = Math.min(Math.max(length, CHUNK), this.size - from);
    const buffer = Buffer.allocUnsafe(wanted);
    for (let done = 0; done < wanted;) {
      const got = readSync(this.fd, buffer, done, wanted - done, from + done);
      if (got === 0) throw this.bad("it is cut short");
      done += got;
    }
    this.buffer = buffer;
    this.begin = from;
    this.position = 0;
  }
}

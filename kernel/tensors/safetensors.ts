/**
 * Safetensors files: eight bytes of header length, a JSON header with each tensor's type, shape and place, the data.
 * A file is checked whole before a byte of it is used; it is written under a temporary name, synced and renamed, so a
 * file under its own name is complete whatever happened. All synchronous: the engine host does nothing else meanwhile.
 */
import { isRecord } from "#dsl/diagnostics/record.js";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { openRegular } from "#kernel/tensors/model-file.js";
import type { DType, NDArray } from "#dsl/graph/program.js";
import { shardsOf } from "#kernel/tensors/shards.js";
import { diskError } from "#kernel/fetch/disk.js";
import { jsonIn, like, table } from "#kernel/fetch/json.js";
import { SIZES, convert } from "./numbers.js";
import { readRounded, unfolded } from "./rounded.js";
import type { TensorPlace, TensorToWrite } from "./tensor-place.js";
import "./codes.js";

export type { TensorPlace, TensorToWrite } from "./tensor-place.js";

export interface Header {
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAXIMAL_HEADER = 100_000_000;

/** Reads and checks a header. Coded errors: `weights-missing`, `weights-truncated`, `weights-malformed`. */
export function readHeader(file: string): Header {
  return withFile(file, (fd) => headerOf(file, fd));
}

/**
 * One tensor, as `as` (default f32; integers i32, booleans bool). F16, BF16 and F64 become f32, I64 becomes i32.
 * `room` gives the memory that it is read into; absent: fresh. Coded errors: those of `readHeader`, `missing-tensor`.
 */
export function readTensor(
  file: string,
  name: string,
  header?: Header,
  as?: DType,
  room = (bytes: number): Uint8Array => new Uint8Array(bytes),
): NDArray {
  return withFile(file, (fd) => {
    const place = Object.entries((header ?? headerOf(file, fd)).tensors).find(([n]) => n === name)?.[1];
    if (!place) throw new CodedError("missing-tensor", { name, files: [file], nearest: null });
    const { rounded } = place;
    const read = (of: Pick<TensorPlace, "offset" | "bytes">, into: Uint8Array): Uint8Array => {
      readFully(file, fd, into, of.offset);
      return into;
    };
    const bytes = rounded
      ? readRounded({ ...place, rounded }, (of) => read(of, new Uint8Array(of.bytes)))
      : read(place, room(place.bytes));
    const dtype = as ?? naturalType(place.dtype);
    return { dtype, shape: place.shape, bytes: convert(bytes, place.dtype, NAMES[dtype], file) };
  });
}

/**
 * The safetensors files that a path means: itself, or those of a folder (of its index, where it has one), in order. Coded
 * errors: `weights-missing`, `base-damaged`, `base-incomplete`.
 */
export function weightFiles(path: string): readonly string[] {
  const at = statSync(path, { throwIfNoEntry: false });
  if (!at) throw new CodedError("weights-missing", { file: path });
  if (!at.isDirectory()) return [path];
  const names = readdirSync(path);
  // Beside shards some models have all weights once more, in their makers' own layout.
  const shards = shardsOf(path, new Set(names));
  const files = [...new Set(shards?.values() ?? names.filter((name) => name.endsWith(".safetensors")))]
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new CodedError("weights-missing", { file: join(path, "model.safetensors") });
  return files;
}

/**
 * Metadata that asks for a checksum of every byte of the file, and tell that there is one: two keys, so that no damage to
 * one of them makes the file look like one of before. CRC-32 is for damage, not for malice.
 */
export const CHECKED: Readonly<Record<string, string>> = { checked: "crc32", checksum: "00000000" };

/** Compares a file with its checksum, if it has one. Coded errors: those of `readHeader`, `weights-damaged`. */
export function verifySafetensors(file: string): void {
  withFile(file, (fd) => {
    const { metadata } = headerOf(file, fd);
    const { checked, checksum } = metadata;
    if (checked === undefined && checksum === undefined) return;
    const room = Buffer.allocUnsafe(PIECE);
    const at = checksum === undefined ? -1 : headAt(file, fd).indexOf(checksumText(checksum));
    if (checked !== CHECKED["checked"] || !/^[0-9a-f]{8}$/.test(checksum ?? "") || at < 0)
      throw new CodedError("weights-damaged", { file });
    const from = at + checksumText("").length - 1;
    let sum = 0;
    for (let read = 0; ;) {
      const got = readSync(fd, room, 0, room.length, read);
      if (got === 0) break;
      for (let i = Math.max(from, read); i < Math.min(from + 8, read + got); i++) room[i - read] = ZERO;
      sum = crc32(room.subarray(0, got), sum);
      read += got;
    }
    if (hexOf(sum) !== checksum) throw new CodedError("weights-damaged", { file });
  });
}
const PIECE = 1 << 22;
const ZERO = 48;
const hexOf = (sum: number): string => sum.toString(16).padStart(8, "0");
/** As it stands in a header; nowhere else, since quotes in texts are escaped there. */
const checksumText = (sum: string): string => `"checksum":"${sum}"`;

/** The first bytes of a file, its header's last one included. */
function headAt(file: string, fd: number): Buffer {
  const length = Buffer.alloc(8);
  readFully(file, fd, length, 0);
  const head = Buffer.alloc(8 + Number(length.readBigUInt64LE()));
  readFully(file, fd, head, 0);
  return head;
}

/** Writes all at once or not at all: what was there before stays whole. Metadata `CHECKED`: with a checksum. Coded error: `disk-full`. */
export function writeSafetensors(
  file: string,
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  // Wide types first keeps every tensor aligned; then by name, so that equal state gives equal bytes.
  const entries = Object.entries(tensors).sort(
    ([a, x], [b, y]) => SIZES[NAMES[y.dtype]]! - SIZES[NAMES[x.dtype]]! || (a < b ? -1 : a > b ? 1 : 0),
  );
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set("__metadata__", metadata);
  let offset = 0;
  for (const [name, t] of entries) {
    const bytes = t.shape.reduce((n, d) => n * d, 1) * SIZES[NAMES[t.dtype]]!;
    header.set(name, { dtype: NAMES[t.dtype], shape: t.shape, data_offsets: [offset, offset + bytes] });
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);

  const sums = metadata["checksum"] === CHECKED["checksum"];
  removeLeftOvers(file);
  const work = `${file}.writing-${String(process.pid)}`;
  try {
    const fd = openSync(work, "w");
    try {
      let sum = crc32(padded);
      writeFully(fd, padded);
      for (const [name, t] of entries) {
        const bytes = typeof t.bytes === "function" ? t.bytes() : t.bytes;
        if (bytes.length !== t.shape.reduce((n, d) => n * d, 1) * SIZES[NAMES[t.dtype]]!)
          throw new Error(`${name}: ${String(bytes.length)} bytes don't fill [${t.shape.join(", ")}] ${t.dtype}`);
        writeFully(fd, bytes);
        if (sums) sum = crc32(bytes, sum);
      }
      if (sums)
        writeSync(fd, hexOf(sum), padded.indexOf(checksumText(CHECKED["checksum"]!)) + checksumText("").length - 1);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(work, file);
  } catch (e) {
    rmSync(work, { force: true });
    throw diskError(e, file, offset);
  }
  syncFolder(dirname(file));
}

/** What writers of this file left that were killed half-way. */
function removeLeftOvers(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.writing-`;
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length))))
      rmSync(join(folder, name), { force: true });
}
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Makes the rename itself outlive a power cut; not every system lets a folder be synced. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "EINVAL") throw e;
  } finally {
    closeSync(fd);
  }
}

const NAMES: Readonly<Record<DType, string>> = {
  f32: "F32",
  f64: "F64",
  bf16: "BF16",
  i32: "I32",
  i8: "I8",
  u8: "U8",
  bool: "BOOL",
};

function naturalType(dtype: string): DType {
  return dtype === "BOOL" ? "bool" : /^[IU]/.test(dtype) ? "i32" : "f32";
}

function withFile<T>(file: string, work: (fd: number) => T): T {
  const fd = openRegular(file);
  if (fd === null) throw new CodedError("weights-missing", { file });
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function headerOf(file: string, fd: number): Header {
  const malformed = (why: string): CodedError => new CodedError("weights-malformed", { file, why });
  const size = fstatSync(fd).size;
  if (size < 8) throw new CodedError("weights-truncated", { file, expected: 8, got: size });
  const head = new Uint8Array(8);
  readFully(file, fd, head, 0);
  const length = Number(Buffer.from(head.buffer).readBigUInt64LE());
  if (length > MAXIMAL_HEADER || length < 2) throw malformed("its header's length is out of bounds");
  if (8 + length > size) throw new CodedError("weights-truncated", { file, expected: 8 + length, got: size });
  const text = new Uint8Array(length);
  readFully(file, fd, text, 8);
  let json: unknown;
  try {
    json = jsonIn(new TextDecoder("utf-8", { fatal: true }).decode(text), v.unknown());
  } catch {
    throw malformed("its header is no JSON");
  }
  if (!isRecord(json)) throw malformed("its header is no JSON object");
  const { __metadata__: metadata = {}, ...rest } = json;
  if (!areTexts(metadata)) throw malformed("its metadata are not all text");
  const start = 8 + length;
  const tensors = Object.entries(rest).map(([name, value]) => [name, placeOf(name, value, start, malformed)] as const);
  checkPlaces(file, tensors, start, size, malformed);
  return { tensors: unfolded(Object.fromEntries(tensors), metadata, malformed), metadata };
}

const areTexts = like<Readonly<Record<string, string>>>(table(v.string()));
const counts = (what: string) => v.array(v.pipe(v.number(what), v.safeInteger(what), v.minValue(0, what)), what);
const unlike: Readonly<Record<string, string>> = { shape: "no proper shape", data_offsets: "no proper place" };
/** Of one tensor in a header; the messages go after its name. */
const tensor = v.looseObject(
  {
    dtype: v.pipe(
      v.string("an unknown type"),
      v.check((type) => Object.hasOwn(SIZES, type), "an unknown type"),
    ),
    shape: counts("no proper shape"),
    data_offsets: v.pipe(
      v.tuple([v.number("no proper place"), v.number("no proper place")], "no proper place"),
      v.check(([from, end]) => [from, end].every((at) => Number.isSafeInteger(at) && at >= 0), "no proper place"),
      v.check(([from, end]) => from <= end, "no proper place"),
    ),
  },
  ({ expected }) => unlike[expected?.slice(1, -1) ?? ""] ?? "an unknown type",
);
function placeOf(name: string, value: unknown, start: number, malformed: (why: string) => CodedError): TensorPlace {
  const found = v.safeParse(tensor, value, { abortEarly: true });
  if (!found.success) throw malformed(`${name} has ${found.issues[0].message}`);
  const { dtype, shape, data_offsets: offsets } = found.output;
  const [from, end] = offsets;
  const bytes = shape.reduce((n, d) => n * d, 1) * (SIZES[dtype] ?? NaN);
  if (!Number.isSafeInteger(bytes) || bytes !== end - from)
    throw malformed(`${name} takes ${String(end - from)} bytes where its shape needs ${String(bytes)}`);
  return { dtype, shape, offset: start + from, bytes };
}

/** Tensors fill the data without overlap or hole, and the data fills the file. */
function checkPlaces(
  file: string,
  tensors: readonly (readonly [string, TensorPlace])[],
  start: number,
  size: number,
  malformed: (why: string) => CodedError,
): void {
  let end = start;
  for (const [name, place] of [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (place.offset < end) throw malformed(`${name} overlaps another tensor`);
    if (place.offset > end) throw malformed(`there is a hole before ${name}`);
    end = place.offset + place.bytes;
  }
  if (end > size) throw new CodedError("weights-truncated", { file, expected: end, got: size });
  if (end < size) throw malformed(`${String(size - end)} bytes follow its last tensor`);
}

function readFully(file: string, fd: number, into: Uint8Array, at: number): void {
  let got = 0;
  while (got < into.length) {
    const n = readSync(fd, into, got, Math.min(into.length - got, 1 << 30), at + got);
    if (n === 0) throw new CodedError("weights-truncated", { file, expected: at + into.length, got: at + got });
    got += n;
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30));
}

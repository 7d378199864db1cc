/**
 * Safetensors files: eight bytes of header length, a JSON header with each tensor's type, shape and offsets, the data.
 * A file is checked completely before it is used. It is written under a temporary name, synced and renamed, so a file
 * under its final name is always complete. All functions are synchronous: the engine host does nothing else meanwhile.
 */
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
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { openModelFile } from "#kernel/tensors/model-file.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";
import { shardPathsOf } from "#kernel/tensors/shards.js";
import { diskError } from "#kernel/fetch/disk.js";
import {
  tensorToArray,
  tensorContentOf,
  CHECKSUM_METADATA,
  serializeHeader,
  parseSafetensorsHeader,
  headerTextLength,
  sortTensorsForWriting,
  type SafetensorsHeader,
} from "./layout.js";
import { readDequantizedWeight } from "./rounded.js";
import type { TensorPlace, TensorToWrite } from "./tensor-place.js";

export { CHECKSUM_METADATA, type SafetensorsHeader } from "./layout.js";
export type { TensorPlace, TensorToWrite } from "./tensor-place.js";

/** Reads and checks a header. Coded errors: `weights-missing`, `weights-truncated`, `weights-malformed`. */
export function readHeader(file: string): SafetensorsHeader {
  return withFile(file, (fd) => headerOf(file, fd));
}

/**
 * Reads one tensor as `as` (default f32; integers i32, booleans bool). F16, BF16 and F64 become f32, I64 becomes i32.
 * `room` returns the memory to read into (default: newly allocated). Coded errors: those of `readHeader`,
 * `missing-tensor`.
 */
export function readTensor(
  file: string,
  name: string,
  header?: SafetensorsHeader,
  as?: DType,
  room = (bytes: number): Uint8Array => new Uint8Array(bytes),
): NDArray {
  return withFile(file, (fd) => {
    const place = Object.entries((header ?? headerOf(file, fd)).tensors).find(([n]) => n === name)?.[1];
    if (!place) throw new CodedError("missing-tensor", { name, files: [file], nearest: null });
    const { rounded } = place;
    const read = (part: Pick<TensorPlace, "offset" | "bytes">, into: Uint8Array): Uint8Array => {
      readFully(file, fd, into, part.offset);
      return into;
    };
    const bytes = rounded
      ? readDequantizedWeight({ ...place, rounded }, (part) => read(part, new Uint8Array(part.bytes)))
      : read(place, room(place.bytes));
    return tensorToArray(file, bytes, place, as);
  });
}

/**
 * Returns the safetensors files of a path: the file itself, or those of a folder (by its index, if it has one), in
 * order. Coded errors: `weights-missing`, `base-damaged`, `base-incomplete`.
 */
export function weightFiles(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new CodedError("weights-missing", { file: path });
  if (!stats.isDirectory()) return [path];
  const names = readdirSync(path);
  // Some models store all weights a second time next to the shards, in the original layout.
  const shards = shardPathsOf(path, new Set(names));
  const files = [...new Set(shards?.values() ?? names.filter((name) => name.endsWith(".safetensors")))]
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new CodedError("weights-missing", { file: join(path, "model.safetensors") });
  return files;
}

/** Compares a file with its checksum, if it has one. Coded errors: those of `readHeader`, `weights-damaged`. */
export function verifySafetensors(file: string): void {
  withFile(file, (fd) => {
    const { metadata } = headerOf(file, fd);
    const { checked, checksum } = metadata;
    if (checked === undefined && checksum === undefined) return;
    const room = Buffer.allocUnsafe(PIECE);
    const checksumOffset = checksum === undefined ? -1 : headAt(file, fd).indexOf(checksumText(checksum));
    if (checked !== CHECKSUM_METADATA.checked || !/^[0-9a-f]{8}$/.test(checksum ?? "") || checksumOffset < 0)
      throw new CodedError("weights-damaged", { file });
    const from = checksumOffset + checksumText("").length - 1;
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
/** The checksum as written in a header; it can match nothing else, since quotes in texts are escaped there. */
const checksumText = (sum: string): string => `"checksum":"${sum}"`;

/** Returns the first bytes of a file, up to the end of its header. */
function headAt(file: string, fd: number): Buffer {
  const length = Buffer.alloc(8);
  readFully(file, fd, length, 0);
  const head = Buffer.alloc(8 + Number(length.readBigUInt64LE()));
  readFully(file, fd, head, 0);
  return head;
}

/**
 * Writes the complete file or nothing: an earlier file stays intact on failure. With the metadata `CHECKED` it adds a
 * checksum. Coded error: `disk-full`.
 */
export function writeSafetensors(
  file: string,
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const entries = sortTensorsForWriting(tensors);
  const { head, bytes: offset } = serializeHeader(entries, metadata);
  const padded = Buffer.from(head.buffer);

  const sums = metadata["checksum"] === CHECKSUM_METADATA.checksum;
  removeLeftOvers(file);
  const work = `${file}.writing-${String(process.pid)}`;
  try {
    const fd = openSync(work, "w");
    try {
      let sum = crc32(padded);
      writeFully(fd, padded);
      for (const [name, t] of entries) {
        const bytes = tensorContentOf(name, t);
        writeFully(fd, bytes);
        if (sums) sum = crc32(bytes, sum);
      }
      if (sums)
        writeSync(
          fd,
          hexOf(sum),
          padded.indexOf(checksumText(CHECKSUM_METADATA.checksum)) + checksumText("").length - 1,
        );
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

/** Removes temporary files of writers of this file that were killed. */
function removeLeftOvers(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.writing-`;
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name.startsWith(prefix) && !isProcessRunning(Number(name.slice(prefix.length))))
      rmSync(join(folder, name), { force: true });
}
export function isProcessRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Makes the rename survive a power failure; not every system allows syncing a folder. */
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

function withFile<T>(file: string, work: (fd: number) => T): T {
  const fd = openModelFile(file);
  if (fd === null) throw new CodedError("weights-missing", { file });
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function headerOf(file: string, fd: number): SafetensorsHeader {
  const size = fstatSync(fd).size;
  const head = new Uint8Array(8);
  if (size >= head.length) readFully(file, fd, head, 0);
  const text = new Uint8Array(headerTextLength(file, head, size));
  readFully(file, fd, text, 8);
  return parseSafetensorsHeader(file, text, size);
}

function readFully(file: string, fd: number, into: Uint8Array, offset: number): void {
  let got = 0;
  while (got < into.length) {
    const n = readSync(fd, into, got, Math.min(into.length - got, 1 << 30), offset + got);
    if (n === 0) throw new CodedError("weights-truncated", { file, expected: offset + into.length, got: offset + got });
    got += n;
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30));
}

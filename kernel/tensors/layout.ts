/**
 * Layout of a safetensors file: eight bytes of header length, a JSON header with each tensor's type, shape and offsets,
 * the data. A header is checked completely before any data are used. This module reads and writes no files, so that it
 * also runs in a browser.
 */
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { DType, NDArray } from "#dsl/tensor/program.js";
import { parseJsonAs, schemaGuard, dictionaryOf } from "../fetch/json.js";
import { SAFETENSORS_ELEMENT_BYTES, convertElements } from "./numbers.js";
import { resolveTensorPlaces } from "./rounded.js";
import type { TensorPlace, TensorToWrite } from "./tensor-place.js";

export interface SafetensorsHeader {
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
}
type Entry = readonly [string, TensorToWrite];

/**
 * Metadata that request and mark a checksum of every byte of the file. There are two keys, so that damage to one of
 * them cannot make the file look like an older one without a checksum. CRC-32 detects damage, not malice.
 */
export const CHECKSUM_METADATA = { checked: "crc32", checksum: "00000000" } as const;

const MAXIMAL_HEADER = 100_000_000;

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

/** Returns a tensor's bytes as an array of type `as` (default: the type nearest to the file's). */
export function tensorToArray(
  file: string,
  bytes: Uint8Array,
  { dtype: fileType, shape }: TensorPlace,
  as?: DType,
): NDArray {
  const dtype = as ?? naturalType(fileType);
  return { dtype, shape, bytes: convertElements(bytes, fileType, NAMES[dtype], file) };
}

/**
 * Returns the length of the header's text from the file's first eight bytes. Coded errors: `weights-truncated`,
 * `weights-malformed`.
 */
export function headerTextLength(file: string, head: Uint8Array, size: number): number {
  if (size < 8) throw new CodedError("weights-truncated", { file, expected: 8, got: size });
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length > MAXIMAL_HEADER || length < 2) throw malformedIn(file)("its header's length is out of bounds");
  if (8 + length > size) throw new CodedError("weights-truncated", { file, expected: 8 + length, got: size });
  return length;
}

/**
 * Parses the header. Coded errors: `weights-truncated`, `weights-malformed`.
 * @param text the bytes after the length
 * @param size size of the complete file
 */
export function parseSafetensorsHeader(file: string, text: Uint8Array, size: number): SafetensorsHeader {
  const malformed = malformedIn(file);
  let json: unknown;
  try {
    json = parseJsonAs(new TextDecoder("utf-8", { fatal: true }).decode(text), v.unknown());
  } catch {
    throw malformed("its header is not JSON");
  }
  if (!isRecord(json)) throw malformed("its header is not JSON object");
  const { __metadata__: metadata = {}, ...rest } = json;
  if (!areTexts(metadata)) throw malformed("its metadata are not all text");
  const start = 8 + text.length;
  const tensors = Object.entries(rest).map(([name, value]) => [name, placeOf(name, value, start, malformed)] as const);
  checkPlaces(file, tensors, start, size, malformed);
  return { tensors: resolveTensorPlaces(Object.fromEntries(tensors), metadata, malformed), metadata };
}

/** Sorts wide types first, which keeps every tensor aligned; then by name, so that equal state gives equal bytes. */
export function sortTensorsForWriting(tensors: Readonly<Record<string, TensorToWrite>>): readonly Entry[] {
  const width = ({ dtype }: TensorToWrite): number => SAFETENSORS_ELEMENT_BYTES[NAMES[dtype]]!;
  return Object.entries(tensors).sort(([a, x], [b, y]) => width(y) - width(x) || (a < b ? -1 : a > b ? 1 : 0));
}

/** Returns everything before the data of `entries`, and the size of the data. */
export function serializeHeader(
  entries: readonly Entry[],
  metadata: Readonly<Record<string, string>>,
): { readonly head: Uint8Array<ArrayBuffer>; readonly bytes: number } {
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set("__metadata__", metadata);
  let offset = 0;
  for (const [name, t] of entries) {
    const end = offset + bytesFor(t);
    header.set(name, { dtype: NAMES[t.dtype], shape: t.shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(BLANK);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return { head, bytes: offset };
}
const BLANK = 32;

/** Returns a tensor's bytes when it is its turn to be written. */
export function tensorContentOf(name: string, t: TensorToWrite): Uint8Array {
  const bytes = typeof t.bytes === "function" ? t.bytes() : t.bytes;
  if (bytes.length !== bytesFor(t))
    throw new Error(`${name}: ${String(bytes.length)} bytes don't fill [${t.shape.join(", ")}] ${t.dtype}`);
  return bytes;
}
function bytesFor({ shape, dtype }: TensorToWrite): number {
  return shape.reduce((n, d) => n * d, SAFETENSORS_ELEMENT_BYTES[NAMES[dtype]]!);
}

type Malformed = (why: string) => CodedError;
const malformedIn =
  (file: string): Malformed =>
  (why) =>
    new CodedError("weights-malformed", { file, why });
const areTexts = schemaGuard<Readonly<Record<string, string>>>(dictionaryOf(v.string()));
const counts = (what: string) => v.array(v.pipe(v.number(what), v.safeInteger(what), v.minValue(0, what)), what);
const unlike: Readonly<Record<string, string>> = { shape: "no proper shape", data_offsets: "no proper place" };
/** One tensor in a header; the messages follow its name. */
const tensor = v.looseObject(
  {
    dtype: v.pipe(
      v.string("an unknown type"),
      v.check((type) => Object.hasOwn(SAFETENSORS_ELEMENT_BYTES, type), "an unknown type"),
    ),
    shape: counts("no proper shape"),
    data_offsets: v.pipe(
      v.tuple([v.number("no proper place"), v.number("no proper place")], "no proper place"),
      v.check(
        ([from, end]) => [from, end].every((offset) => Number.isSafeInteger(offset) && offset >= 0),
        "no proper place",
      ),
      v.check(([from, end]) => from <= end, "no proper place"),
    ),
  },
  ({ expected }) => unlike[expected?.slice(1, -1) ?? ""] ?? "an unknown type",
);
function placeOf(name: string, value: unknown, start: number, malformed: Malformed): TensorPlace {
  const found = v.safeParse(tensor, value, { abortEarly: true });
  if (!found.success) throw malformed(`${name} has ${found.issues[0].message}`);
  const { dtype, shape, data_offsets: offsets } = found.output;
  const [from, end] = offsets;
  const bytes = shape.reduce((n, d) => n * d, 1) * (SAFETENSORS_ELEMENT_BYTES[dtype] ?? NaN);
  if (!Number.isSafeInteger(bytes) || bytes !== end - from)
    throw malformed(`${name} takes ${String(end - from)} bytes, but its shape needs ${String(bytes)}`);
  return { dtype, shape, offset: start + from, bytes };
}

/** Checks that the tensors cover the data without overlap or gap, and that the data end with the file. */
function checkPlaces(
  file: string,
  tensors: readonly (readonly [string, TensorPlace])[],
  start: number,
  size: number,
  malformed: Malformed,
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

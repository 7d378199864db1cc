/**
 * Flower's objects: a message, its record dictionary, arrays and their chunks are one object each, named by its
 * SHA-256. An object is its type, the ids of its children, the length of its own bytes, a zero byte, and its bytes. Our
 * messages are one array of bytes.
 */
import { createHash } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { objectWith, parseJsonAs, dictionaryOf, wholeNumber } from "#kernel/fetch/json.js";
import { metadataBytes, type MessageMetadata, type ObjectTree } from "./proto.js";

/** Maximum bytes of a chunk. */
const CHUNK = 5_242_880;
/** The record and the array in it that contain our message. */
const RECORD = "tunebook";
const ARRAY = "bytes";

export interface MessageObjects {
  readonly tree: ObjectTree;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Creates the objects of a message that contains `payload`. */
export function messageObjectsOf(metadata: MessageMetadata, payload: Uint8Array): MessageObjects {
  const contents = new Map<string, Uint8Array>();
  const add = (type: string, children: readonly ObjectTree[], body: Uint8Array): ObjectTree => {
    const each = [...new Map(children.map((child) => [child.id, child])).values()];
    const head = `${type} ${each.map(({ id }) => id).join(",")} ${String(body.length)}\0`;
    const whole = Buffer.concat([Buffer.from(head), body]);
    const id = createHash("sha256").update(whole).digest("hex");
    contents.set(id, whole);
    return { id, children: each };
  };
  const json = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));
  const bytes = npyOf(payload);
  const chunks: ObjectTree[] = [];
  for (let offset = 0; offset < bytes.length; offset += CHUNK)
    chunks.push(add("ArrayChunk", [], bytes.subarray(offset, offset + CHUNK)));
  const order = [...new Set(chunks.map(({ id }) => id))];
  const array = add(
    "Array",
    chunks,
    json({
      dtype: "uint8",
      shape: [payload.length],
      stype: "numpy.ndarray",
      arraychunk_ids: chunks.map(({ id }) => order.indexOf(id)),
    }),
  );
  const record = add("ArrayRecord", [array], json({ [ARRAY]: array.id }));
  const all = add("RecordDict", [record], json({ [RECORD]: record.id }));
  return { tree: add("Message", [all], metadataBytes(metadata)), contents };
}

const tooLong = (most: number): CodedError<"flower-said"> =>
  new CodedError("flower-said", { why: `it is longer than ${String(most)} bytes` });
const named = dictionaryOf(v.string());
const arrayHead = objectWith({ dtype: v.literal("uint8"), arraychunk_ids: v.array(wholeNumber()) });

/** Bytes of an object in addition to its content: its type and the ids of its children. */
const AROUND = 4096;
/** The minimum number of chunks for an array of this size, plus one for metadata. */
const chunksOf = (most: number): number => Math.ceil(most / CHUNK) + 1;

/**
 * Reads a message's payload of at most `most` bytes; `get` fetches an object of a maximum size. Throws if the message
 * is not ours, and `flower-said` if it is too long.
 */
export async function readMessagePayload(
  tree: ObjectTree,
  most: number,
  get: (id: string, most: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const chunks = chunksOf(most);
  const object = async (id: string, size = 70 * chunks) => parsed(await get(id, AROUND + size), id);
  const message = await object(tree.id);
  const all = await object(childOf(message.children, 0));
  const record = await object(parseJsonAs(text(all.body), named)[RECORD] ?? "");
  const array = await object(parseJsonAs(text(record.body), named)[ARRAY] ?? "");
  const head = parseJsonAs(text(array.body), arrayHead);
  if (head.arraychunk_ids.length > chunks) throw tooLong(most);
  const parts: Uint8Array[] = [];
  let left = most + AROUND;
  for (const place of head.arraychunk_ids) {
    const { body } = await object(childOf(array.children, place), Math.min(left, CHUNK));
    left -= body.length;
    if (left < 0) throw tooLong(most);
    parts.push(body);
  }
  return fromNpy(Buffer.concat(parts));
}

function parsed(bytes: Uint8Array, id: string): { readonly children: readonly string[]; readonly body: Uint8Array } {
  if (createHash("sha256").update(bytes).digest("hex") !== id) throw new Error("an object does not match its id");
  const end = bytes.indexOf(0);
  const [, children = ""] = text(bytes.subarray(0, end)).split(" ");
  return { children: children === "" ? [] : children.split(","), body: bytes.subarray(end + 1) };
}

function childOf(children: readonly string[], place: number): string {
  const id = children[place];
  if (id === undefined) throw new Error("an object lacks this child");
  return id;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Encodes a byte vector as a NumPy file: magic, version, length of the head, head, bytes. */
function npyOf(payload: Uint8Array): Uint8Array {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${String(payload.length)},), }`;
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10;
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  return Buffer.concat([prefix, Buffer.from(`${head.padEnd(length - 1)}\n`, "latin1"), payload]);
}

function fromNpy(bytes: Uint8Array): Uint8Array {
  const long = bytes[6] !== 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, start));
  if (!head.includes("'|u1'") && !head.includes("'u1'")) throw new Error("it is no array of bytes");
  return bytes.subarray(start);
}

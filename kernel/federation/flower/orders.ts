/**
 * Orders and answers of the contract between who leads and its clients (`../contract.ts`) as bytes: `u32` length of a head of
 * JSON, the head, then vectors one after the other, little-endian, in the order in which the head names them.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import * as v from "valibot";
import type { Kept } from "#stdlib/kinds/aggregator.js";
import { fields, jsonIn, whole } from "#kernel/fetch/json.js";
import type { Client, RoundAnswer, RoundOrder } from "../contract.js";
import "./codes.js";

type Vectors = Readonly<Record<string, Float32Array | Float64Array>>;
interface Said<H> {
  readonly head: H;
  readonly vectors: Vectors;
}
const LONGEST_HEAD = 1_000_000;

function pack(head: object, vectors: Vectors): Uint8Array {
  const named = Object.entries(vectors);
  const places = named.map(([name, values]) => [name, values.BYTES_PER_ELEMENT, values.length] as const);
  const bytes = Buffer.from(JSON.stringify({ head, vectors: places }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const bodies = named.map(([, values]) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return new Uint8Array(Buffer.concat([length, bytes, ...bodies]));
}

const unreadable = (why: string): CodedError<"flower-said"> => new CodedError("flower-said", { why });
const places = v.array(v.tuple([v.string(), v.picklist([4, 8]), whole()]));

/** `flower-said` where it is none. */
function unpack<T>(bytes: Uint8Array, schema: v.GenericSchema<unknown, T>): Said<T> {
  if (bytes.length < 4) throw unreadable("it is cut off");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > LONGEST_HEAD || length + 4 > bytes.length) throw unreadable("it has no head");
  let told: { readonly head: T; readonly vectors: v.InferOutput<typeof places> };
  try {
    const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
    told = jsonIn(text, fields({ head: schema, vectors: places }));
  } catch (error) {
    throw new CodedError("flower-said", { why: "its head is not as it should be" }, { cause: error });
  }
  let at = 4 + length;
  const vectors: [string, Float32Array | Float64Array][] = [];
  for (const [name, size, count] of told.vectors) {
    const end = at + size * count;
    if (end > bytes.length) throw unreadable("it is cut off");
    const own = new Uint8Array(bytes.subarray(at, end));
    vectors.push([name, size === 4 ? new Float32Array(own.buffer) : new Float64Array(own.buffer)]);
    at = end;
  }
  if (at !== bytes.length) throw unreadable("it is too long");
  return { head: told.head, vectors: Object.fromEntries(vectors) };
}

const kept = (prefix: string, of: Kept): Vectors =>
  Object.fromEntries(Object.entries(of).map(([name, values]) => [`${prefix}${name}`, values]));
function keptIn(prefix: string, vectors: Vectors): Kept {
  const found: [string, Float64Array][] = [];
  for (const [name, values] of Object.entries(vectors))
    if (name.startsWith(prefix) && values instanceof Float64Array) found.push([name.slice(prefix.length), values]);
  return Object.fromEntries(found);
}
function floatsIn(vectors: Vectors, name: string): Float32Array {
  const found = vectors[name];
  if (!(found instanceof Float32Array)) throw unreadable(`it has no ${name}`);
  return found;
}

const orderHead = fields({ round: whole(1), rounds: whole(1) });
export const encodeOrder = ({ round, rounds, weights, sent }: RoundOrder): Uint8Array =>
  pack({ round, rounds }, { weights, ...kept("sent/", sent) });
function decodeOrder(bytes: Uint8Array): RoundOrder {
  const { head, vectors } = unpack(bytes, orderHead);
  return { ...head, weights: floatsIn(vectors, "weights"), sent: keptIn("sent/", vectors) };
}

/** What comes back says what it is, or the code of what went wrong, and no words. */
const perhapsFailed = fields({ code: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,60}$/))) });
const figures = fields({ rows: whole(), steps: whole(), tokens: whole(), loss: v.number(), seconds: v.number() });
const hello = fields({ name: v.pipe(v.string(), v.maxLength(200)), rows: whole() });

/** The code that a client said; null: it said what was asked for. */
function failure(bytes: Uint8Array): string | null {
  return unpack(bytes, perhapsFailed).head.code ?? null;
}
function answered<T>(client: string, bytes: Uint8Array, schema: v.GenericSchema<unknown, T>): Said<T> {
  const code = failure(bytes);
  if (code !== null) throw new CodedError("flower-client", { client, why: code });
  return unpack(bytes, schema);
}

/** Errors: `flower-client`, `flower-said`. */
export function decodeHello(client: string, bytes: Uint8Array): { readonly name: string; readonly rows: number } {
  return answered(client, bytes, hello).head;
}
export function decodeAnswer(client: string, bytes: Uint8Array, length: number): RoundAnswer {
  const { head, vectors } = answered(client, bytes, figures);
  const delta = floatsIn(vectors, "delta");
  if (delta.length !== length) throw unreadable("its update is not as long as the weights");
  const { rows, steps, tokens, loss, seconds } = head;
  const given = keptIn("given/", vectors);
  return { rows, steps, tokens, loss, seconds, delta, given, bytes: bytes.length };
}
/** What a client's process does with what it is sent: all that goes wrong leaves as a code. */
export function answersOf(
  client: Client,
): (kind: string, payload: Uint8Array, signal: AbortSignal) => Promise<Uint8Array> {
  return async (kind, payload, signal) => {
    try {
      if (kind === "query") return pack({ name: client.name, rows: client.rows }, {});
      if (kind !== "train") throw unreadable("it is no order");
      const { delta, given, rows, steps, tokens, loss, seconds } = await client.train(decodeOrder(payload), signal);
      return pack({ rows, steps, tokens, loss, seconds }, { delta, ...kept("given/", given) });
    } catch (error) {
      return pack({ code: error instanceof CodedError ? error.code : "internal" }, {});
    }
  };
}

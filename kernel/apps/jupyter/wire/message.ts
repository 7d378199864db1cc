/**
 * Jupyter messages as frames: identities, a delimiter, the signature, four JSON parts, then raw buffers. Frames are
 * verified before any of them is parsed; an invalid message is `undefined` and never throws.
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, schemaGuard, jsonObject, type JsonRecord } from "../../../fetch/json.js";

export const protocolVersion = "5.5";
const delimiter = Buffer.from("<IDS|MSG>");
/** Bytes; a normal header has about 200. */
const longestHeader = 1 << 16;

export type { JsonRecord as Json };
export interface Header extends JsonRecord {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
}
export interface Message {
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parent: JsonRecord;
  readonly metadata: JsonRecord;
  readonly content: JsonRecord;
  readonly buffers: readonly Uint8Array[];
  readonly signature: Uint8Array;
}
/** A message to send; its content may already be JSON text. */
export interface MessageDraft {
  /** Message id, if an answer will refer to it; generated otherwise. */
  readonly id?: string;
  readonly type: string;
  readonly parent: JsonRecord;
  readonly content: JsonRecord | string;
  readonly metadata?: JsonRecord | undefined;
  readonly buffers?: readonly Uint8Array[] | undefined;
}

/** Signs and verifies with one key; an empty key means no signatures, as the protocol defines. */
export class Signer {
  constructor(
    private readonly key: string,
    private readonly hash: string,
  ) {}

  get signs(): boolean {
    return this.key !== "";
  }

  sign(parts: readonly Uint8Array[]): string {
    if (!this.signs) return "";
    const mac = createHmac(this.hash, this.key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  }

  verify(signature: Uint8Array, parts: readonly Uint8Array[]): boolean {
    if (!this.signs) return true;
    const expected = Buffer.from(this.sign(parts));
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}

/** Frames → message; `undefined` if they are malformed or not signed with our key. */
export function decode(frames: readonly Uint8Array[], signer: Signer): Message | undefined {
  const delimiterIndex = frames.findIndex((frame) => delimiter.equals(frame));
  const [signature, header, parent, metadata, content] = frames.slice(delimiterIndex + 1, delimiterIndex + 6);
  if (delimiterIndex < 0 || !signature || !header || !parent || !metadata || !content) return undefined;
  if (!signer.verify(signature, [header, parent, metadata, content])) return undefined;
  if (header.length > longestHeader) return undefined;
  const head = parseObject(header);
  const rest = [parseObject(parent), parseObject(metadata), parseObject(content)] as const;
  if (!head || !rest[0] || !rest[1] || !rest[2] || !isHeader(head)) return undefined;
  // a header is sent again as the parent of all answers
  if (!isShallow(head)) return undefined;
  return {
    identities: frames.slice(0, delimiterIndex),
    header: head,
    parent: rest[0],
    metadata: rest[1],
    content: rest[2],
    buffers: frames.slice(delimiterIndex + 6),
    signature,
  };
}

/** Message → frames, with a header of this session. */
export function encode(
  identities: readonly Uint8Array[],
  draft: MessageDraft,
  session: string,
  signer: Signer,
): Uint8Array[] {
  const header = {
    msg_id: draft.id ?? randomUUID(),
    msg_type: draft.type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  const content = typeof draft.content === "string" ? draft.content : toPortableJson(draft.content);
  const parts = [
    JSON.stringify(header),
    toPortableJson(draft.parent),
    toPortableJson(draft.metadata ?? {}),
    content,
  ].map((text) => Buffer.from(text));
  return [...identities, delimiter, Buffer.from(signer.sign(parts)), ...parts, ...(draft.buffers ?? [])];
}

/** JSON that every reader accepts: big integers as text, lone surrogates replaced. Throws for circular values. */
export function toPortableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "string") return replaceLoneSurrogates(inner);
    return typeof inner === "bigint" ? inner.toString() : inner;
  });
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
export function replaceLoneSurrogates(text: string): string {
  return text.replace(loneSurrogate, "\ufffd");
}

function parseObject(bytes: Uint8Array): JsonRecord | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return parseJsonOrNull(text, jsonObject) ?? undefined;
}

function isShallow(value: unknown, depth = 20): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

const isHeader = schemaGuard<Header>(objectWith({ msg_id: v.string(), msg_type: v.string(), session: v.string() }));

/**
 * Jupyter's messages as frames: identities, `<IDS|MSG>`, signature (HMAC-SHA256 over the four JSON parts), header,
 * parent header, metadata, content, buffers. Written independently of the kernel's own codec, so that each checks the
 * other.
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { objectWith, parseJsonOrNull, jsonObject, type Schema } from "../../../fetch/json.js";

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}
export type MessageContent = Readonly<Record<string, unknown>>;
export interface Message {
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: MessageContent;
  readonly content: MessageContent;
  readonly buffers: readonly Buffer[];
}

const text = v.string();
const headerSchema: Schema<Header> = objectWith({
  msg_id: text,
  session: text,
  username: text,
  date: text,
  msg_type: text,
  version: text,
});
const perhaps = v.exactOptional(text);
const parentSchema: Schema<Partial<Header>> = objectWith({
  msg_id: perhaps,
  session: perhaps,
  username: perhaps,
  date: perhaps,
  msg_type: perhaps,
  version: perhaps,
});

const delimiter = Buffer.from("<IDS|MSG>");

export function newHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    session,
    username: "tunebook",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.5",
  };
}

export function encodeSignedMessage(message: Omit<Message, "identities">, key: string): Buffer[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [delimiter, Buffer.from(signMessageParts(parts, key)), ...parts, ...message.buffers];
}

/** Null for frames that are not a message or whose signature is wrong. */
export function decodeSignedMessage(frames: readonly Buffer[], key: string): Message | null {
  const delimiterIndex = frames.findIndex((frame) => frame.equals(delimiter));
  const [signature, ...rest] = frames.slice(delimiterIndex + 1);
  const parts = rest.slice(0, 4);
  if (delimiterIndex < 0 || signature === undefined || parts.length < 4) return null;
  const expected = Buffer.from(signMessageParts(parts, key));
  if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) return null;
  const [header, parent, metadata, content] = parts.map((part) => part.toString("utf8"));
  const message = {
    header: parseJsonOrNull(header ?? "", headerSchema),
    parent: parseJsonOrNull(parent ?? "", parentSchema),
    metadata: parseJsonOrNull(metadata ?? "", jsonObject),
    content: parseJsonOrNull(content ?? "", jsonObject),
  };
  if (!message.header || !message.parent || !message.metadata || !message.content) return null;
  return {
    identities: frames.slice(0, delimiterIndex),
    header: message.header,
    parent: message.parent,
    metadata: message.metadata,
    content: message.content,
    buffers: rest.slice(4),
  };
}

export function signMessageParts(parts: readonly Buffer[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

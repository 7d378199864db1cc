/**
 * Parses the JSON of a body. It must be UTF-8, of limited depth, without keys that affect prototypes, and without lone
 * surrogates; later code does not need to check that.
 */
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Maximum nesting of lists and objects. */
const DEEPEST = 64;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** `most`: maximum bytes. Coded errors `request-type`, `request-not-json`. */
export function acceptJsonBodies(app: FastifyInstance, most: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i,
    { parseAs: "buffer", bodyLimit: most },
    (request, body, done) => {
      const { "content-encoding": coding, "content-type": type = "" } = request.headers;
      const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1];
      if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
        done(new CodedError("request-type", { type: type.slice(0, 100) }));
        return;
      }
      if (coding !== undefined && coding !== "identity") {
        done(new CodedError("request-type", { type: String(coding).slice(0, 60) }));
        return;
      }
      try {
        done(null, parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new CodedError("request-not-json", { why: "it is empty" });
  if (!isShallow(bytes))
    throw new CodedError("request-not-json", { why: `it is more than ${String(DEEPEST)} levels deep` });
  const text = decoded(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's own message would quote part of the text.
    throw new CodedError("request-not-json", { why: "it is not JSON" });
  }
  if (text.includes("\\") || text.includes("__proto__") || text.includes('"constructor"')) look(value);
  return value;
}

function decoded(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new CodedError("request-not-json", { why: "it is not UTF-8" });
  }
}

const [QUOTE, ESCAPE, OPENS, CLOSES] = [0x22, 0x5c, [0x5b, 0x7b], [0x5d, 0x7d]] as const;

/** Counts the brackets outside of strings. */
function isShallow(bytes: Buffer): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = endOfText(bytes, i + 1);
    } else if (byte === OPENS[0] || byte === OPENS[1]) {
      if (++depth > DEEPEST) return false;
    } else if (byte === CLOSES[0] || byte === CLOSES[1]) depth--;
  }
  return true;
}

/** Position of the quote that ends a string; the end of the body if it is unterminated. */
function endOfText(bytes: Buffer, from: number): number {
  for (let index = bytes.indexOf(QUOTE, from); index !== -1; index = bytes.indexOf(QUOTE, index + 1)) {
    let escapes = 0;
    while (bytes[index - 1 - escapes] === ESCAPE) escapes++;
    if (escapes % 2 === 0) return index;
  }
  return bytes.length;
}

/** Visits each key and string once. */
function look(value: unknown): void {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === "string") whole(next);
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      for (const one of next as readonly unknown[]) rest.push(one);
      continue;
    }
    for (const [key, one] of Object.entries(next)) {
      const hides = key === "__proto__" || (key === "constructor" && Object.hasOwn(Object(one) as object, "prototype"));
      if (hides) throw new CodedError("request-not-json", { why: `it has the key ${key}` });
      whole(key);
      rest.push(one);
    }
  }
}

const HALF = /\p{Cs}/u;
function whole(text: string): void {
  if (HALF.test(text)) throw new CodedError("request-not-json", { why: "a text has half a character in it" });
}

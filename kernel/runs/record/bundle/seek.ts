/**
 * Searches a text for secrets in any encoding: first the raw text, then with one layer of encoding after the other
 * removed. Each layer is decoded once for all secrets, so the time is proportional to the text's length.
 */
import { decodeEscapes } from "./bundle-decoding.js";
import { MAX_DECODING_DEPTH, type SecretSearchForm } from "./forms.js";
import { removeByteSeparators, type BytesWithoutSeparators, type SeparatorRemovalMode } from "./sieves.js";

// Searches for many byte sequences at once, in a time that is independent of their number.

/** Number of leading bytes that are hashed to look up a sequence. */
const HEAD = 4;
const SLOTS = 2 ** 16;

export class MultiPatternSearch {
  /** Maps the hash of a sequence's first bytes to the index of its list, from 1; 0 if there is none. */
  private readonly slots = new Uint16Array(SLOTS);
  private readonly lists: number[][] = [[]];

  /** @param sought fewer than 65,536 sequences of at least four bytes each */
  constructor(private readonly sought: readonly Buffer[]) {
    for (const [i, bytes] of sought.entries()) {
      const slot = slotOf(bytes.readInt32BE(0));
      if (this.slots[slot] === 0) this.slots[slot] = this.lists.push([]) - 1;
      this.lists[this.slots[slot] ?? 0]?.push(i);
    }
  }

  /** Returns the first offset of each sequence; −1 if it does not occur. */
  firstIn(bytes: Buffer): Int32Array {
    const found = new Int32Array(this.sought.length).fill(-1);
    let head = 0;
    for (let i = 0; i < bytes.length; i++) {
      head = (head << 8) | (bytes[i] ?? 0);
      const list = this.slots[slotOf(head)] ?? 0;
      if (list === 0) continue;
      const start = i + 1 - HEAD;
      for (const one of this.lists[list] ?? [])
        if (found[one] === -1 && this.stands(one, bytes, start)) found[one] = start;
    }
    return found;
  }

  /** Compares from the end, because the first bytes are known to match. */
  private stands(one: number, bytes: Buffer, start: number): boolean {
    const sought = this.sought[one];
    if (!sought || start < 0 || start + sought.length > bytes.length) return false;
    for (let i = sought.length - 1; i >= 0; i--) if (sought[i] !== bytes[start + i]) return false;
    return true;
  }
}

function slotOf(head: number): number {
  return Math.imul(head, 0x9e3779b1) >>> 16;
}

/** A match and its byte offset in the content. */
export interface SecretMatch {
  readonly offset: number;
  /** For example `JSON` or `JSON and HTML`; null if the secret was found unencoded. */
  readonly as: string | null;
}

/** A decoded text and the layer that it was decoded from. */
interface Layer {
  readonly bytes: Buffer;
  readonly from: Layer | null;
  /** Decodes the previous layer up to this many bytes of the result, and reports how far it read. */
  readonly read: (upTo: number) => Pick<BytesWithoutSeparators, "read" | "last">;
}
interface Sought {
  readonly secret: number;
  readonly form: SecretSearchForm;
}

const SIEVES: readonly SeparatorRemovalMode[] = ["none", "blanks", "hexadecimal", "numbers"];

export class SecretSearcher {
  private readonly sought: readonly {
    readonly sieve: SeparatorRemovalMode;
    readonly all: readonly Sought[];
    readonly several: MultiPatternSearch;
  }[];

  /** @param secrets the encoded forms of each secret */
  constructor(private readonly secrets: readonly (readonly SecretSearchForm[])[]) {
    const all = secrets.flatMap((forms, secret) => forms.map((form): Sought => ({ secret, form })));
    this.sought = SIEVES.map((sieve) => {
      const own = all.filter(({ form }) => form.sieve === sieve);
      return { sieve, all: own, several: new MultiPatternSearch(own.map(({ form }) => form.bytes)) };
    });
  }

  /** @returns the match with the fewest encodings for each secret, in their order; null if there is none */
  in(content: Buffer): readonly (SecretMatch | null)[] {
    const found = this.secrets.map((): SecretMatch | null => null);
    for (const [depth, layer] of layersOf(content))
      for (const { sieve, all, several } of this.sought) {
        if (!found.includes(null)) return found;
        const starts = several.firstIn(removeByteSeparators(layer.bytes, sieve).left);
        for (const [i, { secret, form }] of all.entries()) {
          const start = starts[i] ?? -1;
          if (start >= 0 && (depth > 0 || !form.decoded)) found[secret] ??= matchOf(layer, form, start);
        }
      }
    return found;
  }
}

/** Yields the content with 0, 1, 2, … layers of encoding removed. */
function* layersOf(content: Buffer): Generator<readonly [depth: number, layer: Layer]> {
  let layer: Layer = { bytes: content, from: null, read: (upTo) => ({ read: upTo, last: upTo - 1 }) };
  yield [0, layer];
  const narrow = narrowed(layer);
  if (narrow) yield [0, (layer = narrow)];
  const deepest = isText(layer.bytes) ? MAX_DECODING_DEPTH : 1;
  for (let depth = 1; depth <= deepest; depth++) {
    const { bytes } = layer;
    const { left } = decodeEscapes(bytes);
    if (left.equals(bytes)) return;
    layer = { bytes: left, from: layer, read: (upTo) => decodeEscapes(bytes, upTo) };
    yield [depth, layer];
  }
}

/** Reports whether the bytes are text, which may be encoded more than once; weights are not. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 2 ** 16).some((byte) => byte > 0 && byte < 8);
}

/**
 * Converts UTF-16 to UTF-8, so that escapes can be found. Without a byte order mark it only removes the zero bytes,
 * which leaves the ASCII characters. Returns null if the bytes are not UTF-16.
 */
function narrowed(from: Layer): Layer | null {
  const { bytes } = from;
  if (bytes.length < 2 || !bytes.includes(0)) return null;
  const mark = bytes.readUInt16BE(0);
  if (mark !== 0xfffe && mark !== 0xfeff)
    return {
      bytes: removeByteSeparators(bytes, "zeros").left,
      from,
      read: (upTo) => removeByteSeparators(bytes, "zeros", upTo),
    };
  const utf8 = Buffer.from(new TextDecoder(mark === 0xfeff ? "utf-16be" : "utf-16le").decode(bytes));
  const wide = (upTo: number): number => 2 + 2 * utf8.subarray(0, upTo).toString().length;
  return { bytes: utf8, from, read: (upTo) => ({ read: wide(upTo), last: wide(upTo - 1) }) };
}

function matchOf(layer: Layer, { bytes, sieve, as }: SecretSearchForm, start: number): SecretMatch {
  const offset = placeOf(layer, removeByteSeparators(layer.bytes, sieve, start + 1).last);
  const end = endOf(layer, removeByteSeparators(layer.bytes, sieve, start + bytes.length).read);
  return { offset, as: as ?? writingOf(contentOf(layer).subarray(offset, end)) };
}
/** Returns the content offset where the source of the byte at `position` begins. */
function placeOf({ read, from }: Layer, position: number): number {
  return from ? placeOf(from, read(position + 1).last) : position;
}
/** Returns the content offset where the source of the first `count` bytes ends. */
function endOf({ read, from }: Layer, count: number): number {
  return from ? endOf(from, read(count).read) : count;
}
function contentOf({ bytes, from }: Layer): Buffer {
  return from ? contentOf(from) : bytes;
}

/** Names the escape syntaxes found in the bytes (JSON, URL, HTML, CSV, SQL); null if none is known. */
function writingOf(bytes: Buffer): string | null {
  const text = bytes.toString("latin1").replaceAll("\0", "");
  const found = WRITINGS.flatMap(([writing, signs]) => (signs.test(text) ? [writing] : []));
  return found.length === 0 ? null : found.join(" and ");
}
const WRITINGS: readonly (readonly [string, RegExp])[] = [
  ["a program's text", /\\(?:x|U|u\{|[0-7]{3}|[^\w"\\/])/],
  ["JSON", /\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/],
  ["part of an address", /%(?:[\da-f]{2}|u[\da-f]{4})/i],
  ["HTML", /&(?:#|[a-z]+\d*;)/i],
  ["CSV", /""/],
  ["SQL", /''/],
];

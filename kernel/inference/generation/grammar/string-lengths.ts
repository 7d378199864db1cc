/**
 * Tracks the length and position of strings in JSON, byte by byte while it is generated. A grammar cannot count long
 * strings in acceptable time.
 */
import type { StringPosition } from "./string-positions.js";

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [COMMA, OPENS_LIST, CLOSES_LIST, OPENS, CLOSES] = [0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
/** Maximum stored bytes of a string: a longer one cannot be a name. */
const NAME = 1024;
const utf8 = new TextDecoder();

/** An open object or list. */
interface Open {
  readonly place: StringPosition;
  /** Index of the current item, or name of the current property; null while the name is expected. */
  key: number | string | null;
}
/** A string being generated. */
interface Writing {
  readonly most: number;
  /** Whether the string is a property name. */
  readonly name: boolean;
  readonly bytes: number[];
  length: number;
}

export class StringLengthTracker {
  private readonly open: Open[] = [];
  private text: Writing | null = null;
  /** Remaining bytes of an escape sequence. */
  private escape = 0;

  /** `least` is the shortest of all bounds; `root` is the position of the top-level value. */
  constructor(
    private readonly least: number,
    private readonly root: StringPosition,
  ) {}

  push(token: Uint8Array): void {
    for (const byte of token) this.step(byte);
  }
  /** Whether every string stays within its bound after this token. */
  allows(token: Uint8Array): boolean {
    const { text } = this;
    if (!text) return this.short(token, 0);
    // Fast path: a token no longer than the shortest bound cannot make any string too long.
    if (text.length + token.length <= text.most && token.length <= this.least) return true;
    let { length } = text;
    let { escape } = this;
    for (const [index, byte] of token.entries()) {
      if (escape > 0) escape = nextEscape(escape, byte);
      else if (byte === QUOTE) return this.short(token, index + 1);
      else {
        if (byte === BACKSLASH) escape = 5;
        if (isFirst(byte) && ++length > text.most) return false;
      }
    }
    return true;
  }

  /** Whether the rest of a token is too short to contain an overlong string at any position. */
  private short(token: Uint8Array, from: number): boolean {
    return token.length - from <= this.least || !token.includes(QUOTE, from);
  }
  private step(byte: number): void {
    const { text } = this;
    if (!text) return this.outside(byte);
    if (this.escape > 0) this.escape = nextEscape(this.escape, byte);
    else if (byte === QUOTE) {
      this.text = null;
      return this.finishText(text);
    } else {
      if (byte === BACKSLASH) this.escape = 5;
      if (isFirst(byte)) text.length++;
    }
    if (text.bytes.length < NAME) text.bytes.push(byte);
  }
  private outside(byte: number): void {
    const last = this.open.at(-1);
    if (byte === QUOTE) {
      const name = last?.key === null;
      const most = name ? Infinity : this.place().most;
      this.text = { most, name, bytes: [], length: 0 };
    } else if (byte === OPENS) this.open.push({ place: this.place(), key: null });
    else if (byte === OPENS_LIST) this.open.push({ place: this.place(), key: 0 });
    else if (byte === CLOSES || byte === CLOSES_LIST) this.open.pop();
    else if (byte === COMMA && last) last.key = typeof last.key === "number" ? last.key + 1 : null;
  }
  /** Returns the position of a value that begins here. */
  private place(): StringPosition {
    const last = this.open.at(-1);
    if (!last) return this.root;
    return typeof last.key === "number" ? last.place.item(last.key) : last.place.property(last.key ?? "");
  }
  private finishText({ name, bytes }: Writing): void {
    const last = this.open.at(-1);
    if (!last || typeof last.key === "number") return;
    const parsed = saidBy(bytes);
    if (name) last.key = parsed;
    else last.place.narrow(last.key ?? "", parsed);
  }
}

function nextEscape(escape: number, byte: number): number {
  // After the backslash, `u` is followed by four more bytes.
  return escape === 5 ? (byte === 0x75 ? 4 : 0) : escape - 1;
}
function isFirst(byte: number): boolean {
  return (byte & 0xc0) !== 0x80;
}
function saidBy(bytes: readonly number[]): string {
  const decoded = utf8.decode(Uint8Array.from(bytes));
  try {
    return String(JSON.parse(`"${decoded}"`));
  } catch {
    return decoded;
  }
}

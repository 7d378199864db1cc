/** How long the texts within JSON are, byte by byte as it is written, and where each stands: what no grammar counts in time. */
import type { StringPosition } from "./string-positions.js";

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [COMMA, OPENS_LIST, CLOSES_LIST, OPENS, CLOSES] = [0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
/** Bytes of a text that are kept: a longer one is no name. */
const NAME = 1024;
const utf8 = new TextDecoder();

/** What is open. */
interface Open {
  readonly place: StringPosition;
  /** Items before, or the name of the property that comes; null: that is to come itself. */
  key: number | string | null;
}
/** A text that is being written. */
interface Writing {
  readonly most: number;
  /** A name of a property. */
  readonly name: boolean;
  readonly bytes: number[];
  length: number;
}

export class StringLengthTracker {
  private readonly open: Open[] = [];
  private text: Writing | null = null;
  /** Bytes of an escape that are to come. */
  private escape = 0;

  /** `least`: the shortest bound of all; `root`: where each holds. */
  constructor(
    private readonly least: number,
    private readonly root: StringPosition,
  ) {}

  push(token: Uint8Array): void {
    for (const byte of token) this.step(byte);
  }
  /** Whether no text becomes too long with it. */
  allows(token: Uint8Array): boolean {
    const { text } = this;
    if (!text) return this.short(token, 0);
    // Nothing that is so short can make one too long.
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

  /** Whether the rest of a token is too short to hold a text that is too long, wherever that stands. */
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
  /** Of a value that begins here. */
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
  // After the backslash, `u` has four more.
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

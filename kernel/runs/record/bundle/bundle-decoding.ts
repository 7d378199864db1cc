/**
 * Decodes escapes in a text: those of JSON and program strings, of URLs and HTML, and doubled quotes. One level is
 * removed, of all kinds at once and in any mix; doubly escaped text needs two calls. Input and output are bytes, so
 * that a file of any encoding can be read; decoded characters are in UTF-8. One pass.
 */
import { isUtf8 } from "node:buffer";
import { decodeHTML } from "entities";
import type { BytesWithoutSeparators } from "./sieves.js";

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const AND = 0x26;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const [OPEN, CLOSE] = [0x7b, 0x7d];
const [LF, CR] = [0x0a, 0x0d];
const [SMALL_U, LARGE_U] = [0x75, 0x55];
const [SMALL_X, LARGE_X] = [0x78, 0x58];
/** Maximum characters of an entity. */
const LONGEST = 33;

const tableOf = (valueOf: (sign: string) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, byte) => valueOf(String.fromCharCode(byte)));
/** Whether a byte may begin an escape. */
const BEGINS = tableOf((sign) => (/[\\%&"'$]/.test(sign) ? 1 : 0));
const DIGIT = tableOf((sign) => (/[\da-f]/i.test(sign) ? Number.parseInt(sign, 16) : -1));
const NAMES = tableOf((sign) => (/[\da-z]/i.test(sign) ? 1 : 0));
/** The character that a backslash escape represents; −1 if it is no escape. */
const STANDS_FOR = tableOf((sign) => {
  const control = "nrtbfv0".indexOf(sign);
  if (control >= 0) return "\n\r\t\b\f\v\0".charCodeAt(control);
  return /[\da-z]/i.test(sign) ? -1 : sign.charCodeAt(0);
});

/** `upTo`: maximum bytes of output. */
export function decodeEscapes(bytes: Buffer, upTo = Number.POSITIVE_INFINITY): BytesWithoutSeparators {
  return new Decoding(bytes).until(upTo);
}

class Decoding {
  /** The buffer is larger than the input because a few entities are shorter than their characters. */
  private readonly out: Buffer;
  private length = 0;

  constructor(private readonly bytes: Buffer) {
    this.out = Buffer.allocUnsafe(bytes.length + (bytes.length >> 2) + 16);
  }

  until(upTo: number): BytesWithoutSeparators {
    const { bytes, out } = this;
    let [read, last] = [0, 0];
    while (read < bytes.length && this.length < upTo) {
      last = read;
      const byte = bytes[read] ?? 0;
      const end = BEGINS[byte] === 1 ? this.escape(byte, read) : read;
      if (end > read) read = end;
      else {
        out[this.length++] = byte;
        read += 1;
      }
    }
    return { left: out.subarray(0, this.length), read, last };
  }

  /** Decodes an escape. @returns its end; its start if it is no escape */
  private escape(byte: number, offset: number): number {
    const next = this.bytes[offset + 1] ?? -1;
    switch (byte) {
      case BACKSLASH:
        return this.backslash(next, offset);
      case PERCENT:
        return next === SMALL_U ? this.unit(offset) : this.byte(offset);
      case AND:
        return this.entity(next, offset);
      default:
        if (next !== byte) return offset;
        this.out[this.length++] = byte;
        return offset + 2;
    }
  }

  private backslash(next: number, offset: number): number {
    const braced = this.bytes[offset + 2] === OPEN;
    if (next === SMALL_X || next === SMALL_U) {
      if (braced) return this.braced(offset);
      return next === SMALL_X ? this.byte(offset) : this.unit(offset);
    }
    if (next === LARGE_U) return this.point(this.digits(offset + 2, 8), offset, offset + 10);
    const octal = this.byte(offset);
    if (octal > offset || next < 0) return octal;
    // A line continuation.
    if (next === LF) return offset + 2;
    if (next === CR && this.bytes[offset + 2] === LF) return offset + 3;
    const sign = STANDS_FOR[next] ?? -1;
    if (sign < 0) return offset;
    this.out[this.length++] = sign;
    return offset + 2;
  }

  /**
   * `%c3`, `\xc3`, `\303`; consecutive non-ASCII bytes are decoded together. If they are not UTF-8, each is a Latin-1
   * character.
   */
  private byte(offset: number): number {
    const first = this.byteAt(offset);
    if (first < 0) return offset;
    const begin = this.length;
    let end = offset;
    for (let value = first; value >= 0; value = this.byteAt(end)) {
      if (value < 128 && end > offset) break;
      this.out[this.length++] = value;
      end += this.bytes[end] === PERCENT ? 3 : 4;
      if (value < 128) return end;
    }
    const run = this.out.subarray(begin, this.length);
    if (!isUtf8(run)) this.length = begin + this.out.write(run.toString("latin1"), begin);
    return end;
  }
  private byteAt(offset: number): number {
    const mark = this.bytes[offset];
    if (mark === PERCENT) return this.digits(offset + 1, 2);
    if (mark !== BACKSLASH) return -1;
    if (this.bytes[offset + 1] === SMALL_X) return this.digits(offset + 2, 2);
    const value = this.digits(offset + 1, 3);
    // The digits were parsed as hexadecimal: checks that they are octal, and that the first is below 4.
    return value >= 0 && (value & ~0x377) === 0 ? 64 * (value >> 8) + 8 * ((value >> 4) & 7) + (value & 7) : -1;
  }

  /** Decodes `\u00e4` and `%u00e4`; two of them may be a surrogate pair. */
  private unit(offset: number): number {
    const first = this.digits(offset + 2, 4);
    const isHalf = first >= 0xd800 && first < 0xdc00 && this.bytes[offset + 7] === SMALL_U;
    const second = isHalf ? this.digits(offset + 8, 4) : -1;
    if (second >= 0xdc00 && second < 0xe000)
      return this.point(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), offset, offset + 12);
    return this.point(first, offset, offset + 6);
  }
  /** Decodes `\u{e4}`. */
  private braced(offset: number): number {
    for (let digits = 1; digits <= 6; digits++)
      if (this.bytes[offset + 3 + digits] === CLOSE)
        return this.point(this.digits(offset + 3, digits), offset, offset + 4 + digits);
    return offset;
  }

  /** Decodes `&#228;`, `&#xe4;` and `&auml;`. */
  private entity(next: number, offset: number): number {
    const isNumber = next === HASH;
    const isHex = isNumber && (this.bytes[offset + 2] === SMALL_X || this.bytes[offset + 2] === LARGE_X);
    let end = offset + (isHex ? 3 : isNumber ? 2 : 1);
    while (end < offset + LONGEST && NAMES[this.bytes[end] ?? 0] === 1) end += 1;
    if (this.bytes[end] === SEMICOLON) end += 1;
    const written = this.bytes.toString("latin1", offset, end);
    const read = decodeHTML(written);
    if (read === written) return offset;
    this.length += this.out.write(read, this.length);
    return end;
  }

  private point(point: number, offset: number, end: number): number {
    if (point < 0 || point > 0x10ffff) return offset;
    if (point < 128) this.out[this.length++] = point;
    else this.length += this.out.write(String.fromCodePoint(point), this.length);
    return end;
  }

  /** Parses hexadecimal digits; −1 if there are other characters. */
  private digits(offset: number, count: number): number {
    let value = 0;
    for (let i = offset; i < offset + count; i++) {
      const digit = DIGIT[this.bytes[i] ?? 0] ?? -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }
}

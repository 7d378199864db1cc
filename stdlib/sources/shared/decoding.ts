/**
 * Decodes bytes to text, strictly. Without a given encoding it is UTF-8, or UTF-16 by its byte order mark or its zeros.
 * From the first invalid UTF-8 byte on, it is windows-1252, unless the bytes before or after contradict that. ASCII is
 * the same in both, so nothing is read again. No character is ever replaced.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface FileWithEncodingReport {
  /** The name in errors. */
  readonly name: string;
  /** Reports the detected encoding if it isn't UTF-8. */
  readonly found: (what: string) => void;
}
/** `last`: these are the last bytes. */
export type DecodeBytes = (bytes: Uint8Array, last: boolean) => string;

/** Decodes by the given encoding. `head`: the first bytes. Coded errors `wrong-encoding`, `unknown-encoding`. */
export function decoderForEncoding({ name }: FileWithEncodingReport, encoding: string, head: Uint8Array): DecodeBytes {
  const decoder = strict(encoding);
  const utf8 = decoder.encoding === "utf-8";
  const likely = utf8 ? utf16In(head) : null;
  if (likely !== null)
    throw new CodedError("wrong-encoding", { file: name, byte: head.indexOf(0), line: 1, encoding, likely });
  const decode = decoding(decoder, (fault) => {
    throw new CodedError("wrong-encoding", {
      file: name,
      byte: fault.byte,
      line: fault.line,
      encoding,
      likely: utf8 ? likelyOf(fault.piece) : null,
    });
  });
  let first = true;
  return (bytes, last) => {
    const text = decode(bytes, last);
    if (first && text !== "") demandMark(text, name, encoding);
    first &&= text === "";
    return text;
  };
}

/** Detects the encoding from the file's bytes. Coded errors `wrong-encoding`, `two-encodings`. */
export function detectDecoder(file: FileWithEncodingReport, head: Uint8Array): DecodeBytes {
  const wide = markOf(head) ?? utf16In(head);
  if (wide !== null) {
    file.found(`read as ${wide.toUpperCase()}`);
    return decoderForEncoding(file, wide, head);
  }
  let western: DecodeBytes | null = null;
  const utf8 = decoding(strict("utf-8"), (fault, last) => {
    const { byte, line } = fault;
    const refused = { file: file.name, byte, line, encoding: "utf-8" };
    if (likelyOf(fault.piece) === null || hasUnassigned(fault.bytes))
      throw new CodedError("wrong-encoding", { ...refused, likely: null });
    if (fault.beyondAscii) throw new CodedError("two-encodings", { file: file.name, byte, line, first: "utf-8" });
    file.found("read as windows-1252");
    western = westernFrom(file, fault);
    return western(fault.bytes, last);
  });
  return (bytes, last) => (western ?? utf8)(bytes, last);
}

interface Unfit {
  /** Position in the file, from 0. */
  readonly byte: number;
  readonly line: number;
  /** The bytes of this piece that are not decoded yet. */
  readonly bytes: Uint8Array;
  readonly piece: Uint8Array;
  /** Whether the bytes before contain non-ASCII characters. */
  readonly beyondAscii: boolean;
}

/** `unfit`: returns the text for the rest of a piece from an invalid byte on, or throws. */
function decoding(decoder: Decoder, unfit: (fault: Unfit, last: boolean) => string): DecodeBytes {
  const utf8 = decoder.encoding === "utf-8";
  let [done, lines, beyondAscii] = [0, 1, false];
  let tail: Uint8Array = new Uint8Array(0);
  const pass = (text: string, bytes: number): void => {
    for (let position = text.indexOf("\n"); position >= 0; position = text.indexOf("\n", position + 1)) lines++;
    beyondAscii ||= text.length !== bytes;
    done += bytes;
  };
  return (bytes, last) => {
    const all = tail.length > 0 ? joined(tail, bytes) : bytes;
    tail = utf8 && !last ? incomplete(all) : new Uint8Array(0);
    const whole = all.subarray(0, all.length - tail.length);
    try {
      const text = decoder.decode(whole, { stream: !utf8 && !last });
      pass(text, whole.length);
      return text;
    } catch (cause) {
      if (cause instanceof CodedError) throw cause;
      const fits = firstUnfit(whole, decoder.encoding);
      const fitEnd = utf8 ? fits - incomplete(whole.subarray(0, fits)).length : fits;
      const before = new TextDecoder(decoder.encoding, { ignoreBOM: true }).decode(whole.subarray(0, fitEnd));
      pass(before, fitEnd);
      return `${utf8 ? before : ""}${unfit({ byte: done, line: lines, bytes: all.subarray(fitEnd), piece: all, beyondAscii }, last)}`;
    }
  };
}

/** Decodes as windows-1252 from there on. UTF-8 text within it is an error, a second encoding. */
function westernFrom({ name }: FileWithEncodingReport, from: Unfit): DecodeBytes {
  const decoder = strict("windows-1252");
  let { byte, line } = from;
  return (bytes) => {
    // Without `stream`, some versions of Node decode it as latin-1.
    const text = decoder.decode(bytes, { stream: true });
    const lineAt = (position: number): number => line + (text.slice(0, position).match(/\n/g)?.length ?? 0);
    const unassigned = bytes.findIndex((one) => UNASSIGNED.has(one));
    if (unassigned >= 0)
      throw new CodedError("wrong-encoding", {
        file: name,
        byte: byte + unassigned,
        line: lineAt(unassigned),
        encoding: "windows-1252",
        likely: null,
      });
    const other = text.search(UTF8_IN_IT);
    if (other >= 0)
      throw new CodedError("two-encodings", {
        file: name,
        byte: byte + other,
        line: lineAt(other),
        first: "windows-1252",
      });
    byte += bytes.length;
    line = lineAt(text.length);
    return text;
  };
}

/** Matches UTF-8 that is misread as windows-1252: accented small letters next to a letter, and quotation marks. */
const UTF8_IN_IT = /[a-z]\u00c3[\u00a0-\u00bf]|\u00c3[\u00a0-\u00bf][a-z]|\u00e2\u20ac[\u0153\u2122\u201c\u02dc]/;
/** Bytes to which windows-1252 assigns no character. */
const UNASSIGNED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

function hasUnassigned(bytes: Uint8Array): boolean {
  return bytes.some((one) => UNASSIGNED.has(one));
}

type Decoder = InstanceType<typeof TextDecoder>;

function strict(encoding: string): Decoder {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw new CodedError("unknown-encoding", { encoding });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Returns the trailing bytes that begin a UTF-8 character which continues in the next piece. */
function incomplete(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.slice(bytes.length - back) : new Uint8Array(0);
  }
  return new Uint8Array(0);
}

/** Returns the length of the longest prefix that decodes, found by bisection. */
function firstUnfit(bytes: Uint8Array, encoding: string): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

/** Guesses windows-1252 for mostly ASCII text with some higher bytes, which is far more often right than not. */
function likelyOf(bytes: Uint8Array): string | null {
  const mark = markOf(bytes);
  if (mark !== null) return mark;
  let high = 0;
  for (const byte of bytes) if (byte >= 0x80) high++;
  return high / bytes.length < 0.4 ? "windows-1252" : null;
}

function markOf(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return null;
}

/** Rejects a byte order mark that belongs to another encoding. */
function demandMark(text: string, file: string, encoding: string): void {
  const likely = text.startsWith("\ufffe") ? "utf-16be" : text.startsWith("ï»¿") ? "utf-8" : null;
  if (likely !== null) throw new CodedError("wrong-encoding", { file, byte: 0, line: null, encoding, likely });
}

/** UTF-16 without a byte order mark has a NUL in nearly every second position, unlike text in any other encoding. */
function utf16In(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const head = bytes.subarray(0, 4096);
  const nuls = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) nuls[index % 2]!++;
  });
  if (nuls[0]! + nuls[1]! < head.length / 4 || head.length === 0) return null;
  return nuls[1]! > nuls[0]! ? "utf-16le" : "utf-16be";
}

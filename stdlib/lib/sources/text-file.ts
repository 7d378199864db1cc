/**
 * Text out of files: decoded strictly, piece by piece so that memory does not follow the file's size.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { bytesOf, type OnBytes } from "#platform/files.js";
import { demandText } from "./file-kind.js";
import "./codes.js";

/** The whole text of a file of at most `most` bytes; pieces joined. Coded error `giant-json`. */
export async function wholeText(file: string, name: string, encoding: string, most: number): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of fileText(file, name, encoding, { most })) pieces.push(piece);
  return pieces.join("");
}

/**
 * The decoded text in pieces of about 64 KiB, without a byte order mark. `name` is what errors call the file.
 * Coded errors: `wrong-encoding` with the first byte that does not fit, `unknown-encoding`, `not-a-text-file`, and those of
 * `bytesOf`.
 */
export async function* fileText(
  file: string,
  name: string,
  encoding: string,
  o: { readonly most?: number; readonly onBytes?: OnBytes | undefined } = {},
): AsyncGenerator<string> {
  const decode = decoderOf(name, encoding);
  let first = true;
  let head = true;
  for await (const bytes of bytesOf(file, name, o.most, o.onBytes)) {
    if (head) {
      demandText(bytes, name);
      guessUtf16(bytes, name, encoding);
    }
    head = false;
    const text = decode(bytes, false);
    if (text === "") continue;
    if (first) demandMark(text, name, encoding);
    yield first && text.startsWith("\ufeff") ? text.slice(1) : text;
    first = false;
  }
  const rest = decode(new Uint8Array(0), true);
  if (rest !== "") yield rest;
}

type Decode = (bytes: Uint8Array, last: boolean) => string;

function decoderOf(name: string, encoding: string): Decode {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch {
    throw new CodedError("unknown-encoding", { encoding });
  }
  const utf8 = decoder.encoding === "utf-8";
  let done = 0;
  let lines = 1;
  let tail: Uint8Array = new Uint8Array(0);
  return (bytes, last) => {
    const all = tail.length > 0 ? joined(tail, bytes) : bytes;
    tail = utf8 && !last ? incomplete(all) : new Uint8Array(0);
    const whole = all.subarray(0, all.length - tail.length);
    try {
      const text = decoder.decode(whole, { stream: !utf8 && !last });
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
      done += whole.length;
      return text;
    } catch (cause) {
      const fits = firstUnfit(whole, encoding);
      const at = utf8 ? fits - incomplete(whole.subarray(0, fits)).length : fits;
      for (const byte of whole.subarray(0, at)) if (byte === 10) lines++;
      const data = {
        file: name,
        byte: done + at,
        line: utf8 ? lines : null,
        encoding,
        likely: utf8 ? likely(whole) : null,
      };
      throw new CodedError("wrong-encoding", data, { cause });
    }
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** The last bytes when they begin a UTF-8 character that goes on in the next piece. */
function incomplete(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.slice(bytes.length - back) : new Uint8Array(0);
  }
  return new Uint8Array(0);
}

/** Index of the byte at which decoding first fails: the longest prefix that may still go on, by bisection. */
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

/** Mostly ASCII with some bytes above it is Western text in the Windows code page, far more often than not. */
function likely(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  let high = 0;
  for (const byte of bytes) if (byte >= 0x80) high++;
  return high / bytes.length < 0.25 ? "windows-1252" : null;
}

/** A mark that was read in another encoding than its own. */
function demandMark(text: string, file: string, encoding: string): void {
  const likely = text.startsWith("\ufffe") ? "utf-16be" : text.startsWith("ï»¿") ? "utf-8" : null;
  if (likely !== null) throw new CodedError("wrong-encoding", { file, byte: 0, line: null, encoding, likely });
}

/** UTF-16 without a mark decodes as UTF-8 with a NUL at every second place; no text file is like that. */
function guessUtf16(bytes: Uint8Array, name: string, encoding: string): void {
  if (!/^utf-?8$/i.test(encoding)) return;
  const head = bytes.subarray(0, 4096);
  const nuls = [0, 0];
  head.forEach((byte, at) => {
    if (byte === 0) nuls[at % 2]!++;
  });
  if (nuls[0]! + nuls[1]! < head.length / 4) return;
  const likely = nuls[1]! > nuls[0]! ? "utf-16le" : "utf-16be";
  throw new CodedError("wrong-encoding", { file: name, byte: head.indexOf(0), line: 1, encoding, likely });
}

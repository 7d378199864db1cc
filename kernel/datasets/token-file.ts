/**
 * Token ids of a streamed split on disk, made once per tokenizer: all ids one after the other (i32), and the length of each
 * text. Rows are read where they lie; 12 bytes of each are in memory.
 */
import type { Measures } from "../core/data/measured.js";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { TokenizerImplementation } from "#stdlib/kinds/tokenizer.js";
import { locked } from "../fetch/cache.js";
import { diskError } from "../fetch/disk.js";
import type { Which } from "../core/data/tokens.js";
import { Growing } from "../core/data/growing.js";
import type { StreamedRows } from "../core/data/streamed-rows.js";
import { readWhole } from "./streamed.js";
import type { TokenTexts } from "../core/data/token-rows.js";

/** Texts that are made tokens at a time. */
const CHUNK = 2048;

export class TokenFile implements TokenTexts {
  private readonly starts: Float64Array;
  private readonly fd: number;

  constructor(
    private readonly file: string,
    readonly lengths: Int32Array,
  ) {
    this.starts = new Float64Array(lengths.length);
    let at = 0;
    lengths.forEach((length, text) => {
      this.starts[text] = at;
      at += length;
    });
    this.fd = openSync(file, "r");
    opened.register(this, this.fd);
  }

  get length(): number {
    return this.lengths.length;
  }

  at(text: number): Int32Array | undefined {
    const length = this.lengths[text];
    return length === undefined ? undefined : this.part(text, 0, length);
  }

  part(text: number, from: number, to: number): Int32Array {
    const end = Math.min(to, this.lengths[text] ?? 0);
    const ids = new Int32Array(Math.max(0, end - from));
    readWhole(this.fd, new Uint8Array(ids.buffer), 4 * (this.starts[text]! + from), this.file);
    return ids;
  }
}
const opened = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** The split's tokens by that tokenizer (`hash`), specials included, not cut; made when they are not there. */
export async function tokenFile(
  split: StreamedRows,
  tokenizer: TokenizerImplementation & { readonly hash: string },
  signal?: AbortSignal,
  which: Which & { readonly onRows?: Measures["onRows"] } = {},
): Promise<TokenFile> {
  const [file, index] = filesOf(split, tokenizer.hash, which);
  const known = lengthsOf(file, index, split.rows);
  if (known) return new TokenFile(file, known);
  return locked(file, async () => {
    // Someone else may have made them while this waited.
    const lengths = lengthsOf(file, index, split.rows) ?? (await write(split, tokenizer, file, index, signal, which));
    return new TokenFile(file, lengths);
  });
}

/** Lengths of the split's texts in that tokenizer's tokens, if its tokens were made before. */
export function knownLengths(split: StreamedRows, hash: string, which: Which): Int32Array | undefined {
  const [file, index] = filesOf(split, hash, which);
  return lengthsOf(file, index, split.rows);
}

/** Of the tokens and of the texts' lengths. */
function filesOf(split: StreamedRows, hash: string, which: Which): [string, string] {
  const name = join(split.folder, `${split.name}.${hash.slice(0, 16)}${markOf(which)}`);
  return [`${name}.tokens`, `${name}.lengths`];
}

/** Other texts than plain `text` have files of their own. */
function markOf({ role = "text", prefix = "" }: Which): string {
  if (role === "text" && prefix === "") return "";
  return `.${role}.${createHash("sha256").update(prefix).digest("hex").slice(0, 8)}`;
}

async function write(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  file: string,
  index: string,
  signal: AbortSignal | undefined,
  { role = "text", prefix = "", onRows }: Which & { readonly onRows?: Measures["onRows"] },
): Promise<Int32Array> {
  const lengths = new Growing(Int32Array);
  const fd = openSync(`${file}.part`, "w");
  try {
    try {
      for (let at = 0; at < split.rows; at += CHUNK) {
        signal?.throwIfAborted();
        const rows = await encoded(split, tokenizer, { role, prefix }, at);
        writeAll(fd, Buffer.concat(rows.map((ids) => Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength))));
        for (const ids of rows) lengths.push(ids.length);
        onRows?.(Math.min(at + CHUNK, split.rows), split.rows);
      }
    } finally {
      closeSync(fd);
    }
    renameSync(`${file}.part`, file);
    const made = lengths.values();
    // The lengths come last: with them the tokens are whole.
    writeFileSync(`${index}.part`, new Uint8Array(made.buffer, made.byteOffset, made.byteLength));
    renameSync(`${index}.part`, index);
    return made;
  } catch (error) {
    rmSync(`${file}.part`, { force: true });
    throw diskError(error, file);
  }
}

/** Lengths alone, of rows whose tokens nobody will want. */
export async function lengthsIn(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  o: Which & { readonly signal: AbortSignal | undefined; readonly onRows: Measures["onRows"] },
): Promise<Int32Array> {
  const lengths = new Growing(Int32Array);
  for (let at = 0; at < split.rows; at += CHUNK) {
    o.signal?.throwIfAborted();
    for (const ids of await encoded(split, tokenizer, o, at)) lengths.push(ids.length);
    o.onRows?.(Math.min(at + CHUNK, split.rows), split.rows);
  }
  return lengths.values();
}

function encoded(
  split: StreamedRows,
  tokenizer: TokenizerImplementation,
  { role = "text", prefix = "" }: Which,
  at: number,
) {
  const texts = split.values(role, at, Math.min(at + CHUNK, split.rows)).map((text) => prefix + String(text));
  return tokenizer.encode(texts, Number.POSITIVE_INFINITY);
}

function lengthsOf(file: string, index: string, rows: number): Int32Array | undefined {
  if (!existsSync(file) || !existsSync(index)) return undefined;
  const bytes = readFileSync(index);
  const lengths = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const whole = lengths.length === rows && 4 * lengths.reduce((a, b) => a + b, 0) === statSync(file).size;
  return whole ? lengths : undefined;
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** Decompresses files piece by piece, by the suffix of the name: `.gz`, `.zst`, or `.zip` with a single file. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type yauzl from "yauzl";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { decompressZstd } from "../files/zstd.js";

/**
 * Maximum decompressed bytes for any file, and the maximum ratio beyond them. Text compresses to a twentieth, and
 * repetitive rows to a hundredth.
 */
const MODEST: UnpackingBounds = { bytes: 2 ** 26, times: 200 };
export interface UnpackingBounds {
  readonly bytes: number;
  readonly times: number;
}
/** Maximum number of archive entries to read, including folders and hidden files. */
const MOST_ENTRIES = 1000;

/**
 * Decompresses a file. Coded error `unpacks-too-large` as soon as the bytes read so far expand too much, so that a bomb
 * of any size stops after the same number of bytes. `size`: size of the compressed file.
 */
export async function* decompressFile(
  raw: AsyncIterable<Uint8Array>,
  file: string,
  name: string,
  size: number,
  bounds: UnpackingBounds = MODEST,
): AsyncGenerator<Uint8Array> {
  const ending = endingOf(name);
  if (ending === undefined) return yield* raw;
  let [packed, read] = [0, 0];
  const counted = countedBy(raw, (bytes) => (packed += bytes));
  // An archive has random access, so its full size counts.
  if (ending === "zip") packed = size;
  const pieces = ending === "gz" ? gunzipped(counted) : ending === "zst" ? decompressZstd(counted) : member(file, name);
  for await (const bytes of pieces) {
    read += bytes.length;
    const limit = Math.max(bounds.bytes, packed * bounds.times);
    if (read > limit)
      throw new CodedError("unpacks-too-large", {
        file: name,
        where: `packed in ${size} bytes`,
        size: Infinity,
        limit,
        of: "bytes",
      });
    yield bytes;
  }
}

function endingOf(name: string): string | undefined {
  return /\.(gz|zst|zip)$/i.exec(name)?.[1]?.toLowerCase();
}
/** Returns true if a file with that name is decompressed while reading. */
export function isCompressedFileName(name: string): boolean {
  return endingOf(name) !== undefined;
}

async function* countedBy(raw: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of raw) {
    count(bytes.length);
    yield bytes;
  }
}

/** Errors surface in the stream that is read. */
function gunzipped(raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // Reads nothing ahead, so that the bytes read show the compression ratio.
  return pipeline(Readable.from(raw, { highWaterMark: 1 }), createGunzip(), () => undefined);
}

/** Reads the single file of an archive. Coded error `zip-members`. */
async function* member(file: string, name: string): AsyncGenerator<Uint8Array> {
  const { open } = await import("yauzl");
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  try {
    const files: yauzl.Entry[] = [];
    let entries = 0;
    await new Promise<void>((resolve, reject) => {
      zip.on("error", reject).on("end", resolve);
      zip.on("entry", (entry: yauzl.Entry) => {
        const left = /\/$|(?:^|\/)(?:__MACOSX\/|\.DS_Store$)/.test(entry.fileName);
        if (!left) files.push(entry);
        entries += 1;
        if (files.length > 8 || entries > MOST_ENTRIES) resolve();
        else zip.readEntry();
      });
      zip.readEntry();
    });
    const [only] = files;
    if (!only || files.length > 1 || entries > MOST_ENTRIES)
      throw new CodedError("zip-members", { file: name, members: files.map((entry) => entry.fileName) });
    const stream = await new Promise<Readable>((resolve, reject) =>
      zip.openReadStream(only, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    zip.close();
  }
}

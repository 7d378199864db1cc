/** Packed files as the bytes that are in them, piece by piece: by the ending of the name, `.gz`, `.zst` or `.zip` (of one file). */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type yauzl from "yauzl";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { zstd } from "../lib/sources/zstd.js";
import "../lib/sources/table-codes.js";

/** Bytes that a file may unpack to, whatever its size, and how many times its size beyond them: texts come to a twentieth. */
const MODEST = { bytes: 2 ** 28, times: 400 };

/** Coded error `unpacks-too-large`. `size`: of the packed file. */
export async function* unpacked(
  raw: AsyncIterable<Uint8Array>,
  file: string,
  name: string,
  size: number,
): AsyncGenerator<Uint8Array> {
  const ending = /\.(gz|zst|zip)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === undefined) return yield* raw;
  const limit = Math.max(MODEST.bytes, size * MODEST.times);
  let read = 0;
  for await (const bytes of ending === "gz" ? gunzipped(raw) : ending === "zst" ? zstd(raw) : member(file, name)) {
    read += bytes.length;
    if (read > limit)
      throw new CodedError("unpacks-too-large", {
        ...{ file: name, where: `packed in ${size} bytes`, size: Infinity, limit, of: "bytes" },
      });
    yield bytes;
  }
}

/** How it ends is told by the stream that is read. */
function gunzipped(raw: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(raw), createGunzip(), () => undefined);
}

/** Coded error `zip-members`. */
async function* member(file: string, name: string): AsyncGenerator<Uint8Array> {
  const { open } = await import("yauzl");
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  try {
    const files: yauzl.Entry[] = [];
    await new Promise<void>((resolve, reject) => {
      zip.on("error", reject).on("end", resolve);
      zip.on("entry", (entry: yauzl.Entry) => {
        const left = /\/$|(?:^|\/)(?:__MACOSX\/|\.DS_Store$)/.test(entry.fileName);
        if (!left) files.push(entry);
        if (files.length > 8) resolve();
        else zip.readEntry();
      });
      zip.readEntry();
    });
    const [only] = files;
    if (!only || files.length > 1)
      throw new CodedError("zip-members", { file: name, members: files.map((entry) => entry.fileName) });
    const stream = await new Promise<Readable>((resolve, reject) =>
      zip.openReadStream(only, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    zip.close();
  }
}

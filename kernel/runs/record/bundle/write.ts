/**
 * Writes a bundle: the manifest, then each file in the manifest's order. The same files give the same archive, byte for
 * byte.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Header, Pack, ReadEntry } from "tar";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { demandDiskSpace, diskError } from "../../../fetch/disk.js";
import { cachedSha256Of } from "../../../fetch/hashed.js";
import { pathClashIn, portabilityProblem } from "../../../fetch/portable.js";
import { MANIFEST_FILE, type BundledFile, type BundleManifest } from "./manifest.js";

/** A file to pack: a file on the disk, or a text. */
export type FileToPack = { readonly path: string; readonly sort: BundledFile["sort"] } & (
  | { readonly from: string }
  | { readonly text: string }
);
export interface BundleDraft {
  readonly tunebook: string;
  readonly runs: BundleManifest["runs"];
  readonly files: readonly FileToPack[];
}

/**
 * Throws the coded errors `not-bundled` (paths that cannot be unpacked on every system), `bundle-unsound` (a file that
 * changes while it is packed), `disk-full` and `cannot-write`.
 */
export async function writeBundle(
  to: string,
  { tunebook, runs, files }: BundleDraft,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<BundleManifest> {
  const inOrder = [...new Map(files.map((one) => [one.path, one])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const paths = inOrder.map(({ path }) => path);
  const odd = paths.flatMap((what) => {
    const why = portabilityProblem(what);
    return why === null ? [] : [{ what, why }];
  });
  const clash = pathClashIn(paths);
  const lacks = odd.length > 0 || clash === null ? odd : [{ what: clash, why: "" }];
  if (lacks.length > 0) throw new CodedError("not-bundled", { file: to, lacks });
  const bundled: BundledFile[] = [];
  for (const one of inOrder) {
    options.signal?.throwIfAborted();
    bundled.push({ path: one.path, sort: one.sort, ...(await contentOf(one)) });
  }
  const manifest: BundleManifest = { version: 1, tunebook, runs, files: bundled };
  const total = bundled.reduce((sum, { bytes }) => sum + bytes, 0);
  const work = `${to}.part-${String(process.pid)}`;
  try {
    await demandDiskSpace(work, total);
    const pack = new Pack({ portable: true });
    const written = pipeline(pack, createWriteStream(work), { ...(options.signal && { signal: options.signal }) });
    await Promise.all([written, fill(pack, manifest, inOrder, options)]);
    await rename(work, to);
  } catch (error) {
    await rm(work, { force: true });
    throw diskError(error, to);
  }
  return manifest;
}

async function contentOf(one: FileToPack): Promise<Pick<BundledFile, "bytes" | "hash">> {
  if ("from" in one) return { bytes: (await stat(one.from)).size, hash: await cachedSha256Of(one.from) };
  const bytes = Buffer.from(one.text);
  return { bytes: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") };
}

async function fill(
  pack: Pack,
  manifest: BundleManifest,
  files: readonly FileToPack[],
  { onProgress }: { readonly onProgress?: (done: number, total: number) => void },
): Promise<void> {
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  await add(pack, MANIFEST_FILE, [Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)]);
  for (const [i, one] of files.entries()) {
    const { bytes, path, hash } = manifest.files[i]!;
    if ("text" in one) await add(pack, path, [Buffer.from(one.text)]);
    else await add(pack, path, createReadStream(one.from, { highWaterMark: 1 << 20 }), { bytes, hash, from: one.from });
    onProgress?.((done += bytes), total);
  }
  pack.end();
}

/** Adds one entry and waits until it is written: otherwise `Pack` would buffer the next entries in memory. */
async function add(
  pack: Pack,
  path: string,
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  must?: { readonly bytes: number; readonly hash: string; readonly from: string },
): Promise<void> {
  const size = must?.bytes ?? [...(pieces as Iterable<Buffer>)].reduce((sum, { length }) => sum + length, 0);
  const entry = new ReadEntry(new Header({ path, size, mode: 0o644, type: "File", mtime: new Date(0) }));
  const ended = new Promise<void>((resolve) => entry.once("end", resolve));
  pack.add(entry);
  const hash = createHash("sha256");
  let had = 0;
  for await (const piece of pieces) {
    had += piece.length;
    // The file has grown or was rewritten since it was hashed.
    if (had > size) break;
    hash.update(piece);
    if (!entry.write(piece)) await new Promise<void>((resolve) => entry.once("drain", resolve));
  }
  if (had !== size || (must && hash.digest("hex") !== must.hash))
    throw new CodedError("bundle-unsound", { file: path, why: "it changed while it was packed: pack again" });
  entry.end();
  if (size > 0) await ended;
}

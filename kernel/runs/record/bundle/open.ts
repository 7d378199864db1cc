/**
 * Unpacks a bundle from an untrusted source. Anything that its manifest does not list is refused: links, separate
 * folders, paths that lead out, excess bytes and duplicate files. Each file is hashed while it is written; the folder
 * is renamed to its place when all are valid.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, createReadStream, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Parser, type ReadEntry } from "tar";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { demandDiskSpace, diskError } from "../../../fetch/disk.js";
import { parseJsonAs, SchemaMismatch } from "../../../fetch/json.js";
import { pathClashIn } from "../../../fetch/portable.js";
import {
  MANIFEST_FILE,
  bundleManifestSchema,
  MANIFEST_LIMITS,
  missingEntryPointReason,
  type BundledFile,
  type BundleManifest,
} from "./manifest.js";

/** Throws the coded errors `bundle-unsound`, `bundle-taken`, `disk-full` and `cannot-write`. */
export async function unpackBundle(
  file: string,
  folder: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BundleManifest> {
  const to = resolve(folder);
  demandEmpty(to);
  const work = `${to}.part-${String(process.pid)}`;
  await rm(work, { recursive: true, force: true });
  try {
    mkdirSync(work, { recursive: true });
    const manifest = await unpacked(file, work, options.signal);
    await rm(to, { recursive: true, force: true }); // an empty folder
    await rename(work, to);
    return manifest;
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw diskError(error, to);
  }
}

function demandEmpty(folder: string): void {
  let entries: readonly string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new CodedError("bundle-taken", { folder });
  }
  if (entries.length > 0) throw new CodedError("bundle-taken", { folder });
}

async function unpacked(file: string, folder: string, signal: AbortSignal | undefined): Promise<BundleManifest> {
  const unsound = (why: string): CodedError => new CodedError("bundle-unsound", { file, why });
  const unpacking = new Unpacking(folder, unsound);
  // Each entry is consumed before the next one is read: the parser waits for its end.
  const parser = new Parser({ strict: true, onReadEntry: (entry) => unpacking.take(entry) });
  const input = createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) });
  try {
    await new Promise<void>((done, failed) => {
      unpacking.whenFailed(failed);
      input.on("error", failed);
      parser.on("error", (error: unknown) => failed(unsound(error instanceof Error ? error.message : String(error))));
      // An entry type that the archive reader does not know.
      parser.on("ignoredEntry", ({ path, type }: ReadEntry) => {
        unpacking.onFailed(unsound(`${path} is no file but of the kind ${type}`));
      });
      parser.on("end", () => done());
      input.on("data", (piece) => {
        if (!parser.write(piece as Buffer)) {
          input.pause();
          parser.once("drain", () => input.resume());
        }
      });
      input.on("end", () => parser.end());
    });
    await unpacking.space;
    return unpacking.finished();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && (error as NodeJS.ErrnoException).path === file)
      throw new CodedError("missing-file", { path: file, folder: process.cwd(), near: null });
    throw error;
  } finally {
    input.destroy();
    unpacking.close();
  }
}

class Unpacking {
  private manifest: BundleManifest | null = null;
  private readonly wanted = new Map<string, BundledFile>();
  private fd: number | null = null;
  private failed = false;
  private hear: (error: unknown) => void = () => undefined;
  onFailed = (error: unknown): void => {
    this.failed = true;
    this.hear(error);
  };
  /** Settles when it is known whether all files fit on the disk. */
  space: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly unsound: (why: string) => CodedError,
  ) {}

  whenFailed(hear: (error: unknown) => void): void {
    this.hear = hear;
  }

  take(entry: ReadEntry): void {
    // After an error the rest is skipped, because the folder is removed.
    if (this.failed) return entry.resume();
    try {
      this.begin(entry);
    } catch (error) {
      entry.resume();
      this.onFailed(error);
    }
  }

  private begin(entry: ReadEntry): void {
    const { path, type, size } = entry;
    if (type !== "File" && type !== "OldFile") throw this.unsound(`${path} is no file but ${kindOf(type)}`);
    if (!this.manifest) {
      if (path !== MANIFEST_FILE) throw this.unsound(`it starts with ${path} and not with ${MANIFEST_FILE}`);
      if (size > MANIFEST_LIMITS.manifest) throw this.unsound(`its ${MANIFEST_FILE} is too large`);
      return this.readManifest(entry);
    }
    const bundled = this.wanted.get(path);
    if (!bundled) throw this.unsound(`${path} is not listed in its ${MANIFEST_FILE}, or occurs twice`);
    if (size !== bundled.bytes)
      throw this.unsound(
        `${path} has ${size.toLocaleString("en-US")} bytes, not ${bundled.bytes.toLocaleString("en-US")}`,
      );
    this.wanted.delete(path);
    this.write(entry, bundled);
  }

  private readManifest(entry: ReadEntry): void {
    const pieces: Buffer[] = [];
    entry.on("data", (piece: Buffer) => void pieces.push(piece));
    entry.on("end", () => {
      try {
        this.manifest = parseJsonAs(Buffer.concat(pieces).toString("utf8"), bundleManifestSchema);
        const why = pathClashIn(this.manifest.files.map(({ path }) => path)) ?? missingEntryPointReason(this.manifest);
        if (why !== null) throw this.unsound(why);
        for (const file of this.manifest.files) this.wanted.set(file.path, file);
        const bytes = this.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
        this.space = demandDiskSpace(this.folder, bytes);
        this.space.catch(this.onFailed);
      } catch (error) {
        this.onFailed(error instanceof SchemaMismatch ? this.unsound(`its ${MANIFEST_FILE}: ${error.why}`) : error);
      }
    });
  }

  private write(entry: ReadEntry, bundled: BundledFile): void {
    const fd = this.made(bundled.path);
    this.fd = fd;
    const hash: Hash = createHash("sha256");
    let failed = false;
    entry.on("data", (piece: Buffer) => {
      if (failed) return;
      try {
        for (let written = 0; written < piece.length;) written += writeSync(fd, piece, written);
        hash.update(piece);
      } catch (error) {
        failed = true;
        this.onFailed(error);
      }
    });
    entry.on("end", () => {
      this.close();
      if (!failed && hash.digest("hex") !== bundled.hash)
        this.onFailed(this.unsound(`${bundled.path} has another content than it was packed with`));
    });
  }

  private made(path: string): number {
    const place = join(this.folder, ...path.split("/"));
    try {
      mkdirSync(dirname(place), { recursive: true });
      // "wx": never overwrites a file or follows a link.
      return openSync(place, "wx", 0o644);
    } catch (error) {
      const why = UNFIT[(error as NodeJS.ErrnoException).code ?? ""];
      throw why === undefined ? error : this.unsound(`${path} ${why}`);
    }
  }

  finished(): BundleManifest {
    if (!this.manifest) throw this.unsound("it is empty");
    const [first] = this.wanted.keys();
    if (first !== undefined) throw this.unsound(`${first} is missing`);
    return this.manifest;
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }
}

/** On this file system names that differ only in case may be the same: `Rows.csv` and `rows.csv`. */
const SAME = "cannot be in the same folder as another of its files";
const UNFIT: Readonly<Record<string, string>> = {
  EEXIST: SAME,
  ENOTDIR: SAME,
  EISDIR: SAME,
  ENAMETOOLONG: "has a name that is too long here",
  EINVAL: "has a name that cannot be written here",
  EILSEQ: "has a name that cannot be written here",
};
const kindOf = (type: string): string =>
  type === "Directory" ? "a folder" : /Link$/.test(type) ? "a link" : `of the kind ${type}`;

/**
 * Receives files from workers for a run's folder. Each file is announced with its hash and size, written to a separate
 * folder next to the runs, checked against both, and then moved to its place. A run's folder never has a partial file.
 */
import { createHash } from "node:crypto";
import { existsSync, linkSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { makePrivateFolder, PRIVATE_MODES } from "../../fetch/private.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import type { ContentHash, RunFile } from "./protocol.js";

export class ArrivingFiles {
  private readonly expected = new Map<string, number>();
  private readonly here = new Set<string>();
  private made = false;
  private last = 0;

  /** `folder`: must be on the same disk as the runs. */
  constructor(private readonly folder: string) {}

  /** Announces files. Returns the hashes of those to be sent, which are accepted from now on. */
  announce(files: readonly ContentHash[]): readonly string[] {
    const lacking = files.filter(({ hash }) => !this.here.has(hash));
    for (const { hash, bytes } of lacking) this.expected.set(hash, bytes);
    return [...new Set(lacking.map(({ hash }) => hash))];
  }

  /** Throws the coded errors `not-offered`, `request-refused` and `no-space`. */
  async take(hash: string, body: Readable): Promise<void> {
    const bytes = this.expected.get(hash);
    if (bytes === undefined && !this.here.has(hash)) throw new CodedError("not-offered", { hash });
    if (bytes === undefined) {
      // Sent twice: the file has already arrived.
      body.resume();
      return;
    }
    if (!this.made) makePrivateFolder(this.folder);
    this.made = true;
    const part = join(this.folder, `${String(++this.last)}.part`);
    try {
      await write(part, contentCheck(hash, bytes)(body));
    } catch (error) {
      rmSync(part, { force: true });
      throw toRunFolderError(error, part);
    }
    renameSync(part, join(this.folder, hash));
    this.here.add(hash);
    this.expected.delete(hash);
  }

  /** Moves files that have arrived to their places in a run's folder. */
  place(run: string, files: readonly RunFile[]): void {
    const last = new Map(files.map(({ hash, path }) => [hash, path]));
    for (const { hash, path } of files) {
      const from = join(this.folder, hash);
      const to = join(run, ...path.split("/"));
      try {
        makePrivateFolder(dirname(to));
        if (last.get(hash) === path) renameSync(from, to);
        else {
          rmSync(to, { force: true });
          linkSync(from, to);
        }
      } catch (error) {
        throw toRunFolderError(error, to);
      }
    }
    for (const hash of last.keys()) this.here.delete(hash);
  }

  close(): void {
    if (existsSync(this.folder) && readdirSync(this.folder).length >= 0)
      rmSync(this.folder, { recursive: true, force: true });
  }
}

async function write(file: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const handle = await open(file, "wx", PRIVATE_MODES.file);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
}

/** Passes content through and fails if its hash or size does not match. */
function contentCheck(hash: string, bytes: number) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const sum = createHash("sha256");
    let had = 0;
    for await (const chunk of chunks) {
      had += chunk.length;
      if (had > bytes)
        throw new CodedError("request-refused", { why: `the file has more than its ${String(bytes)} bytes` });
      sum.update(chunk);
      yield chunk;
    }
    if (had !== bytes || sum.digest("hex") !== hash)
      throw new CodedError("request-refused", { why: "the file has not the hash that it was announced with" });
  };
}

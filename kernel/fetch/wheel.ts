/**
 * Python wheels as verified zip archives of libraries and models. Found through the package index in pip's
 * configuration (JSON, or HTML if a mirror has no JSON); needs neither Python nor pip.
 */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type yauzl from "yauzl";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "./disk.js";
import { listProjectFiles, type IndexFile } from "./package-index.js";
import { pipSettings } from "./pip.js";
import { comparePythonVersions, satisfiesPythonVersion } from "./version.js";

export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256?: string;
  readonly size?: number;
  /** URL of the wheel's METADATA if the index serves it separately. */
  readonly metadataUrl?: string;
}
export interface Platform {
  readonly os: "linux" | "macos" | "windows";
  readonly machine: "x86_64" | "aarch64";
}
export interface FindWheelOptions {
  /** Defaults to this machine's platform. */
  readonly platform?: Platform;
  /** Preferred Python tag among otherwise equal wheels (default `cp312`). */
  readonly python?: string;
  readonly indexes?: readonly string[];
  /** SHA-256 (hexadecimal) by file name: no other file is accepted, whatever the index offers. */
  readonly known?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function thisPlatform(): Platform {
  return {
    os: process.platform === "darwin" ? "macos" : process.platform === "win32" ? "windows" : "linux",
    machine: process.arch === "arm64" ? "aarch64" : "x86_64",
  };
}

/**
 * Finds the matching wheel of a project. `version`: an exact version (`2.21.0`) or specifiers (`<13.0,>=12.5.3.2`), of
 * which the highest final release is used. Coded errors: `no-wheel`, `network-failed`, `untrusted-answer`;
 * `checksum-mismatch`: the index states another checksum than the known one.
 */
export async function findWheel(project: string, version: string, options: FindWheelOptions = {}): Promise<Wheel> {
  const platform = options.platform ?? thisPlatform();
  const indexes = options.indexes ?? pipSettings().indexes;
  const has = new Set<string>();
  let failure: unknown;
  for (const index of indexes) {
    const address = `${index}/${project.toLowerCase().replace(/[-_.]+/g, "-")}/`;
    let listed: readonly IndexFile[];
    try {
      listed = await listProjectFiles(address, options.signal);
    } catch (e) {
      failure ??= e; // Another index may have it.
      continue;
    }
    const wheels = listed.flatMap((file) => {
      const parts = /^[^-]+-([^-]+)-(?:\d[^-]*-)?([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(file.filename);
      if (!parts) return [];
      has.add(parts[1]!);
      const fits =
        !file.yanked &&
        (options.known === undefined || Object.hasOwn(options.known, file.filename)) &&
        satisfiesPythonVersion(parts[1]!, version) &&
        parts[4]!.split(".").some((t) => tagFits(t, platform));
      return fits ? [{ file, version: parts[1]!, python: parts[2]! }] : [];
    });
    const preferred = options.python ?? "cp312";
    wheels.sort(
      (a, b) => comparePythonVersions(b.version, a.version) || rank(b.python, preferred) - rank(a.python, preferred),
    );
    const best = wheels[0];
    if (!best) continue;
    const { filename, url, size, metadata } = best.file;
    const sha256 = options.known?.[filename] ?? best.file.sha256;
    if (sha256 !== undefined && best.file.sha256 !== undefined && sha256 !== best.file.sha256)
      throw new CodedError("checksum-mismatch", { url: redactedUrl(url), expected: sha256, got: best.file.sha256 });
    return {
      project,
      version: best.version,
      filename,
      url,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(size === undefined ? {} : { size }),
      ...(metadata ? { metadataUrl: `${url}.metadata` } : {}),
    };
  }
  if (failure !== undefined && has.size === 0) throw failure;
  const where = `${platform.os} ${platform.machine}`;
  throw new CodedError("no-wheel", {
    project,
    version,
    platform: where,
    index: redactedUrl(indexes[0] ?? "(none)"),
    has: [...has].sort(comparePythonVersions),
  });
}

/** `Requires-Dist` lines in a wheel's METADATA for an extra, as project and specifiers. */
export function requirementsOfExtra(metadata: string, extra: string): readonly { project: string; version: string }[] {
  return [
    ...metadata.matchAll(/^Requires-Dist:\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;()\n]*)\)?\s*;([^\n]*)$/gm),
  ]
    .filter((m) => new RegExp(`extra\\s*==\\s*["']${extra}["']`).test(m[3]!))
    .map((m) => ({ project: m[1]!, version: m[2]!.trim() }));
}

const rank = (python: string, preferred: string): number => (python.split(".").includes(preferred) ? 1 : 0);

function tagFits(tag: string, platform: Platform): boolean {
  if (tag === "any") return true;
  if (platform.os === "linux") return tag.includes("linux") && tag.endsWith(platform.machine);
  if (platform.os === "windows") return tag === (platform.machine === "x86_64" ? "win_amd64" : "win_arm64");
  return (
    tag.startsWith("macosx") &&
    (tag.endsWith("universal2") || tag.endsWith(platform.machine === "aarch64" ? "arm64" : "x86_64"))
  );
}

export interface ExtractOptions {
  /** Receives bytes written so far and in total. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks some entries of a wheel (any zip) into the folder `target`. `select` returns an entry's path below the
 * target, or undefined to skip it. The folder appears atomically when everything is written and replaces an existing
 * one. Returns the written paths, relative to the target. Coded errors: `archive-malformed`, `disk-full`.
 */
export async function extractWheel(
  file: string,
  select: (path: string) => string | undefined,
  target: string,
  options: ExtractOptions = {},
): Promise<readonly string[]> {
  const work = `${target}.unpacking-${String(process.pid)}`;
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    const written = await unpack(file, select, work, options);
    const old = `${target}.old-${String(process.pid)}`;
    await rename(target, old).catch((e: unknown) => {
      if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e;
    });
    await rename(work, target);
    await rm(old, { recursive: true, force: true });
    return written;
  } catch (e) {
    await rm(work, { recursive: true, force: true });
    throw diskError(e, target);
  }
}

async function unpack(
  file: string,
  select: (path: string) => string | undefined,
  folder: string,
  options: ExtractOptions,
): Promise<string[]> {
  const broken = (e: unknown): CodedError =>
    new CodedError("archive-malformed", { file, why: e instanceof Error ? e.message : String(e) }, { cause: e });
  /** Two entries with the same path, or one inside the other. */
  const conflict = (e: unknown): never => {
    const { code } = e as NodeJS.ErrnoException;
    throw /^(EEXIST|ENOTDIR|EISDIR|ENAMETOOLONG|ELOOP)$/.test(code ?? "") ? broken(e) : e;
  };
  let zip: yauzl.ZipFile;
  const entries: { entry: yauzl.Entry; path: string }[] = [];
  try {
    const { openPromise } = await import("yauzl");
    zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  } catch (e) {
    throw broken(e);
  }
  try {
    try {
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith("/")) continue;
        const chosen = select(entry.fileName);
        if (chosen === undefined) continue;
        const path = normalize(chosen);
        if (/^\.\.?(?:[\\/]|$)/.test(path) || isAbsolute(path) || /^[\\/]|^[A-Za-z]:|\0/.test(chosen))
          throw new Error(`an entry leads out of the folder: ${chosen}`);
        entries.push({ entry, path });
      }
    } catch (e) {
      throw broken(e);
    }
    const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const { entry, path } of entries) {
      options.signal?.throwIfAborted();
      const place = join(folder, path);
      await mkdir(dirname(place), { recursive: true }).catch(conflict);
      // Unix permissions, if the archive has them: an executable must stay one.
      const mode = (entry.externalFileAttributes >>> 16) & 0o777;
      // "wx": no entry overwrites another, or writes through a link.
      const out = await open(place, "wx", mode === 0 ? 0o644 : mode | 0o600).catch(conflict);
      try {
        const stream = await zip.openReadStreamPromise(entry).catch((e: unknown) => Promise.reject(broken(e)));
        for await (const chunk of stream) {
          await out.writeFile(chunk as Buffer);
          done += (chunk as Buffer).length;
          options.onProgress?.(done, total);
        }
      } catch (e) {
        const code = (e as NodeJS.ErrnoException).code ?? "";
        throw e instanceof CodedError || code.startsWith("E") ? e : broken(e);
      } finally {
        await out.close();
      }
    }
  } finally {
    zip.close();
  }
  return entries.map((e) => e.path);
}

/**
 * The cache: everything fetched or built is in one folder, `TUNEBOOK_CACHE` or `~/.cache/tunebook`
 * (`%LOCALAPPDATA%\tunebook` on Windows). It may be deleted at any time and is recreated.
 */
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import lockfile from "proper-lockfile";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { xdgFolder } from "./xdg.js";
import { diskError } from "./disk.js";

/** A path inside the cache; nothing is created. */
export function cachePath(...parts: readonly string[]): string {
  const set = process.env["TUNEBOOK_CACHE"];
  const root =
    set !== undefined && set !== ""
      ? resolve(set)
      : process.platform === "win32"
        ? join(process.env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), "tunebook")
        : join(xdgFolder("XDG_CACHE_HOME"), "tunebook");
  return join(root, ...parts);
}

/**
 * A file of measurements of this machine: in the cache, or in the folder `TUNEBOOK_MACHINE` if several machines share a
 * cache, or earlier measurements must be ignored. Nothing is created.
 */
export function measurementsPath(name: string): string {
  const set = process.env["TUNEBOOK_MACHINE"];
  return set !== undefined && set !== "" ? join(resolve(set), name) : cachePath(name);
}

// Node reports a file over the size limit as EFBIG, but the lock library would end the process with this signal.
if (process.platform !== "win32") process.on("SIGXFSZ", () => undefined);

/** Milliseconds until an unrenewed lock expires (its owner died). */
const STALE = 30_000;

/**
 * Runs `work` while no other process runs work on the same path. Waits for the other process (up to `patience`, default
 * one hour); takes over a lock whose owner died after half a minute. Coded errors: `cache-locked`, `cannot-write`,
 * `disk-full`.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, patience = 3_600_000): Promise<T> {
  await mkdir(dirname(path), { recursive: true }).catch((e: unknown) =>
    Promise.reject(diskError(e, dirname(path)) as Error),
  );
  const until = Date.now() + patience;
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    try {
      release = await lockfile.lock(path, {
        realpath: false,
        stale: STALE,
        update: STALE / 6,
        onCompromised: () => undefined,
      });
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ELOCKED") throw diskError(e, path);
      if (Date.now() > until) throw new CodedError("cache-locked", { folder: path }, { cause: e });
      await new Promise((wake) => setTimeout(wake, 100 + Math.random() * 150));
    }
  }
  try {
    return await work();
  } finally {
    // If another process took over the lock meanwhile (this process slept), it must not be released.
    await release().catch(() => undefined);
  }
}

/**
 * The cache: everything fetched or built lies below one folder, `TUNEBOOK_CACHE` or `~/.cache/tunebook`
 * (`%LOCALAPPDATA%\tunebook` on Windows). It may be removed at any time; it is made again.
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
 * A file of what was measured on this machine: in the cache, or in the folder `TUNEBOOK_MACHINE`, where several machines share a
 * cache, or nothing measured before is to count. Nothing is created.
 */
export function measurementsPath(name: string): string {
  const set = process.env["TUNEBOOK_MACHINE"];
  return set !== undefined && set !== "" ? join(resolve(set), name) : cachePath(name);
}

// A file over the limit of its size is the error EFBIG to Node, but the lock's library would end the process by its signal.
if (process.platform !== "win32") process.on("SIGXFSZ", () => undefined);

/** How long a lock lives without being renewed (its owner died), in milliseconds. */
const STALE = 30_000;

/**
 * Runs `work` while no other process runs work on the same path. Waits for the other one (up to `patience`, default one
 * hour); a lock whose owner died is taken over after half a minute. Coded errors: `cache-locked`, `cannot-write`, `disk-full`.
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
    // A lock that was taken over meanwhile (this process slept) is no longer ours to release.
    await release().catch(() => undefined);
  }
}

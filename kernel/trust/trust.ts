/**
 * Folders that the user trusts. In any other folder, checking or editing a file only reads files: it runs no code and
 * opens no network connection. The list is stored in the user's configuration, never in a folder: a folder cannot trust
 * itself.
 */
import * as v from "valibot";
import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isWithin } from "#stdlib/platform/files.js";
import { withFileLock } from "../fetch/cache.js";
import { diskError } from "../fetch/disk.js";
import { objectWith, parseJsonAs, SchemaMismatch, type Schema } from "../fetch/json.js";
import { makePrivateFolder, writePrivateFileAsync } from "../fetch/private.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";
import { homedir } from "node:os";
import { xdgFolder } from "../fetch/xdg.js";

// The user's configuration: `TUNEBOOK_CONFIG`, or `tunebook` in `XDG_CONFIG_HOME` or `~/.config`, on Windows in
// `%APPDATA%`.

/** Returns a path in the user's configuration folder; creates nothing. */
export function configPath(...parts: readonly string[]): string {
  const set = (name: string): string | undefined => process.env[name] || undefined;
  const ownFolder = set("TUNEBOOK_CONFIG");
  // A relative path must not be resolved in whatever folder is open.
  if (ownFolder !== undefined) return join(resolve(homedir(), ownFolder), ...parts);
  const all =
    process.platform === "win32"
      ? (set("APPDATA") ?? join(homedir(), "AppData", "Roaming"))
      : xdgFolder("XDG_CONFIG_HOME");
  return join(all, "tunebook", ...parts);
}

export interface TrustedFolder {
  /** Absolute path with symbolic links resolved. */
  readonly path: string;
  /** Whether folders inside it are trusted too. */
  readonly subfolders: boolean;
}

const schema: Schema<{ readonly folders: readonly TrustedFolder[] }> = objectWith({
  folders: v.array(objectWith({ path: v.pipe(v.string(), v.check(isAbsolute)), subfolders: v.boolean() })),
});
/** Maximum bytes of the list: more than a million folders. */
const MOST = 64 * 2 ** 20;

const file = (): string => configPath("trust.json");

/** Reads the list from disk, oldest entry first. Coded error `trust-unreadable`. */
export function trustedFolders(): readonly TrustedFolder[] {
  try {
    const bytes = readWholeFile(file(), MOST);
    return bytes === null ? [] : parseJsonAs(bytes.toString("utf8"), schema).folders;
  } catch (error) {
    if (!(error instanceof SchemaMismatch) && !(error instanceof FileNotRead)) throw error;
    throw new CodedError("trust-unreadable", { file: file(), why: error.message }, { cause: error });
  }
}

/** Reports whether the user trusts this folder. A list that cannot be read trusts no folder. */
export function isTrusted(folder: string): boolean {
  try {
    const path = realOf(folder);
    return trustedFolders().some((one) => isCovered(path, one));
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/**
 * Adds a folder to the list; an already trusted folder is left alone. `subfolders`: everything inside it is trusted
 * too.
 * @returns the folder's path in the list. Coded errors `no-such-folder`, `trust-unreadable`, and those of writing.
 */
export async function trustFolder(folder: string, { subfolders }: { readonly subfolders: boolean }): Promise<string> {
  const path = realOf(folder);
  await change((folders) => {
    if (folders.some((one) => one.path === path && (one.subfolders || !subfolders))) return folders;
    return [...folders.filter((one) => one.path !== path), { path, subfolders }];
  });
  return path;
}

/**
 * Removes a folder from the list. A parent that is trusted with its subfolders still covers it.
 * @returns whether it was listed. Coded errors as of `trustFolder`; the folder need not exist any more.
 */
export async function distrustFolder(folder: string): Promise<boolean> {
  const names = new Set([resolve(folder), ...existing(folder)]);
  const listed = trustedFolders().some(({ path }) => names.has(path));
  if (listed) await change((folders) => folders.filter(({ path }) => !names.has(path)));
  return listed;
}

/**
 * Returns the list entry that trusts a folder: itself, or a parent trusted with its subfolders; null if it is not
 * trusted.
 */
export function trustingFolderOf(folder: string): string | null {
  const [path] = existing(folder);
  if (path === undefined) return null;
  return trustedFolders().find((one) => isCovered(path, one))?.path ?? null;
}

/**
 * Running a program or a cell trusts its folder (that folder alone, not its subfolders). If the configuration cannot be
 * written, the run continues all the same: only later checks are affected, which then stay offline.
 */
export async function trustFolderOfRun(folder: string): Promise<void> {
  if (isTrusted(folder)) return;
  await trustFolder(folder, { subfolders: false }).catch((error: unknown) => {
    if (!(error instanceof CodedError)) throw error;
  });
}

async function change(next: (folders: readonly TrustedFolder[]) => readonly TrustedFolder[]): Promise<void> {
  const target = file();
  try {
    makePrivateFolder(dirname(target));
    await withFileLock(target, async () => {
      const before = trustedFolders();
      const after = next(before);
      if (after === before) return;
      await writePrivateFileAsync(target, `${JSON.stringify({ folders: after }, null, 2)}\n`);
    });
  } catch (error) {
    throw diskError(error, target);
  }
}

function isCovered(path: string, by: TrustedFolder): boolean {
  return by.path === path || (by.subfolders && isWithin(path, by.path));
}

function realOf(folder: string): string {
  const [found] = existing(folder);
  if (found === undefined || !statSync(found).isDirectory()) throw new CodedError("no-such-folder", { folder });
  return found;
}

function existing(folder: string): readonly string[] {
  try {
    return [realpathSync.native(resolve(folder))];
  } catch {
    return [];
  }
}

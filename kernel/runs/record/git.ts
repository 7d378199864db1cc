/**
 * Reads a folder's git state: commit, branch, number of changed tracked files, remote. Runs git with everything
 * disabled by which a foreign repository could start a program: its file monitor, hooks, filters (file contents are
 * compared here instead) and submodules. Returns nothing if git is missing or slow, or if the folder is in no
 * repository.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RecordedGit } from "../run-record.js";
import { looksSecret } from "./environment.js";

const PATIENCE = 3000;
/** Maximum number of files compared by content; further files count as changed if git reports them as touched. */
const COMPARED = 200;
/** Maximum size in bytes of a file that is compared by content. */
const LARGEST = 16 * 2 ** 20;

/** Milliseconds that a git state is reused: trials of a sweep start within seconds of each other. */
const FRESH = 5000;
const lately = new Map<string, { readonly readAt: number; readonly state: Promise<RecordedGit | null> }>();

export function readGitState(folder: string): Promise<RecordedGit | null> {
  const known = lately.get(folder);
  if (known && performance.now() - known.readAt < FRESH) return known.state;
  const state = askGit(folder);
  lately.clear();
  lately.set(folder, { readAt: performance.now(), state });
  return state;
}

async function askGit(folder: string): Promise<RecordedGit | null> {
  try {
    const [top, head, drivers] = await Promise.all([
      runGit(folder, ["rev-parse", "--show-toplevel"]),
      runGit(folder, ["rev-parse", "HEAD", "--abbrev-ref", "HEAD"]),
      // Git exits with 1 if no filters are configured.
      runGit(folder, ["config", "--name-only", "-z", "--get-regexp", "^filter\\."]).catch(() => ""),
    ]);
    const [commit = "", branch = ""] = head.split("\n");
    // Git compares a file written at the same moment as the index by its content, and would run the file's filter to do
    // so.
    const off = filtersOff(drivers.split("\0").filter((name) => name !== ""));
    const [touched, staged, remote] = await Promise.all([
      runGit(folder, ["diff-files", "--raw", "-z", "--no-abbrev", "--ignore-submodules=all"], off),
      runGit(folder, ["diff-index", "--cached", "--name-only", "-z", "--ignore-submodules=all", "HEAD"], off),
      runGit(folder, ["config", "--get", "remote.origin.url"]).catch(() => ""),
    ]);
    const changed = new Set([...changedIn(top.trim(), touched), ...staged.split("\0").filter((name) => name !== "")]);
    const address = remoteWithoutUser(remote.trim());
    return {
      commit,
      branch: branch === "HEAD" || branch === "" ? null : branch,
      changed: changed.size,
      ...(address !== null && { remote: address }),
    };
  } catch {
    return null;
  }
}

/**
 * Returns environment settings that disable these filters; in the environment, no key can be misread as another option.
 */
function filtersOff(keys: readonly string[]): NodeJS.ProcessEnv {
  const off = keys.map((key, i) => ({
    [`GIT_CONFIG_KEY_${String(i)}`]: key,
    [`GIT_CONFIG_VALUE_${String(i)}`]: /\.required$/i.test(key) ? "false" : "",
  }));
  return Object.assign({ GIT_CONFIG_COUNT: String(keys.length) }, ...off) as NodeJS.ProcessEnv;
}

async function runGit(folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const off = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false"];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C", ...more };
  const { stdout } = await promisify(execFile)("git", [...off, "-C", folder, ...args], {
    env,
    timeout: PATIENCE,
    maxBuffer: 64 * 2 ** 20,
    windowsHide: true,
  });
  return stdout;
}

/** Parses `:mode mode object object state NUL path NUL` and returns the files whose content differs from the index. */
function changedIn(top: string, raw: string): readonly string[] {
  const parts = raw.split("\0");
  const found: string[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [, , object = "", , state = ""] = (parts[i] ?? "").slice(1).split(" ");
    const name = parts[i + 1] ?? "";
    if (state !== "M" || i / 2 >= COMPARED || blobOf(join(top, name), object.length) !== object) found.push(name);
  }
  return found;
}

/** Returns git's object id of a file's content; null if it cannot be computed. */
function blobOf(file: string, digits: number): string | null {
  try {
    const found = lstatSync(file);
    if (found.size > LARGEST || !(found.isFile() || found.isSymbolicLink())) return null;
    const bytes = found.isSymbolicLink() ? readlinkSync(file, "buffer") : readFileSync(file);
    const hash = createHash(digits === 64 ? "sha256" : "sha1").update(`blob ${String(bytes.length)}\0`);
    return hash.update(bytes).digest("hex");
  } catch {
    return null;
  }
}

/** Returns a remote's address without user, password, query and fragment; null if it cannot be shown safely. */
export function remoteWithoutUser(remote: string): string | null {
  if (remote === "" || /[\s\0]/.test(remote) || remote.includes("::")) return null;
  if (/^[a-z][\w+.-]*:\/\//i.test(remote)) {
    if (!URL.canParse(remote)) return null;
    const { protocol, host, pathname, hash } = new URL(remote);
    // The text after `#` may be the rest of a password that was not URL-encoded.
    return !hash.includes("@") ? shown(`${protocol}//${host}${pathname}`) : null;
  }
  // Matches ssh's `user@host:path`; any other text is a path of this machine.
  const ssh = /^(?:[^@/]*@)?([\w.-]+):(?!\/\/)(.*)$/.exec(remote);
  return shown(ssh && !/^[A-Za-z]$/.test(ssh[1]!) ? `${ssh[1]!}:${ssh[2]!.replace(/[?#].*$/s, "")}` : remote);
}
/** Parts of a path are checked too, since one may be a token. */
const shown = (address: string): string | null =>
  address.includes("@") || [address, ...address.split("/")].some(looksSecret) ? null : address;

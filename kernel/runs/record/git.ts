/**
 * What git says of a folder: commit, branch, how many followed files differ, where it came from. Asked of git itself, with all
 * off by which a repository of others could have a program run: its monitor, its hooks, its filters (files are compared here
 * and not by it), its submodules. Nothing is said where git isn't there, takes long, or the folder is in no repository.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RecordedGit } from "../run-record.js";
import { looksSecret } from "./environment.js";

const PATIENCE = 3000;
/** Files that are compared by their content; of more it counts that they were touched. */
const COMPARED = 200;
/** Bytes of a file that is compared so. */
const LARGEST = 16 * 2 ** 20;

/** Trials of a sweep begin within seconds: git is not asked for each. */
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
      // 1: there are none.
      runGit(folder, ["config", "--name-only", "-z", "--get-regexp", "^filter\\."]).catch(() => ""),
    ]);
    const [commit = "", branch = ""] = head.split("\n");
    // A file that was written with the index in one moment is compared by its content, through its filter.
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

/** Settings as git takes them from its environment, where no name can be read as something else. */
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

/** Of `:mode mode object object state NUL path NUL`: those whose content is another one than the index has. */
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

/** The name that git gives a file's content; null: it can't be told. */
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

/** An address without user, password, query and fragment; null: it is none that can be shown. */
export function remoteWithoutUser(remote: string): string | null {
  if (remote === "" || /[\s\0]/.test(remote) || remote.includes("::")) return null;
  if (/^[a-z][\w+.-]*:\/\//i.test(remote)) {
    if (!URL.canParse(remote)) return null;
    const { protocol, host, pathname, hash } = new URL(remote);
    // What stands after `#` may be the rest of a password that was not written as an address has it.
    return !hash.includes("@") ? shown(`${protocol}//${host}${pathname}`) : null;
  }
  // `user@host:path`, as ssh has it; anything else is a path of this machine.
  const ssh = /^(?:[^@/]*@)?([\w.-]+):(?!\/\/)(.*)$/.exec(remote);
  return shown(ssh && !/^[A-Za-z]$/.test(ssh[1]!) ? `${ssh[1]!}:${ssh[2]!.replace(/[?#].*$/s, "")}` : remote);
}
/** A token may stand among the parts of a path. */
const shown = (address: string): string | null =>
  address.includes("@") || [address, ...address.split("/")].some(looksSecret) ? null : address;

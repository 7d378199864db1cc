/**
 * Simulates a full disk with a limit on file sizes: at 0 nothing more can be written. The limit affects this process
 * and the engine's host and is removed again. The tests that use it run in a separate program.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { childrenOf } from "../training/kills.js";

/** Sets the maximum size of a file in bytes; null removes the limit. */
export function limit(bytes: number | null): void {
  const most = bytes === null ? "unlimited" : Math.floor(bytes);
  for (const id of [process.pid, ...childrenOf(process.pid)])
    execFileSync("prlimit", ["--pid", String(id), `--fsize=${most}:`]);
}

/**
 * Returns every file below the folder, hidden ones included, with the hash of its content; empty if the folder does not
 * exist.
 */
export function contents(folder: string): Readonly<Record<string, string>> {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  const sum = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(files.map((name) => [name, sum(name)]));
}

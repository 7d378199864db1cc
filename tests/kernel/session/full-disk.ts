/**
 * A disk that is full for a time: a limit on the size of files, at 0 nothing more can be written. It holds for this process
 * and for the engine's host, and is taken off again; the tests that use it run in a program of their own.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { childrenOf } from "../training/kills.js";

/** Most bytes of a file from now on; null: any. */
export function limit(bytes: number | null): void {
  const most = bytes === null ? "unlimited" : Math.floor(bytes);
  for (const id of [process.pid, ...childrenOf(process.pid)])
    execFileSync("prlimit", ["--pid", String(id), `--fsize=${most}:`]);
}

/** Every file below, hidden ones too, with the hash of what is in it; of a folder that isn't there none. */
export function contents(folder: string): Readonly<Record<string, string>> {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  const sum = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(files.map((name) => [name, sum(name)]));
}

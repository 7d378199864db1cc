/** The tracked files of this checkout; hand-written sources are parsed once. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "#tests/imports.js";
import type { Tree } from "./figure.js";
import { parseSource } from "./file.js";

const SOURCE = /^(dsl|stdlib|kernel|page)\/.*\.tsx?$/;
const NOT_WRITTEN = /\.d\.ts$|\.generated\./;

/** Reads the files that git tracks or would add, without deleted ones. */
export function readTree(): Tree {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 } as const;
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], options);
  const tracked = [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file)));
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  const written = tracked.filter((file) => SOURCE.test(file) && !NOT_WRITTEN.test(file));
  return {
    tracked,
    sources: written.map((file) => parseSource(file, read(file))),
    lines: (file) => read(file).split("\n").length - 1,
  };
}

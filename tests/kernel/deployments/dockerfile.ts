/**
 * Checks a Dockerfile's instructions and what linters complain about: unpinned images, running as root, copying missing
 * files.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

const KNOWN = ["FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "CMD", "LABEL", "ARG"];

export function checkedDockerfile(text: string, folder: string): void {
  const lines = text
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const all = lines.map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    assert.ok(KNOWN.includes(name), line);
    return { name, rest };
  });
  const of = (name: string): readonly string[] => all.filter((one) => one.name === name).map(({ rest }) => rest);
  assert.equal(all[0]!.name, "FROM");
  assert.match(of("FROM")[0]!, /^[\w./-]+:\d+\.\d+\.\d+(-[\w.]+)+$/);
  const user = of("USER").at(-1);
  assert.ok(user !== undefined && !/^(root|0)\b/.test(user));
  assert.ok(all.findIndex(({ name }) => name === "USER") < all.findIndex(({ name }) => name === "CMD"));
  assert.equal(of("HEALTHCHECK").length, 1);
  assert.equal(of("CMD").length, 1);
  // In exec form, so that signals reach the program and not a shell.
  assert.ok(Array.isArray(JSON.parse(of("CMD")[0]!)));
  assert.ok(Array.isArray(JSON.parse(of("HEALTHCHECK")[0]!.replace(/^.* CMD /, ""))));
  for (const copy of of("COPY")) {
    const parts = copy.split(/ +/).filter((part) => !part.startsWith("--"));
    assert.ok(parts.length >= 2, copy);
    for (const source of parts.slice(0, -1)) assert.ok(existsSync(join(folder, source)), `${source} isn't there`);
  }
  for (const run of of("RUN")) assert.ok(!/\bsudo\b|\bcurl\b[^|]*\||:latest/.test(run), run);
}

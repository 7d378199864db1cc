/** Words of kinds that no conformance test covers: each is tested by name in some test of its kind. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { registry } from "#stdlib/registry.js";

const tests = fileURLToPath(new URL("../../../tests/", import.meta.url));
/** Folders of tests by kind. The first one is for the test of a new word. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  metric: ["stdlib/metrics", "stdlib/tasks", "kernel/inference", "kernel/evaluation", "kernel/session"],
  schedule: ["stdlib/schedules"],
  source: ["stdlib/sources"],
  target: ["kernel/deployments"],
  cleaner: ["stdlib/cleaners"],
  split: ["stdlib/splits"],
  decoder: ["stdlib/decoders"],
};

function textIn(folder: string): string {
  return readdirSync(join(tests, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").replace(/^\s*(?:\/?\*|\/\/).*$/gm, ""))
    .join("\n");
}
/**
 * Whether the name occurs in a string, at its beginning or after a character that is not part of a name, or is called.
 */
const tries = (text: string, name: string): boolean =>
  new RegExp(`["'\`](?:[^"'\`\\n]*[^\\w"'\`])?${name}\\b|\\b${name}\\(`).test(text);

describe("words without a conformance test", () => {
  for (const [kind, folders] of Object.entries(FOLDERS))
    it(`of the kind ${kind} are each tested by name`, () => {
      const text = folders.map(textIn).join("\n");
      const built = registry.ofKind(kind).filter(({ planned }) => !planned);
      assert.ok(built.length > 2);
      assert.deepEqual(
        built.map(({ name }) => name).filter((name) => !tries(text, name)),
        [],
        `no test tries these: say in tests/${folders[0] ?? ""} what each of them does, held to an oracle where there is one`,
      );
    });
});

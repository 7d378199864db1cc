/**
 * The files of words' records: what the manifest includes, what it refuses to skip, and that each file is where it is
 * looked for.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Word } from "#dsl/language/types/registry.js";
import { manifestOf, recordsIn, strayTold } from "#tools/manifest.mjs";

const stdlib = fileURLToPath(new URL("../../../stdlib/", import.meta.url));
const roomOf = (kind: string): string =>
  kind === "reserved" ? kind : kind.replace(/y$/, "ie").replace(/(ch|s)$/, "$1e") + "s";

describe("vocabulary manifest", () => {
  let made: string;
  before(() => {
    made = mkdtempSync(join(tmpdir(), "tunebook-manifest-"));
    for (const [file, text] of Object.entries({
      "metrics/accuracy.ts": "/** It. */\nexport const word = defineWord({});",
      "metrics/accuracy.run.ts": "export const accuracy = 1;",
      "metrics/list.ts": "const word = defineWord({});\nexport { word };",
      "metrics/shared.ts": "// export const word\nexport const shared = 1;",
      "metrics/shared/counted.ts": "export const counted = 1;",
      "statistics/mean.ts": "export const mean = 1;",
      "metrics/kind.ts": "export interface Metric {}",
      "registry.ts": "export const registry = 1;",
    })) {
      mkdirSync(dirname(join(made, file)), { recursive: true });
      writeFileSync(join(made, file), text);
    }
  });
  after(() => rmSync(made, { recursive: true, force: true }));

  it("lists records, and reports other files that export no word", () => {
    const { records, strays } = recordsIn(made);
    assert.deepEqual(records, ["metrics/accuracy.ts"]);
    assert.deepEqual(strays, ["metrics/list.ts", "metrics/shared.ts"]);
    assert.match(strayTold("metrics/list.ts"), /^stdlib\/metrics\/list\.ts .*`export const word = defineWord/);
    assert.match(
      manifestOf(records),
      /import \{ word as metrics_accuracy \} from "\.\/metrics\/accuracy\.js";[^]*\[\n {2}metrics_accuracy,\n\]/,
    );
  });

  it("lists words in the folder of their kind, in a file of their name", async () => {
    const { records, strays } = recordsIn(stdlib);
    assert.deepEqual(strays.map(strayTold), []);
    assert.ok(records.length > 200);
    const wrong: string[] = [];
    for (const file of records) {
      const { word } = (await import(`#stdlib/${file.replace(/\.ts$/, ".js")}`)) as { readonly word: Word };
      const place = `${roomOf(word.kind)}/${word.name}.ts`;
      if (place !== file)
        wrong.push(`stdlib/${file} holds the ${word.kind} ${word.name}: it belongs to stdlib/${place}`);
    }
    assert.deepEqual(wrong, []);
  });
});

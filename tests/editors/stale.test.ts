/** The vocabulary files in `editors/` match the present registry and lexer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { editorFiles } from "#editors/generate/files.js";
import { placed } from "#editors/generate/snippets.js";
import { verbs } from "./corpus.js";

describe("generated files of editors", () => {
  it("are up to date", async () => {
    const files = await editorFiles();
    const stale = [...files].filter(([path, text]) => {
      const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
      return readFileSync(file, "utf8").replaceAll("\r\n", "\n") !== text;
    });
    assert.deepEqual(
      stale.map(([path]) => path),
      [],
      "run `npm run editors` and commit what it writes",
    );
  });

  it("turn names, strings and numbers into snippet fields, one for a repeated name", () => {
    const known = new Set(["csv", "full"]);
    assert.equal(
      placed(
        'data d { source: csv("a$b.csv"), rate: $x }\ntrain m on d { technique: full, keep: best, rate: 3 }',
        verbs,
        known,
      ),
      'data ${1:d} { source: csv("${2:a\\$b.csv}"), rate: \\$x }\n' +
        "train ${3:m} on ${1:d} { technique: full, keep: ${4:best}, rate: ${5:3} }",
    );
  });
});

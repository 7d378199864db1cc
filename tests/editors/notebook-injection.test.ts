/**
 * Tune within TypeScript cells: the injection colours exactly the text that `dsl/language/syntax/cell.ts` recognizes as
 * Tune.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isTuneCell } from "#dsl/language/syntax/cell.js";
import { programs, verbs } from "./corpus.js";
import { grammarOf, scopesIn } from "./textmate.js";

/** Text before the first statement, first statements, and text after them. */
const before = [
  ...[
    "",
    " ",
    "\n",
    "\t",
    "\ufeff",
    "// a note\n",
    "//\n",
    "# a note\n",
    "#!/usr/bin/env node\n",
    "/* a */ ",
    "/* a\n b */\n",
  ],
  ...[
    "// %%tune\n",
    "// %%ts\n",
    "%%tune\n",
    "%%ts\n",
    "%%tuned\n",
    "// data x {\n",
    "/* data x {\n*/",
    "const x = 1\n",
    "'a'\n",
  ],
];
const first = [
  ...[
    "data tickets {",
    'use "common.tune"',
    "tune 1",
    "engine { threads: 2 }",
    "train a on b",
    "train $a",
    "model m {",
  ],
  ...[
    "data = 1",
    "data.x()",
    "model as Model",
    "train in x",
    "show satisfies Y",
    "data",
    "data\n{",
    "models x",
    "const data = {",
  ],
  ...[
    "x",
    "",
    "await mood.predict()",
    "training x",
    "model\u00e9 x",
    "use \u201cx\u201d",
    "data  {",
    "data:",
    "show as$",
    "show asx",
  ],
];

describe("Tune injection into TypeScript cells", () => {
  const colouredAsTune = async (cell: string): Promise<"all" | "nothing" | "part" | "comments only"> => {
    const scopes = scopesIn(cell, await grammarOf("source.ts")).filter((_scopes, i) =>
      /[^\s\ufeff]/.test(cell[i] ?? " "),
    );
    const plain = scopes.filter((here) => !here.some((scope) => scope.startsWith("comment.")));
    if (plain.length === 0) return "comments only";
    const tune = plain.filter((here) => here.includes("source.tune"));
    return tune.length === 0 ? "nothing" : tune.length === plain.length ? "all" : "part";
  };

  it("agrees with the language detection of cells, whatever comes first", async () => {
    const cell = fc
      .tuple(
        fc.array(fc.constantFrom(...before), { maxLength: 4 }),
        fc.constantFrom(...first),
        fc.constantFrom("", "\nlet y = 2"),
      )
      .map(([trivia, head, rest]) => trivia.join("") + head + rest);
    await fc.assert(
      fc.asyncProperty(cell, async (text) => {
        const found = await colouredAsTune(text);
        if (found !== "comments only") assert.equal(found, isTuneCell(text, verbs) ? "all" : "nothing");
      }),
      { numRuns: 3000 },
    );
  });

  it("highlights every program that can be a cell", async () => {
    for (const { name, text } of programs().filter((program) => isTuneCell(program.text, verbs)))
      assert.equal(await colouredAsTune(text), "all", name);
  });
});

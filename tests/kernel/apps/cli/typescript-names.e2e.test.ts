/** `$rows` declared in every way that TypeScript allows: what `check` reports, and that the notebook runs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { compilerPhaseText } from "#kernel/apps/checking/phases.js";
import { newCodeCell } from "#kernel/apps/jupyter/client/notebook-file.js";
import { createCellRuntime, type KernelCellRuntime } from "#kernel/apps/jupyter/wire/cells.js";
import { Kept } from "../jupyter/cells/notebook.js";

const list =
  '[..."abcdefghijklmnopqrstuvwxyz"].map((c, i) => ({ text: `${c} is ${i % 2 ? "good" : "bad"}`, label: i % 2 ? "yes" : "no" }))';
const ways: Readonly<Record<string, string>> = {
  "several in one statement": `const n = 1, rows = ${list}, rounds = 1;`,
  "an object's parts": `const { rows, deep: { of: [rounds] } } = { rows: ${list}, deep: { of: [1] } };`,
  "parts under other names, with defaults": `const { list: rows = [], n: rounds = 1 } = { list: ${list}, n: undefined as number | undefined };`,
  "a list's rest": `const [rounds, ...rows] = [1, ...${list}] as [number, ...{ text: string; label: string }[]];`,
  "what is assigned later": `let rows: { text: string; label: string }[], rounds: number;\nrounds = 1; {\n  rows = ${list};\n}`,
  "a `var` in a block and a loop's": `if (true) {\n  var rows = ${list};\n}\nfor (var rounds = 0; rounds < 1; rounds++);`,
  exports: `export const rows = ${list};\nexport let rounds = 1;`,
  "named imports": `import { list as rows, rounds } from "./rows.ts";`,
  "a default import and a whole module": `import rows from "./rows.ts";\nimport * as all from "./rows.ts"; const rounds = all.rounds;`,
  "an enum, a class and a function": `enum Count { one = 1 }\nclass Made { static list = ${list}; }\nfunction make() { return Made.list; }\nconst rows = make();\nvar rounds = Count.one;`,
  "a loop over what is awaited": `for await (var rows of [${list}]);\nvar rounds: number = await Promise.resolve(1), done;`,
  "lines that begin otherwise": `/* first */ const a = 0; const rows =\n  ${list}; /* then */ let\n  rounds = 1;`,
};
const tune = [
  `data letters {\n  source: $rows\n  columns: { text: text, label: label }\n  split: random(train: 50%, test: 50%)\n}`,
  "recipe quick { epochs: $rounds, batch_size: 8 }",
  'model mood { base: "./none", task: text_classification }',
  "train mood on letters with quick",
  "evaluate mood on letters.test",
];

describe("names of TypeScript cells", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-names-"));
    writeFileSync(
      join(folder, "rows.ts"),
      `export const list = ${list};\nexport const rounds = 1;\nexport default list;\n`,
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const notebook = (...cells: readonly string[]): string => {
    const file = join(folder, "book.ipynb");
    const metadata = { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } };
    const book = { nbformat: 4, nbformat_minor: 5, metadata, cells: cells.map((cell) => newCodeCell(cell, {})) };
    writeFileSync(file, JSON.stringify(book));
    return file;
  };
  const codes = async (...cells: readonly string[]): Promise<readonly string[]> => {
    const { diagnostics } = await checkFile(notebook(...cells));
    return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  };
  const known = tune.map((cell) => cell.replace("./none", join(process.cwd(), "tests/fixtures/models/bert-plain")));

  for (const [way, declared] of Object.entries(ways))
    it(`are accepted by check before they have a value: ${way}`, async () => {
      assert.deepEqual(await codes(declared, ...known), []);
      const { unvalued } = await checkFile(notebook(declared, ...known));
      assert.deepEqual([...unvalued].sort(), ["rounds", "rows"]);
    });
  it("are errors if no cell declares them, and so is a model that nothing trains", async () => {
    assert.ok((await codes("const other = 1;", ...known)).includes("unknown-reference"));
    assert.ok((await codes("type rows = 1; interface rounds {}", ...known)).includes("unknown-reference"));
    assert.ok((await codes("const rows = [], rounds = 1;", ...known.slice(0, 3), known[4]!)).includes("not-trained"));
    // A later cell has not run yet, so its names do not exist.
    assert.ok((await codes(...known, "const rows = [], rounds = 1;")).includes("unknown-reference"));
  });
  it("make a plan unavailable until they have a value", async () => {
    await assert.rejects(compilerPhaseText("plan", notebook(ways["exports"]!, ...known)), { code: "not-told" });
  });

  describe("at run time", () => {
    let cells: KernelCellRuntime;
    let count = 0;
    before(async () => (cells = await createCellRuntime(folder)));
    after(() => cells.dispose());
    const run = async (code: string): Promise<string> => {
      const output = new Kept();
      const request = { code, cell: ++count, silent: false, output, userExpressions: {} };
      const outcome = await cells.interpreter.execute(request);
      return outcome.status === "error" ? outcome.traceback.join("\n") : "";
    };
    for (const [way, declared] of Object.entries(ways))
      it(`run without errors: ${way}`, async () => {
        assert.equal(await run(declared), "");
        assert.equal(await run(known[0]!), "");
        assert.equal(await run(known[1]!), "");
      });
  });
});

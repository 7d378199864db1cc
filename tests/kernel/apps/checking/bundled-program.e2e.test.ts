/** Files that a bundle includes for statements that cannot be planned before a sweep has run. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleOfProgram } from "#kernel/apps/checking/bundled-program.js";
import { checkTuneSources, sourcesOfNotebookCells, sourcesOfTuneFile } from "#kernel/apps/checking/checking.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";

const cells = [
  `data rows { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 50%, validation: 25%, test: 25%) }
model mood { base: "base", task: text_classification, technique: lora(rank: 2) }
recipe quick { steps: 2, batch_size: 4 }`,
  "sweep mood on rows with quick as found { vary: { technique.rank: choice(2, 4) }, trials: 2, maximize: accuracy }",
  `data more like rows { source: csv("b.csv") }
train mood on more with found.best as winner`,
  'compress winner on rows with quick as small { distill: student(base: "other") }',
  'evaluate winner, prompt("asked", "Which? {text}") on rows.test',
  'deploy winner to onnx("written")',
];

describe("bundles of programs that wait for a sweep", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-bundled-"));
    const table = [..."abcdefghijklmnopqrstuvwxyzäöüß"].map((c, i) => `${c} is here,${i % 2 ? "yes" : "no"}`);
    for (const name of ["a.csv", "b.csv"]) writeFileSync(join(folder, name), `text,label\n${table.join("\n")}\n`);
    for (const [name, of] of [
      ["base", "cross-encoder"],
      ["other", "cross-encoder"],
      ["asked", "chat-llama"],
    ] as const)
      cpSync(join("tests/fixtures/models", of), join(folder, name), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("contain the data and bases of all statements", async () => {
    const [book, program] = [join(folder, "book.ipynb"), join(folder, "book.tune")];
    writeFileSync(book, "{}");
    writeFileSync(program, cells.join("\n"));
    for (const [file, texts] of [
      [book, await sourcesOfNotebookCells(book, "book.ipynb", cells)],
      [program, sourcesOfTuneFile(program, "book.tune", cells.join("\n"))],
    ] as const) {
      const datasets = new DatasetCache();
      const checked = await checkTuneSources(texts, folder, { datasets });
      assert.deepEqual(
        checked.diagnostics.filter(({ severity }) => severity === "error"),
        [],
      );
      const { files } = await bundleOfProgram(file, checked, { datasets, hostContext: plainHostContext(folder) });
      const packed = new Set(files.map(({ path }) => path.split("/")[0]));
      assert.deepEqual([...packed].toSorted(), [
        "a.csv",
        "asked",
        "b.csv",
        "base",
        file.slice(folder.length + 1),
        "other",
      ]);
    }
  });
});

/** Notebooks checked cell by cell: results that exist only after a previous cell has run are unknown, not wrong. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { checkProgramSources } from "#kernel/host/check-sources.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { answerCompilerNeed } from "#kernel/session/answers/need-answers.js";
import { checkTuneSources, sourcesOfNotebookCells, sourcesOfTuneFile } from "#kernel/apps/checking/checking.js";

const definitions = `data rows { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 50%, validation: 25%, test: 25%) }
data more like rows { source: csv("b.csv") }
model mood { base: "${join(process.cwd(), "tests/fixtures/models/cross-encoder")}", task: text_classification, technique: lora(rank: 2) }
recipe quick { steps: 2, batch_size: 4 }`;
const sweep =
  "sweep mood on rows with quick as found { vary: { technique.rank: choice(2, 4) }, trials: 2, maximize: accuracy }";
const next = [
  "train mood on rows with found.best as winner",
  "evaluate winner on rows.test",
  "update winner on more with quick as onward { strategy: naive }",
  'evaluate onward on more.test\npredict onward on "a"',
  "update onward on rows with quick as further { strategy: naive }\nevaluate further, found.best on rows.test",
  "compress winner on rows as small { quantize: int8 }",
  "evaluate small on rows.test",
  "recipe slow like found.best { steps: 3 }\ntrain mood on rows with slow as slowly",
  "evaluate slowly on rows.test",
  "show found.trials",
];

describe("notebook check", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-checked-"));
    const table = [..."abcdefghijklmnopqrstuvwxyzäöüß"].map((c, i) => `${c} is here,${i % 2 ? "yes" : "no"}`);
    for (const name of ["a.csv", "b.csv"]) writeFileSync(join(folder, name), `text,label\n${table.join("\n")}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const errors = async (...cells: readonly string[]) => {
    const path = join(folder, "book.ipynb");
    const { diagnostics, actions } = await checkTuneSources(
      await sourcesOfNotebookCells(path, "book.ipynb", cells),
      folder,
    );
    const wrong = diagnostics.filter(({ severity }) => severity === "error");
    return {
      said: wrong.map(({ code, span }) => [code, Number(span.source.split("#")[1])]),
      actions: actions.map(({ verb }) => verb),
    };
  };

  it("accepts the best trial of a sweep in later cells, and models made from it after that", async () => {
    const { said, actions } = await errors(definitions, sweep, ...next);
    assert.deepEqual(said, []);
    assert.deepEqual(actions.slice(0, 5), ["data", "data", "model", "recipe", "sweep"]);
  });
  it("gives the same diagnostics for a program in one file", async () => {
    const path = join(folder, "all.tune");
    const { diagnostics } = await checkTuneSources(
      sourcesOfTuneFile(path, "all.tune", [definitions, sweep, ...next].join("\n")),
      folder,
    );
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
      [],
    );
  });
  it("reports errors next to uses of a sweep's best trial", async () => {
    assert.deepEqual((await errors(definitions, `${sweep}\n${next[0]}`)).said, [["known-after-run", 2]]);
    assert.deepEqual((await errors(definitions, next[0]!, sweep)).said, [["unknown-name", 2]]);
    assert.deepEqual(
      (await errors(definitions, sweep, "train mood on rows with found.best as winner { stepz: 3 }")).said,
      [["unknown-key", 3]],
    );
    assert.deepEqual((await errors(definitions, sweep, next[0]!, "evaluate mood on rows.test")).said, [
      ["not-trained", 4],
    ]);
    assert.deepEqual(
      (await errors(definitions, sweep, `${next[0]!}\npredict mood on "a"`, "train mood on gone")).said,
      [
        ["not-trained", 3],
        ["unknown-name", 4],
      ],
    );
  });
  it("accepts names created by updates and compression", async () => {
    const train = "train mood on rows with quick";
    const update = "update mood on more, rows with quick as onward { strategy: naive }";
    const { said } = await errors(definitions, train, update, "evaluate onward, onward_1 on rows.test");
    assert.deepEqual(said, []);
  });
  it("plans the other statements next to uses of a best trial, and lists unplanned ones", async () => {
    const beside = [
      'data other like rows { source: csv("b.csv") }',
      "train mood on other with quick as aside",
      next[0]!,
      "evaluate aside on other.test",
      "evaluate winner on rows.test",
    ];
    const texts = [definitions, sweep, beside.join("\n")];
    const path = join(folder, "beside.ipynb");
    const sources = [
      await sourcesOfNotebookCells(path, "beside.ipynb", texts),
      sourcesOfTuneFile(join(folder, "beside.tune"), "beside.tune", texts.join("\n")),
    ];
    for (const each of sources) {
      const { actions, unplanned, diagnostics } = await checkTuneSources(each, folder);
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
        [],
      );
      assert.deepEqual(
        actions.slice(5).map(({ verb }) => verb),
        ["data", "train", "evaluate"],
      );
      assert.deepEqual(
        unplanned.map(({ verb }) => verb.text),
        ["train", "evaluate"],
      );
    }
  });
  it("accepts the best trial of an attached sweep", async () => {
    const texts = await sourcesOfNotebookCells(join(folder, "far.ipynb"), "far.ipynb", [
      definitions,
      "attach far",
      "train mood on rows with far.best as winner",
      "evaluate winner, far.best on rows.test",
    ]);
    const datasets = new DatasetCache();
    const far = { folder: join(folder, "runs/far"), name: "far", recipeHash: "", model: {} as ModelPlan };
    const { diagnostics } = await checkProgramSources(texts, {
      registry,
      parameters: {},
      answer: (need) =>
        need.about === "run"
          ? Promise.resolve({ ...far, together: { is: "sweep" as const, model: {}, recipe: {} } })
          : answerCompilerNeed(need, plainHostContext(folder), datasets),
    });
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
      [],
    );
  });
});

/** Runs of an earlier `semantics` number: they open, evaluate and are listed, but cannot be resumed. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { recipeHash } from "#dsl/compiler/plan/hash.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readPlanAndLock } from "#kernel/runs/history/damage.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import type { LabelPrediction } from "#stdlib/tasks/text_classification.run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { asked, cells, keptFolder, lossesOf, writeNotebookFiles, type Kept } from "./kept-runs.js";
import { NotebookOfOne } from "./notebook-of-one.js";

/** The runs were made on another processor, whose sums may round differently. */
const near = (now: number, then: number, what: string): void =>
  assert.ok(Math.abs(now - then) < 2e-4, `${what}: ${now}, it was ${then}`);

for (const version of readdirSync(keptFolder))
  describe(`runs of earlier semantics, made by version ${version}`, function () {
    this.timeout(60_000);
    const kept = JSON.parse(readFileSync(join(keptFolder, version, "kept.json"), "utf8")) as Kept;
    let book: NotebookOfOne;
    const model = (name: string) => book.values.get(name) as ModelHandle;
    const ids = () => readdirSync(book.runs).filter((id) => existsSync(join(book.runs, id, "lock.json")));

    before(() => {
      book = new NotebookOfOne();
      writeNotebookFiles(book.folder);
      cpSync(join(keptFolder, version, "runs"), book.runs, { recursive: true });
    });
    after(() => book.close());

    it("load in another session with the same scores and predictions", async () => {
      await book.run(cells.names.split("\n")[0]!);
      await book.run(`model whole { load: "runs/${kept.runs.finished}" }\nmodel straight { load: "straight" }`);
      await book.run(cells.scores);
      for (const { model: of, metrics } of book.session.evaluations)
        for (const [metric, value] of Object.entries(kept.scores[of]!))
          near(metrics[metric]!, value, `${of} ${metric}`);
      for (const [name, then] of Object.entries(kept.answers)) {
        const now = (await model(name).predict([...asked])) as readonly LabelPrediction[];
        assert.deepEqual(
          now.map(({ label }) => label),
          then.map(({ label }) => label),
        );
        now.forEach(({ probability }, i) => near(probability, then[i]!.probability, `${name} on ${asked[i]}`));
      }
      assert.deepEqual(lossesOf(model("whole")), kept.losses.finished);
    });

    it("keep their recipe hash and are not resumed, since their schedules had other rates", async () => {
      await book.run(cells.names);
      const before = ids();
      const { plan, lock } = readPlanAndLock(RunFolder.open(join(book.runs, kept.runs.finished)));
      assert.deepEqual([recipeHash(plan.recipe), lock.recipeHash], [kept.recipeHashes.finished, plan.recipeHash]);
      const error = (await book.run(cells.resumed).catch((e: unknown) => e)) as CodedError<"nothing-to-resume">;
      assert.deepEqual([error.code, error.data.older], ["nothing-to-resume", [kept.runs.interrupted]]);
      assert.deepEqual(ids(), before);
    });

    it("are listed with their scores", async () => {
      const list = new RunList(book.runs);
      await list.look();
      for (const id of [kept.runs.finished, kept.runs.straight])
        assert.equal(list.get(id)?.scores.find(({ metric }) => metric === "accuracy")?.value, 1, id);
    });
  });

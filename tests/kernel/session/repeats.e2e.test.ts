/**
 * `train … { repeats: 3 }`: mean and deviation over the seeds, the best model under the name, and only the missing
 * seeds after an interrupt.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runsText } from "#kernel/apps/cli/runs/runs-table.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const spread = (values: readonly number[]): string => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  return `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
};

describe("repeated trainings", function () {
  this.timeout(90_000);
  let book: NotebookOfOne;
  const settings = "epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 1e-3), seed: 4";
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(definitions);
  });
  after(() => book.close());
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const losses = (): number[] =>
    ["m_1", "m_2", "m_3"].map((name) => {
      const { weights, validations } = model(name);
      const at = weights!.events
        .flatMap((e) => (e.kind === "evaluated" ? [e.step] : []))
        .indexOf(weights!.checkpoint.position.step);
      return validations[at]!["loss"]!;
    });

  it("resume with the missing seeds after an interrupt", async () => {
    const stop = new AbortController();
    const before = book.session.models.define.bind(book.session.models);
    let began = 0;
    // Interrupts the second training at its first step.
    book.session.models.define = (plan, as) => {
      if (as === "m_2" && ++began === 1) setTimeout(() => stop.abort(), 30);
      return before(plan, as);
    };
    await assert.rejects(
      book.run(`train m on d { ${settings}, repeats: 3 }`, { signal: stop.signal }),
      /interrupted|abort/i,
    );
    const first = readdirSync(book.runs).filter((id) => id.startsWith("m_1"));
    assert.equal(first.length, 1);
    const shown = await book.run(`train m on d { ${settings}, repeats: 3, resume: true }`);
    assert.deepEqual(
      readdirSync(book.runs).filter((id) => id.startsWith("m_1")),
      first,
    );
    assert.match(text(shown), /3 seeds/);
    for (const name of ["m_1", "m_2", "m_3"]) assert.equal(model(name).history.length, 12, name);
  });

  it("report mean and deviation over seeds and select the best by validation", async () => {
    const shown = await book.run(`train m on d { ${settings}, repeats: 3 }`);
    const own = losses();
    assert.ok(new Set(own).size === 3);
    assert.ok(text(shown).includes(spread(own)), text(shown));
    const best = own.indexOf(Math.min(...own)) + 1;
    assert.equal(model("m").folder, model(`m_${best}`).folder);
    assert.deepEqual(
      ["m_1", "m_2", "m_3"].map((name) => model(name).weights!.plan.recipe.training.seed),
      [4, 5, 6],
    );
  });

  it("report all seeds when the best is scored on the same rows", async () => {
    const shown = await book.run("evaluate m on d.validation { metrics: [loss, accuracy] }");
    assert.match(text(shown), /m, of 3 seeds on d\.validation: loss /);
    assert.ok(text(shown).includes(`loss ${spread(losses())}`), text(shown));
  });

  it("mention all seeds when the best is compared with a baseline", async () => {
    await book.run("evaluate m, baseline(majority) on d.validation { metrics: [loss] }");
    const verdict = book.session.evaluations.at(-2)?.verdict ?? "";
    assert.ok(
      verdict.endsWith(`; m is the best of 3 seeds by validation, and their mean ± sd is ${spread(losses())}`),
      verdict,
    );
  });

  it("are one row of the run table, with a seed each", async () => {
    const table = await runsText(book.folder, {
      filter: "",
      sort: "started",
      on: null,
      reverse: false,
      fold: true,
      limit: "20",
      json: false,
    } as never);
    assert.match(table, /m \(repeats\)\s+3 seeds.*best: seed: [456]/);
  });

  it("are forgotten after a single training of the same name", async () => {
    await book.run(`train m on d { ${settings}, epochs: 1 }`.replace("epochs: 2, ", ""));
    const shown = await book.run("evaluate m on d.validation { metrics: [loss] }");
    assert.doesNotMatch(text(shown), /seeds/);
  });

  it("save the recipe of one seed in each run", () => {
    const plans = readdirSync(book.runs)
      .filter((id) => id.startsWith("m_3"))
      .map((id) => JSON.parse(readFileSync(join(book.runs, id, "plan.json"), "utf8")) as { readonly effects: object });
    assert.ok(plans.length > 0);
    for (const { effects } of plans) assert.ok(!("repeats" in effects));
  });
});

/**
 * Updates shared by several ranks: the losses of a single process, and the same bits on each. One engine computes for
 * all.
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDynamics } from "#kernel/training/dynamics.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";
import { bitsOf, lossesIn, near, removed, trainIn, type Together } from "./in-process.js";

/** 48 training rows: batches of 9 leave one of 3, which is fewer than four ranks. */
const settings =
  "steps: 20, batch_size: 9, accumulate: 2, dropout: 0.2, seed: 3, optimizer: adamw(learning_rate: 1e-3)";
const whole = `${definitions}train m on d { ${settings}, validate: every(steps: 10) }`;
const masks = `data t { source: csv("rows.csv"), columns: { text: text }, split: random(train: 75%, validation: 25%) }
model f { base: "bert", task: fill_mask(share: 30%), technique: lora(rank: 4), max_length: 16 }
train f on t { ${settings} }`;

describe("distributed updates", function () {
  this.timeout(240_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-ranks-"));
    writeSmallTraining(folder);
  });
  after(() => removed(folder));

  async function sameEverywhere({ result, others }: Together): Promise<void> {
    const {
      session,
      states: { saved },
    } = result.open;
    const own = await bitsOf(session, saved);
    assert.ok(saved.length > 3);
    for (const other of others) assert.equal(await bitsOf(other.session, saved), own);
  }

  for (const [what, text] of [
    ["all weights, in parts, with a short batch", whole],
    ["LoRA under masks, of which rows have more or fewer", masks],
  ] as const)
    it(`match those of one process: ${what}`, async () => {
      const alone = await trainIn(folder, text, { of: 1, runs: "alone" });
      const first = alone.events.find((event) => event.kind === "step");
      assert.equal(first?.communicated, undefined);
      for (const of of [2, 4]) {
        const together = await trainIn(folder, text, { of, runs: `of-${of}` });
        assert.equal(together.plan.recipeHash, alone.plan.recipeHash);
        near(lossesIn(together.events), lossesIn(alone.events));
        const norms = (events: Together["events"]) => events.flatMap((e) => (e.kind === "step" ? [e.norm] : []));
        near(norms(together.events), norms(alone.events), 1e-4);
        await sameEverywhere(together);
        for (const event of together.events)
          if (event.kind === "step") assert.ok(event.communicated! > 0 && event.waited! >= 0);
      }
    });

  it("draw dropout per row, so accumulated batches match one large batch", async () => {
    const few = whole.replace("steps: 20", "steps: 5, shuffle: none");
    const [parts, once] = [
      await trainIn(folder, few, { of: 1, runs: "in-parts" }),
      await trainIn(folder, few.replace("batch_size: 9, accumulate: 2", "batch_size: 18"), { of: 1, runs: "at-once" }),
    ];
    near(lossesIn(parts.events), lossesIn(once.events));
  });

  it("match if this process has no rows, for summed gradients and averaged weights", async () => {
    const few = whole.replace("steps: 20", "steps: 12");
    const [alone, elsewhere] = [
      await trainIn(folder, few, { of: 1, runs: "few-alone" }),
      await trainIn(folder, few, { of: 3, elsewhere: true, runs: "few-elsewhere" }),
    ];
    near(lossesIn(elsewhere.events), lossesIn(alone.events));
    await sameEverywhere(elsewhere);
    const apart = few.replace("seed: 3", "seed: 3, average: every(steps: 4), runner: processes(2)");
    const [beside, averaged] = [
      await trainIn(folder, apart, { of: 2, runs: "few-apart" }),
      await trainIn(folder, apart, { of: 2, elsewhere: true, runs: "few-averaged" }),
    ];
    near(lossesIn(averaged.events), lossesIn(beside.events));
  });

  it("record training dynamics from every rank", async () => {
    const text = whole.replace("steps: 20", "epochs: 2");
    const [alone, together] = [
      await trainIn(folder, text, { of: 1, runs: "seen-alone" }),
      await trainIn(folder, text, { of: 3, runs: "seen" }),
    ];
    const seenIn = ({ result }: Together) =>
      loadDynamics(RunFolder.open(result.run.path), result.trained.last.position.step)!;
    const [one, other] = [seenIn(alone), seenIn(together)];
    assert.equal(one.rows, 48);
    for (let row = 0; row < one.rows; row++) {
      assert.equal(other.row(row).visits, 2);
      near([other.row(row).margin], [one.row(row).margin], 1e-3);
    }
  });

  it("resume with another number of ranks, and in one process", async () => {
    const alone = lossesIn((await trainIn(folder, whole, { of: 1, runs: "straight" })).events);
    const stopped = await trainIn(folder, whole, { of: 2, stopsAfter: 7, runs: "stopped" });
    assert.equal(stopped.result.trained.reason, "interrupted");
    const resumed = whole.replace("steps: 20", "resume: true, steps: 20");
    const more = await trainIn(folder, resumed, { of: 4, stopsAfter: 13, runs: "stopped" });
    const last = await trainIn(folder, resumed, { of: 1, runs: "stopped" });
    assert.equal(last.result.trained.reason, "done");
    near(lossesIn(last.result.events), alone);
    assert.ok(lossesIn(more.events).length < 13);
  });

  it("average weights if the recipe requests it, and leave all ranks with the mean", async () => {
    const text = `${definitions}train m on d { ${settings}, average: every(steps: 8), runner: processes(3) }`;
    const { result, events, plan, others } = await trainIn(folder, text, { of: 3, runs: "averaged" });
    assert.equal(plan.recipe.training.ranks, 3);
    await sameEverywhere({ result, events, plan, others });
    const losses = lossesIn(events);
    assert.ok(losses.every(Number.isFinite));
    assert.ok(losses.at(-1)! < losses[0]!);
    await trainIn(folder, text, { of: 3, stopsAfter: 5, runs: "averaged-stopped" });
    const resumed = text.replace("steps: 20", "resume: true, steps: 20");
    const last = await trainIn(folder, resumed, { of: 3, runs: "averaged-stopped" });
    assert.equal(lossesIn(last.result.events).length, 20);
    await sameEverywhere(last);
  });
});

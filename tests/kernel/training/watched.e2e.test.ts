/**
 * The metric that selects the best validation: any metric of the task, in its own direction, in runs, plots, model
 * cards and sweeps.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "#kernel/events/events.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it"];

describe("best-checkpoint criterion", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, "good", "bad", "dull"]);
    const label = { dull: "low", bad: "mid", good: "high" } as const;
    const rows = Array.from({ length: 96 }, (_, i) => {
      const kind = i % 5 === 0 ? "dull" : i % 3 === 0 ? "bad" : "good";
      const text = [i, Math.floor(i / 7), Math.floor(i / 49), 5 * i + 2]
        .map((n) => FILLER[n % FILLER.length])
        .join(" ");
      // A few rows have wrong labels, so that scores go up and down.
      return `${text} ${kind},${label[i % 7 === 0 ? "good" : kind]},${(i * 37) % 11},${i % 4 === 0 ? "validation" : "train"}`;
    });
    writeFileSync(join(book.folder, "rows.csv"), ["body,mood,stars,part", ...rows].join("\n"));
    await book.run(`
data rooms { source: csv("rows.csv"), columns: { text: body, label: mood }, split: by_column(part) }
data stars { source: csv("rows.csv"), columns: { text: body, score: stars }, split: by_column(part) }
model mood { base: "base", task: text_classification, technique: full }
model star { base: "base", task: regression, technique: full }
recipe quick { steps: 60, batch_size: 8, optimizer: adamw(learning_rate: 4e-3), validate: every(steps: 6), seed: 2 }`);
  });
  after(() => book.close());

  const events = (name: string): readonly RunEvent[] =>
    RunFolder.open((book.values.get(name) as ModelHandle).folder!).events();
  const scores = (name: string, metric: string) =>
    events(name).flatMap((e) => (e.kind === "evaluated" ? [{ step: e.step, value: e.metrics[metric]! }] : []));
  const best = (name: string) =>
    events(name).findLast((e) => e.kind === "checkpoint" && e.best) as Extract<RunEvent, { kind: "checkpoint" }>;
  const firstOf = (values: readonly { step: number; value: number }[], better: (a: number, b: number) => boolean) =>
    values.reduce((a, b) => (better(b.value, a.value) ? b : a));

  it("is the metric named by `keep`: the weights of its best validation are saved and labelled so", async () => {
    const shown = JSON.stringify(await book.run("train mood on rooms with quick { keep: best(f1(macro)) }"));
    const values = scores("mood", "f1(macro)");
    assert.equal(values.length, 10);
    assert.ok(new Set(values.map((v) => v.value)).size > 2, "scores differ");
    const top = firstOf(values, (a, b) => a > b);
    assert.deepEqual([best("mood").step, best("mood").by], [top.step, "f1(macro)"]);
    await book.run("evaluate mood on rooms.validation { metrics: [f1(macro)] }");
    assert.equal(book.session.evaluations.at(-1)!.metrics["f1(macro)"], top.value);
    assert.match(shown, new RegExp(`step ${top.step} is the best by validation f1\\(macro\\)`));
    const card = readFileSync(join((book.values.get("mood") as ModelHandle).folder!, "README.md"), "utf8");
    assert.ok(card.includes(`those after step ${top.step}, the best by validation \`f1(macro)\`.`), card);
  });

  it("minimizes a loss or an error", async () => {
    await book.run("train star on stars with quick { keep: best(mean_absolute_error) }");
    assert.equal(best("star").step, firstOf(scores("star", "mean_absolute_error"), (a, b) => a < b).step);
    await book.run("train star on stars with quick as by_loss");
    assert.deepEqual(
      [best("by_loss").step, best("by_loss").by],
      [firstOf(scores("by_loss", "loss"), (a, b) => a < b).step, "loss"],
    );
  });

  it("is watched by early stopping, which ends the training by it", async () => {
    const shown = await book.run(
      "train mood on rooms with quick as stopped { steps: 300, early_stopping: patience(2, metric: recall(macro)) }",
    );
    const values = scores("stopped", "recall(macro)");
    const top = firstOf(values, (a, b) => a > b);
    assert.equal(values.at(-1)!.step, top.step + 12, "two validations later");
    assert.deepEqual([best("stopped").step, best("stopped").by], [top.step, "recall(macro)"]);
    assert.match(JSON.stringify(shown), /the best by validation recall\(macro\)/);
    const figures = shown.flatMap(
      ({ bundle }) =>
        (bundle["application/vnd.plotly.v1+json"] ?? []) as {
          data: { name: string; x: number[]; y: number[]; yaxis: string }[];
        }[],
    );
    const { data } = figures.at(-1)!;
    const ring = data.find((trace) => trace.name === "best")!;
    const curve = data.find((trace) => trace.name === "validation recall(macro)")!;
    assert.deepEqual([ring.yaxis, ring.x[0], ring.y[0]], ["y2", top.step, curve.y[curve.x.indexOf(top.step)]]);
  });

  it("continues unchanged after an interruption", async () => {
    const rule = "early_stopping: patience(3, metric: recall(macro)), steps: 90, checkpoint: every(steps: 2)";
    const control = new AbortController();
    const parted = `train mood on rooms with quick as parted { ${rule}, seed: 2`;
    await book.run(`${parted} }`.replace("parted", "whole"));
    const poll = setInterval(() => {
      const [run] = RunFolder.find(
        book.runs,
        RunFolder.open((book.values.get("whole") as ModelHandle).folder!).lock()!.recipeHash,
      );
      if (run!.lock()!.name === "parted" && run!.events().filter((e) => e.kind === "evaluated").length >= 2)
        control.abort();
    }, 5);
    await assert.rejects(
      book.run(`${parted} }`, { signal: control.signal }).finally(() => clearInterval(poll)),
      { code: "interrupted" },
    );
    await book.run(`${parted}, resume: true }`);
    assert.deepEqual(scores("parted", "recall(macro)"), scores("whole", "recall(macro)"));
    assert.deepEqual([best("parted").step, best("parted").by], [best("whole").step, "recall(macro)"]);
  });

  it("is a sweep's goal, and the best trial returns as the program that ran", async () => {
    await book.run(`
sweep mood on rooms with quick as search {
  vary: { seed: choice(12345, 16387, 99991), optimizer.weight_decay: uniform(0.0100001..0.0100009) }
  trials: 4, maximize: f1(macro)
}`);
    const search = book.values.get("search") as SweepInTypeScript;
    const top = Math.max(...search.trials.map((t) => t.score!));
    assert.equal(search.best!.score, top);
    const hashes = new Map(search.trials.map((t) => [t.number, RunFolder.open(t.run!).lock()!.recipeHash]));
    for (const { values, run } of search.trials) {
      const { training } = (
        JSON.parse(readFileSync(join(run!, "plan.json"), "utf8")) as {
          recipe: { training: { seed: number; optimizer: { arguments: { weight_decay: number } } } };
        }
      ).recipe;
      assert.deepEqual(
        [String(training.seed), String(training.optimizer.arguments.weight_decay)],
        [values["seed"], values["optimizer.weight_decay"]],
      );
      assert.ok([12345, 16387, 99991].includes(training.seed));
    }
    const list = new RunList(book.runs);
    await list.look();
    const [row] = list.list({ ...defaultRunView, filter: "search_", since: 0 }).rows;
    assert.ok(row?.is === "sweep" && row.best);
    assert.deepEqual(
      [row.name, row.trials, row.best.number, row.score?.value],
      ["search", 4, search.best!.number, top],
    );
    assert.deepEqual(RunFolder.open(search.trials[1]!.run!).lock()!.trial, {
      sweep: "search",
      journal: row.key,
      number: 2,
      goal: { metric: "f1(macro)", direction: "maximize" },
    });
    await book.run(search.best!.tune);
    const again = book.values.get("winner") as ModelHandle;
    assert.equal(RunFolder.open(again.folder!).lock()!.recipeHash, hashes.get(search.best!.number));
    await book.run("evaluate winner on rooms.validation { metrics: [f1(macro)] }");
    assert.equal(book.session.evaluations.at(-1)!.metrics["f1(macro)"], top);
  });
});

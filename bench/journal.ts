/**
 * `tunebook bench journal`: measures writes to a sweep's journal that already has many trials: a trial's start, an
 * intermediate score, a trial's end. It also measures the time to open the journal.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { TrialRecord } from "#kernel/study/trial.js";
import { Journal, type JournalSpec } from "#kernel/sweep-runs/journal/journal.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

const of: JournalSpec = {
  vary: {
    "optimizer.learning_rate": { space: "log", from: 1e-5, to: 1e-2, integer: false },
    batch_size: { space: "choice", of: [8, 16, 32] },
    epochs: { space: "uniform", from: 1, to: 5, integer: true },
  },
  goals: [{ metric: "f1(macro)", direction: "maximize" }],
};
const trial: TrialRecord = {
  number: 0,
  score: null,
  state: "running",
  seconds: 0,
  run: null,
  error: null,
  values: { "optimizer.learning_rate": "0.0001234", batch_size: "16", epochs: "3" },
  point: { "optimizer.learning_rate": 0.0001234, batch_size: 1, epochs: 3 },
};

const program = new Command("tunebook bench journal")
  .option("--trials <n>", "trials that it has", "500")
  .option("--reports <n>", "scores on the way of each", "10")
  .option("--timed <n>", "trials more, which are timed", "100")
  .parse();
const { trials, reports, timed } = program.opts<{ trials: string; reports: string; timed: string }>();

const root = mkdtempSync(join(tmpdir(), "tunebook-bench-journal-"));
try {
  const journal = Journal.open(root, "search", "0123456789ab", of);
  const took = { begin: [] as number[], report: [] as number[], end: [] as number[] };
  const time = <T>(what: keyof typeof took, work: () => T): T => {
    const begun = performance.now();
    const made = work();
    took[what].push(performance.now() - begun);
    return made;
  };
  const all = Number(trials) + Number(timed);
  for (let i = 0; i < all; i++) {
    if (i === Number(trials)) for (const each of Object.values(took)) each.length = 0;
    const { number } = time("begin", () => journal.begin(trial));
    for (let step = 1; step <= Number(reports); step++) time("report", () => journal.report(number, step, 0.5));
    time("end", () =>
      journal.end({ ...trial, number, score: 0.5, state: "done", seconds: 1, run: `runs/${String(i)}` }),
    );
    // A notebook cell and a search read the trials each time.
    if (journal.trials.length !== i + 1) throw new Error("a trial is lost");
  }
  const begun = performance.now();
  const opened = Journal.open(root, "search", "0123456789ab", of).trials.length;
  const opening = performance.now() - begun;
  if (opened !== all) throw new Error("a trial is lost");
  const at = (values: readonly number[], share: number): string =>
    `${(values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0).toFixed(2)} ms`;
  console.log(`${processor()}; ${trials} trials of ${reports} reports each, then ${timed} timed\n`);
  console.log(
    table(
      ["what is written", "median", "95 %", "most"],
      Object.entries(took).map(([what, values]) => [what, at(values, 0.5), at(values, 0.95), at(values, 1)]),
    ),
  );
  console.log(`\nopened in ${opening.toFixed(0)} ms; ${(statSync(journal.file).size / 2 ** 20).toFixed(1)} MiB`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

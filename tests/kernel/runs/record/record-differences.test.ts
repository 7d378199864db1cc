/** The differences between two runs: who ran them is listed among the differences that change no number. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { compareRunRecords, type RecordDifference } from "#kernel/runs/record/record-differences.js";
import { comparedRunRecordOf, type ComparedRunRecord } from "#kernel/runs/record/compared-run.js";
import { keptFolder } from "../../session/kept-runs.js";

const processes = { kind: "runner", word: "processes", arguments: { workers: 2 } } as const;
const ranks = { count: 2, threads: 1, memoryBytes: 1 };

describe("difference in the runner of two runs", () => {
  const runs = join(keptFolder, readdirSync(keptFolder)[0]!, "runs");
  const id = readdirSync(runs).find((name) => name.startsWith("straight"))!;
  const alone = comparedRunRecordOf(RunFolder.open(join(runs, id)));
  const shared = (dropout: number | null): ComparedRunRecord => ({
    ...alone,
    plan: {
      ...alone.plan,
      effects: { ...alone.plan.effects, runner: processes },
      estimates: { ...alone.plan.estimates, ranks },
      recipe: { ...alone.plan.recipe, training: { ...alone.plan.recipe.training, dropout } },
    } as ComparedRunRecord["plan"],
  });
  const runner: RecordDifference = {
    group: "machine",
    what: "runner",
    here: "one process",
    there: "processes(workers: 2)",
  };
  const told = (there: ComparedRunRecord) => {
    const { numbers, others } = compareRunRecords(alone, there);
    const of = (all: readonly RecordDifference[]): readonly RecordDifference[] =>
      all.filter(({ what }) => what === "runner");
    return { numbers: of(numbers), others: of(others) };
  };

  it("is reported as one that changes no results", () => {
    for (const dropout of [0, 0.1, null]) assert.deepEqual(told(shared(dropout)), { numbers: [], others: [runner] });
    assert.deepEqual(told(alone), { numbers: [], others: [] });
  });
});

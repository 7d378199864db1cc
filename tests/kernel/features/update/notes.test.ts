/**
 * An update's notes: the share of retained rows, data that no model learned, and earlier strategies that this update
 * omits.
 */
import assert from "node:assert/strict";
import { from as tableFrom, type ColumnTable } from "arquero";
import type { Call } from "#dsl/language/types/value.js";
import type { PreparedData } from "#kernel/data/prepared.js";
import { scoreMatrixView, type ModelUpdateReport } from "#kernel/display/updates.js";
import { bestConstantAccuracy } from "#kernel/features/update/best-constant.js";
import { replaySettingOf } from "#kernel/features/update/retained-rows.js";
import type { TaskMetric } from "#kernel/evaluation/forgetting/tasks.js";
import { warnOfUnusedStrategies } from "#kernel/features/update/unused-strategies.js";
import type { Warn } from "#kernel/session/execution-context.js";
import { registry } from "#stdlib/registry.js";
import { dataFacts } from "../../display/examples.js";

const by = (word: string): TaskMetric => ({ call: { word, kind: "metric", arguments: {} }, name: word, better: 1 });
function prepared(hash: string, labels: readonly unknown[], known: readonly string[], rows = 100): PreparedData {
  const test = tableFrom(labels.map((label, i) => ({ label, $row: i + 1 }))) as ColumnTable;
  const facts = { ...dataFacts, hash, splits: { train: { ...dataFacts.splits["test"]!, rows } } };
  return { name: hash, splits: { test, train: test }, labels: known, facts, sample: [] };
}

describe("notes of an update", () => {
  it("count the replayed rows of data with losses, as a share of their rows", () => {
    const [a, b] = [prepared("a", ["x"], ["x"], 40), prepared("b", ["x"], ["x"], 10)];
    const replay = { size: { share: 0.05 } } as const;
    const rows = [...new Array<{ hash: string }>(8).fill({ hash: "a" }), { hash: "b" }, { hash: "c" }];
    const lost = [
      { prepared: a, learnt: 0 },
      { prepared: b, learnt: 0 },
    ];
    assert.deepEqual(replaySettingOf(lost, { replay, before: [], rows }), { share: 0.2, fixed: false, full: false });
    assert.deepEqual(replaySettingOf(lost.slice(1), { replay, before: rows, rows }), {
      share: 0.1,
      fixed: true,
      full: false,
    });
    const later = [...lost, { prepared: b, learnt: 1 }];
    assert.equal(
      replaySettingOf(later, { replay, before: rows, rows }).fixed,
      false,
      "of later ones more can be drawn",
    );
    assert.equal(replaySettingOf(lost, { replay: { ...replay, maxRows: 10 }, before: [], rows }).full, true);
    assert.equal(replaySettingOf(lost, { replay: { ...replay, maxRows: 11 }, before: [], rows }).full, false);
    assert.deepEqual(replaySettingOf(lost, { replay: null, before: rows, rows: [] }), {
      share: 0,
      fixed: false,
      full: false,
    });
  });

  it("include the score of a constant baseline if it is meaningful", () => {
    const of = (
      labels: readonly unknown[],
      known: readonly string[],
      word = "accuracy",
      split: string | null = "test",
    ) => bestConstantAccuracy({ prepared: prepared("d", labels, known), split }, by(word));
    assert.equal(of(["a", "b", "b", "b", "c"], ["a", "b", "c"]), 0.6);
    assert.equal(of(["a", "a"], ["a", "b"]), null, "one label alone");
    assert.equal(of(["a", "b"], ["a", "b"], "spearman"), null);
    assert.equal(of(["a", "b"], ["a", "b"], "accuracy", null), null);
    assert.equal(of([["a"], ["a", "b"]], ["a", "b"]), null, "several labels");
    assert.equal(of([0, 1], []), null);
  });

  it("name data that were not learned once their stage has ended", () => {
    const shown = (of: Partial<ModelUpdateReport>): string => {
      const tasks = [
        { data: "old", split: "test", rows: 9, learnt: 0, constant: 0.9 },
        { data: "kind", split: "test", rows: 9, learnt: 1, constant: 0.4 },
        { data: "mood", split: "test", rows: 9, learnt: 2, constant: 0.5 },
        { data: "tone", split: "test", rows: 9, learnt: 3, constant: null },
      ];
      const stages = ["m (before)", "kind", "mood", "tone"];
      const matrix = [
        [0.8, null, null, null],
        [0.8, 0.4, 0.1, null],
        [0.7, 0.9, 0.6, null],
        [0.7, 0.9, 0.1, 0],
      ];
      const all: ModelUpdateReport = {
        name: "n",
        metric: "accuracy",
        better: 1,
        totalStages: 3,
        tasks,
        stages,
        matrix,
        ...of,
      };
      return String(scoreMatrixView({ ...all, matrix: all.matrix.slice(0, 4) }, "id").bundle["text/plain"]);
    };
    const said = "kind wasn't learned (0.4000; a constant prediction has 0.4000): more epochs";
    const whole = shown({ isConstrained: true });
    assert.ok(whole.includes(`. ${said}, or weaker strategies`), whole);
    assert.doesNotMatch(whole, /(?:mood|tone|old) wasn't/);
    const plain = shown({});
    assert.ok(plain.includes(said) && !plain.includes("weaker"), plain);
    assert.doesNotMatch(shown({ matrix: [[0.8, 0.1, 0.1, 0.1]] }), /wasn't learned/);
    // A row's average covers only the data sets learned by then.
    assert.match(shown({ matrix: [[0.8, 0.1, 0.1, 0.1]] }), /average 0\.8000/);
    const less = shown({ better: -1, matrix: [[0.8], [0.8, 0.3, 0.7, 0]] });
    assert.doesNotMatch(less, /kind wasn't/);
  });

  it("warn if earlier strategies of the model are dropped because none is written", () => {
    const call = (word: string, given: Call["arguments"]): Call => ({ word, kind: "strategy", arguments: given });
    const usual = call("replay", { share: { share: 0.05 }, choose: "uniform" });
    const told = (was: readonly Call[] | undefined): readonly unknown[] => {
      const all: unknown[] = [];
      const warn: Warn = (code, data) => void all.push([code as string, data as object]);
      warnOfUnusedStrategies("seasons", { was, is: [usual] }, registry, warn);
      return all;
    };
    const held = [
      call("ewc", { strength: 1000, fisher: null }),
      call("lwf", { strength: 2, temperature: 2 }),
      call("replay", { share: { share: 0.2 }, choose: "balanced" }),
    ];
    const was = ["ewc(1000)", "lwf(2)", "replay(20%, choose: balanced)"];
    assert.deepEqual(told(held), [["update-unheld", { start: "seasons", was, is: ["replay(5%)"] }]]);
    const der = call("der", { strength: 0.5, beta: 0.5, share: { share: 0.1 }, choose: "uniform" });
    assert.deepEqual(told([der]), [
      ["update-unheld", { start: "seasons", was: ["der(0.5, 0.5, 10%)"], is: ["replay(5%)"] }],
    ]);
    assert.deepEqual(told(undefined), []);
    assert.deepEqual(told([call("naive", {})]), []);
    assert.deepEqual(told([usual]), []);
  });
});

import assert from "node:assert/strict";
import type { Value } from "#dsl/language/types/value.js";
import type { RowToClean } from "#stdlib/data/contract.js";
import { folds } from "#stdlib/splits/folds.run.js";
import { call } from "../../kernel/data/rows/plans.js";

const rowsOf = (values: Record<string, unknown>[]): RowToClean[] => values.map((v, i) => ({ row: i + 1, values: v }));
const rows = rowsOf(Array.from({ length: 103 }, (_, i) => ({ team: i % 10 === 0 ? "rare" : "common", who: i % 40 })));
const assign = (given: Record<string, Value>, seed = 0) => folds.assign(call("split", "folds", given), rows, seed);
const sizes = (names: readonly (string | null)[], of: readonly string[]) =>
  of.map((name) => names.filter((one) => one === name).length);
const five = ["fold_1", "fold_2", "fold_3", "fold_4", "fold_5"];

describe("cross-validation folds of a split", () => {
  it("have equal sizes, and contain each row once", () => {
    const names = assign({ k: 5, fold: null });
    assert.deepEqual(sizes(names, five), [21, 21, 21, 20, 20]);
    assert.ok(!names.includes(null));
    assert.deepEqual(sizes(assign({ k: 7, fold: null }), ["fold_7"]), [14]);
    assert.deepEqual(folds.names?.(call("split", "folds", { k: 5, fold: null })), five);
  });
  it("are the same for each validation fold, and the others train", () => {
    const whole = assign({ k: 5, fold: null, stratify: "team" });
    for (const [i, name] of five.entries()) {
      const held = assign({ k: 5, fold: i + 1, stratify: "team" });
      assert.deepEqual(
        held,
        whole.map((one) => (one === name ? "validation" : "train")),
      );
    }
    assert.deepEqual(folds.names?.(call("split", "folds", { k: 5, fold: 2 })), ["train", "validation"]);
  });
  it("preserve the proportions of strata, and keep groups together", () => {
    const names = assign({ k: 5, fold: null, stratify: "team" });
    for (const fold of five) {
      const rare = rows.filter(({ values }, i) => names[i] === fold && values["team"] === "rare").length;
      assert.ok(rare === 2 || rare === 3, `${fold}: ${String(rare)}`);
    }
    const grouped = assign({ k: 4, fold: null, group: "who" });
    for (let who = 0; who < 40; who++)
      assert.equal(new Set(grouped.filter((_, i) => rows[i]!.values["who"] === who)).size, 1);
  });
  it("are drawn row by row for streamed data, the same for each validation fold", () => {
    const draw = (given: Record<string, Value>) => {
      const one = folds.stream!(call("split", "folds", given), 3);
      return rows.map((row) => one(row));
    };
    const whole = draw({ k: 3, fold: null });
    assert.ok(sizes(whole, ["fold_1", "fold_2", "fold_3"]).every((size) => size > 20));
    assert.deepEqual(
      draw({ k: 3, fold: 2 }),
      whole.map((one) => (one === "fold_2" ? "validation" : "train")),
    );
  });
});

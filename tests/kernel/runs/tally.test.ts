/** Frequencies of answers in the training rows, read from a file that may be untrusted. */
import type { ConstantPrediction } from "#stdlib/metrics/kind.js";
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import { isTargetValueCounts, targetValuesFromCounts, type TargetValueCounts } from "#kernel/runs/tally.js";
import { multilabelClassification } from "#stdlib/tasks/multilabel_classification.run.js";

const call: Call = { word: "multilabel_classification", kind: "task", arguments: {} };

describe("answer tally", () => {
  it("expands values by count, and proportionally if there are too many for memory", () => {
    assert.deepEqual(
      targetValuesFromCounts(
        {
          label: [
            ["yes", 2],
            ["no", 1],
          ],
        },
        "label",
      ),
      ["yes", "yes", "no"],
    );
    const large: TargetValueCounts = {
      label: [
        ["yes", 2 ** 31 - 1],
        ["no", 2 ** 30],
        ["never mind", 1],
      ],
    };
    assert.ok(isTargetValueCounts(large));
    const held = Array.from(targetValuesFromCounts(large, "label")!);
    assert.ok(held.length <= 1_000_002, String(held.length));
    const share = (label: string): number => held.filter((one) => one === label).length / held.length;
    assert.ok(Math.abs(share("yes") - 2 / 3) < 1e-3 && share("never mind") > 0);
  });

  it("gives label sets the best constant for each metric: likeliest set, common labels or all", () => {
    const labels = ["late", "cold", "rude", "rare"];
    const sets = [["late"], ["late", "cold"], ["late"], ["rude", "cold"], ["cold"], [], ["late", "rare"], [], [], []];
    const constant = multilabelClassification.answers!.constant!({
      ...{ labels, call },
      values: (role) => (role === "labels" ? sets : undefined),
    })!;
    assert.equal(constant.name, "never a label");
    const given = (key: ConstantPrediction): readonly string[] => {
      const logits = constant.others![key]!.predict({} as never, 0);
      return labels.filter((_, l) => logits[l]! > 0);
    };
    assert.deepEqual(given("all labels"), labels);
    // F1 over all decisions: 4 of 9 given right by one label (2·4/(10+9)), 7 of 9 by two (14/29), 8 by three (16/39).
    assert.deepEqual(given("commonest labels"), ["late", "cold"]);
    assert.equal(constant.others!["commonest labels"]!.name, "always “late, cold”");
  });
});

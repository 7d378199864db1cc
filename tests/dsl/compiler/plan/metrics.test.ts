/** Metrics that choose checkpoints or stop a training early. */
import assert from "node:assert/strict";
import { compiled, dataFacts, definitions } from "../../world.js";

describe("requirements of a metric", () => {
  it("include a direction if checkpoints are ranked by it", () => {
    for (const settings of ["keep: best(selection_rate(yes))", "early_stopping: patience(3, metric: selection_rate)"])
      assert.deepEqual(compiled(`${definitions}train m on d { ${settings} }`).codes, ["no-direction"], settings);
    const ranked = "keep: best(false_positive_rate(yes))";
    assert.deepEqual(compiled(`${definitions}train m on d { ${ranked} }`).codes, []);
  });
  it("include a label if the data have more than two", () => {
    const on = (metric: string, labels: readonly string[]) =>
      compiled(`${definitions}train m on d\nevaluate m on d.test { metrics: [${metric}] }`, {
        data: () => dataFacts({ labels }),
      }).codes;
    assert.deepEqual(on("selection_rate", ["no", "yes"]), []);
    assert.deepEqual(on("selection_rate", ["no", "yes", "maybe"]), ["label-needed"]);
    assert.deepEqual(on("selection_rate(maybe)", ["no", "yes", "maybe"]), []);
  });
});

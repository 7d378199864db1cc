/** `show NAME.plan on DATA with RECIPE`: the plan of a training before it starts. */
import assert from "node:assert/strict";
import { compiled, definitions } from "../../world.js";

const recipe = "recipe quick { epochs: 2, batch_size: 4 }\n";
const actionsOf = (text: string) => {
  const { actions, codes } = compiled(`${definitions}\n${recipe}${text}`);
  return { codes, actions: actions ?? [] };
};

describe("`show NAME.plan on DATA`", () => {
  it("gives the plan that `train` would have, without training", () => {
    const { actions: trained } = actionsOf("train m on d with quick");
    const { actions, codes } = actionsOf("show m.plan on d with quick");
    assert.deepEqual(codes, []);
    const [train] = trained.flatMap((one) => (one.verb === "train" ? [one.plan] : []));
    assert.ok(!actions.some((one) => one.verb === "train"));
    const [shown] = actions.flatMap((one) => (one.verb === "show" && one.plan ? [one.plan] : []));
    assert.ok(train && shown);
    assert.equal(shown.planHash, train.planHash);
    assert.deepEqual(shown.estimates, train.estimates);
  });
  it("needs no recipe, and leaves the model untrained", () => {
    const { codes } = actionsOf("show m.plan on d\npredict m on d.test");
    assert.deepEqual(codes, ["not-trained"]);
  });
  it("accepts a recipe only for a plan, and only with data", () => {
    for (const text of ["show m.mask on d with quick", "show d with quick", "show m.plan with quick"])
      assert.deepEqual(actionsOf(text).codes.includes("wrong-operand"), true, text);
  });
});

/**
 * `canaries` in a recipe: they count as rows, change the recipe's hash, and appear in the program text written from the
 * plan.
 */
import assert from "node:assert/strict";
import { programText } from "#dsl/compiler/plan/text.js";
import { registry } from "#stdlib/registry.js";
import { planOf } from "./trained.js";

describe("canaries in a recipe", () => {
  it("count as rows, steps and tokens, and in the rate of the privacy guarantee", () => {
    const [none, some] = [planOf("epochs: 2"), planOf("epochs: 2, canaries: 10, canary_copies: 8")];
    assert.deepEqual([none.estimates.rows, some.estimates.rows], [800, 880]);
    assert.deepEqual([none.estimates.steps, some.estimates.steps], [50, 56]);
    // A canary has about thirty tokens.
    assert.ok(some.estimates.tokens > none.estimates.tokens);
    const { privacy } = planOf("batch_size: 40, canaries: 100, privacy: differential(8)").recipe.training;
    assert.equal(privacy?.rate, 40 / 900);
    assert.equal(some.recipe.dataHash, none.recipe.dataHash, "the data are what they were");
  });

  it("change the recipe hash, and leave no trace if there are none", () => {
    const hashes = ["epochs: 2", "epochs: 2, canaries: 10", "epochs: 2, canaries: 10, canary_copies: 2"].map(
      (keys) => planOf(keys).recipeHash,
    );
    assert.equal(new Set(hashes).size, 3);
    const { recipe, origins } = planOf("epochs: 2");
    assert.ok(!("canaries" in recipe.training) && !("canary_copies" in recipe.training));
    assert.ok(!Object.keys(origins).some((path) => path.includes("canar")));
    assert.equal(planOf("canaries: 10").recipe.training.canary_copies, 1);
  });

  it("are included in the program text of a plan", () => {
    const plan = planOf("epochs: 2, canaries: 10, canary_copies: 3");
    const text = programText(plan, registry);
    assert.match(text, /canaries: 10, canary_copies: 3/);
  });
});

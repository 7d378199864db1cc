/** `repeats`: a plan for each seed, a name for all of them, and a recipe hash that does not change. */
import assert from "node:assert/strict";
import { compiled } from "../../world.js";

const data = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
model m { base: "minilm", task: text_classification }
`;
const planOf = ({ actions }: ReturnType<typeof compiled>) => {
  const action = actions?.find((one) => one.verb === "train");
  assert.ok(action?.verb === "train");
  return action;
};

describe("`repeats` in a training", () => {
  it("plans one training per seed, equal to that training written alone", () => {
    const run = compiled(`${data}recipe r { seed: 7 }\ntrain m on d with r { repeats: 3 }`);
    assert.deepEqual(run.codes, []);
    const { name, plan, repeats } = planOf(run);
    assert.equal(name, "m");
    assert.deepEqual(
      repeats?.each.map((one) => [one.name, one.plan.effects.run, one.plan.recipe.training.seed]),
      [1, 2, 3].map((n) => [`m_${n}`, `m_${n}`, 6 + n]),
    );
    assert.equal(plan.effects.repeats, 3);
    const alone = planOf(compiled(`${data}train m on d as m_2 { seed: 8 }`)).plan;
    assert.equal(repeats?.each[1]?.plan.recipeHash, alone.recipeHash);
    assert.equal(repeats.each[1].plan.planHash, alone.planHash);
  });
  it("changes the plan hash but not the recipe hash", () => {
    const [one, three] = ["", " { repeats: 3 }"].map((block) => planOf(compiled(`${data}train m on d${block}`)).plan);
    assert.equal(one!.recipeHash, three!.recipeHash);
    assert.notEqual(one!.planHash, three!.planHash);
  });
  it("defines the given name and one numbered name per seed", () => {
    const { codes } = compiled(
      `${data}train m on d as best { repeats: 2 }\nevaluate best, best_1, best_2 on d.test\npredict best on "a text"`,
    );
    assert.deepEqual(codes, []);
  });
  it("requires a validation split and a recipe that validates", () => {
    const without = data.replace("validation: 10%, test: 10%", "test: 20%");
    assert.deepEqual(compiled(`${without}train m on d { repeats: 2 }`).codes, ["needs-validation"]);
    assert.deepEqual(compiled(`${data}train m on d { repeats: 2, validate: none }`).codes, ["needs-validation"]);
  });
  for (const habit of ["seeds", "n_repeats", "num_seeds"])
    it(`is the fix for \`${habit}\``, () => {
      const text = `${data}train m on d { ${habit}: 5 }`;
      const { diagnostics } = compiled(text);
      const fix = diagnostics.find((d) => d.code === "unknown-key")?.fix;
      assert.ok(fix);
      assert.equal(JSON.stringify(fix).includes("repeats"), true);
    });
});

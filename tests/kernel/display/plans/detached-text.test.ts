/**
 * The statement that the panel runs for *Train detached*: it compiles, has an unused name and leaves the recipe
 * unchanged.
 */
import assert from "node:assert/strict";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { focusedStatement, readTrainings } from "#dsl/assist/notebook-trainings.js";
import { planView } from "#kernel/display/plans/plan-view.js";
import { registry } from "#stdlib/registry.js";
import { compiled, definitions } from "../../../dsl/world.js";

function detachedOf(train: string): string | undefined {
  const { sources, facts } = compiled(`${definitions}${train}`);
  const reading = readTrainings(sources, { registry, earlier: [], facts, outside: emptyEnvironment });
  return planView(reading, focusedStatement(reading, { source: "cell-1", offset: definitions.length + 1 })).detached;
}
const recipeOf = (text: string): string | undefined => {
  const { codes, actions } = compiled(text);
  assert.deepEqual(codes, [], text);
  return actions?.flatMap((one) => (one.verb === "train" ? [one.plan.recipeHash] : [])).at(-1);
};

describe("detached version of a training statement", () => {
  for (const [train, expected] of [
    ["train m on d", "train m on d as m_apart { detach: true }"],
    ["train m on d as night { epochs: 2 }", "train m on d as night { epochs: 2, detach: true }"],
    ["train m on d { }", "train m on d as m_apart { detach: true }"],
    [
      "train m on d {\n  epochs: 2\n  seed: 3,\n}",
      "train m on d as m_apart {\n  epochs: 2\n  seed: 3\n  detach: true\n}",
    ],
  ] as const)
    it(train.replaceAll("\n", " "), () => {
      assert.equal(detachedOf(train), expected);
      assert.equal(recipeOf(`${definitions}${expected}`), recipeOf(`${definitions}${train}`));
    });
  it("avoids run names that exist already", () => {
    assert.equal(detachedOf("train m on d\ntrain m on d as m_apart"), "train m on d as m_apart_2 { detach: true }");
  });
  it("is not offered for a training that is detached already", () => {
    assert.equal(detachedOf("train m on d as night { detach: true }"), undefined);
  });
  it("supports several seeds, and sweeps under their existing name", () => {
    assert.equal(detachedOf("train m on d { repeats: 3 }"), "train m on d as m_apart { repeats: 3, detach: true }");
    const sweep = "sweep m on d as found { vary: { batch_size: choice(8, 16) }, maximize: accuracy }";
    const apart = detachedOf(sweep);
    assert.equal(apart, sweep.replace(/ \}$/, ", detach: true }"));
    assert.deepEqual(compiled(`${definitions}${apart}`).codes, []);
  });
});

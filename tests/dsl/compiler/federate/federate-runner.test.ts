/** `runner` of a federation: which clients join, what is hashed, and what the plan cannot know. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { compiled } from "../../world.js";

const LINK = "http://127.0.0.1:8000";
const before = (split = "random(train: 80%, validation: 10%, test: 10%)"): string =>
  `data d { source: csv("a.csv"), columns: { text: text, label: label }, labels: [no, yes], split: ${split} }
data e like d { source: csv("b.csv") }
model m { base: "minilm", task: text_classification, technique: lora }
`;
function planOf(statement: string, split?: string): Plan {
  const { actions, diagnostics } = compiled(`${before(split)}federate m on ${statement}`);
  const action = actions?.findLast(({ verb }) => verb === "federate");
  assert.ok(action?.verb === "federate", JSON.stringify(diagnostics));
  assert.deepEqual(diagnostics, []);
  return action.plan;
}
const joined = (clients: number, more = ""): string =>
  `d as f { rounds: 3, runner: flower("${LINK}", clients: ${String(clients)}${more}) }`;

const textOf = (plan: Plan): string => String(planCardView(plan).bundle["text/plain"]);

describe("runner of a federation", () => {
  it("hashes the number of joining clients, but not the runner", () => {
    const plan = planOf(joined(4));
    assert.equal(plan.recipe.federated?.joined, 4);
    assert.deepEqual(plan.recipe.federated.others, []);
    assert.equal(plan.effects.runner?.word, "flower");
    assert.ok(!JSON.stringify(plan.recipe).includes("flower"));
    assert.equal(planOf(joined(4, ", round: 2min")).recipeHash, plan.recipeHash);
    assert.notEqual(planOf(joined(4, ", round: 2min")).planHash, plan.planHash);
    assert.notEqual(planOf(joined(5)).recipeHash, plan.recipeHash);
  });

  it("has the recipe hash of its simulation if the clients' data are named", () => {
    const plan = planOf(`d, e as f { rounds: 3, runner: flower("${LINK}") }`);
    const simulation = planOf("d, e as f { rounds: 3 }");
    assert.equal(plan.recipeHash, simulation.recipeHash);
    assert.equal(plan.recipe.federated?.joined, undefined);
    assert.equal(simulation.effects.runner, undefined);
    assert.equal(plan.estimates.tokens, simulation.estimates.tokens);
    // Two clients and the coordinator.
    assert.equal(plan.estimates.memoryBytes, 3 * simulation.estimates.memoryBytes);
  });

  it("plans unknown rows for joining clients, and uses local rows only for validation", () => {
    const { estimates } = planOf(joined(4));
    assert.equal(estimates.elsewhere, true);
    assert.deepEqual([estimates.rows, estimates.tokens, estimates.flops, estimates.seconds], [0, 0, 0, null]);
    assert.deepEqual([estimates.steps, estimates.validating?.times], [3, 3]);
    const text = textOf(planOf(joined(4)));
    for (const line of [/clients +4 join {2}\(all of them/, /the rows of d validate {2}\(and train nothing\)/])
      assert.match(text, line);
    for (const unknown of [
      /tokens +not known/,
      /time +not known/,
      /rounds +3 {2}\(in each: 1 epoch of a client's rows/,
    ])
      assert.match(text, unknown);
    assert.match(
      text,
      /to a client and back {2}\(what trains, in each round; weights once more to each that validates\)/,
    );
    assert.match(text, /checkpoint +every\(epochs: 1\) +after every epoch; an epoch is a round here/);
    assert.doesNotMatch(text, /in all|about 0/);
  });

  it("validates by client scores if the local data have no validation split", () => {
    const { training } = planOf(joined(4), "random(train: 80%, test: 20%)").recipe;
    assert.equal(training.keep, "best");
    assert.notEqual(training.validate, null);
  });

  it("leaves row-level privacy noise to each client", () => {
    const plan = planOf(`d as f { privacy: differential(8, unit: row), runner: flower("${LINK}", clients: 4) }`);
    const { privacy } = plan.recipe.training;
    assert.deepEqual([privacy?.epsilon, privacy?.delta, privacy?.noise, privacy?.rate], [8, 1e-5, 0, 0]);
    assert.match(textOf(plan), /each client computes the noise from its own number of rows/);
    const ofClients = planOf(
      `d as f { privacy: differential(8, unit: client), runner: flower("${LINK}", clients: 4) }`,
    );
    assert.deepEqual([ofClients.recipe.training.privacy?.steps, ofClients.recipe.training.privacy?.rate], [10, 1]);
  });

  it("gets a fix that adds missing labels to the data definition", () => {
    const text = `${before().replace(", labels: [no, yes]", "")}federate m on ${joined(4)}`;
    const { diagnostics } = compiled(text);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["labels-unwritten"],
    );
    const [edit] = diagnostics[0]?.fix?.edits ?? [];
    assert.ok(edit);
    const mended = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    assert.deepEqual(compiled(mended).codes, []);
    assert.match(mended, /label: label }, labels: \[no, yes\], split/);
  });
});

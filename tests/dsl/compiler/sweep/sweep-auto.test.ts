/**
 * `sweep auto`: the task derived from the data's roles, its goal, the settings that stay fixed, and the keys it does
 * not allow.
 */
import { strict as assert } from "node:assert";
import type { AutoSweepPlan } from "#dsl/compiler/plan/sweep/auto.js";
import { taskOfRoles } from "#dsl/compiler/plan/task-of-roles.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "../../world.js";

const data = (columns = "text: text, label: label", split = "train: 80%, validation: 20%") =>
  `data d { source: csv("a.csv"), columns: { ${columns} }, split: random(${split}) }\n`;
const statement = (block: string, header = "") => `sweep auto on d${header} as found { ${block} }`;

function planned(text: string): AutoSweepPlan {
  const run = compiled(text);
  assert.deepEqual(run.codes, []);
  const action = run.actions?.find((one) => one.verb === "auto");
  assert.ok(action);
  return action.auto;
}
const codes = (text: string): readonly string[] => compiled(text).codes;

describe("task of `sweep auto`", () => {
  const of = (...roles: readonly string[]) => {
    const found = taskOfRoles(registry, { columns: Object.fromEntries(roles.map((role) => [role, role])) });
    return "task" in found ? found.task.word : found.tasks;
  };
  it("is derived from the column roles", () => {
    assert.equal(of("text", "label"), "text_classification");
    assert.equal(of("text", "label", "group", "weight"), "text_classification");
    assert.equal(of("text", "labels"), "multilabel_classification");
    assert.equal(of("text", "score"), "regression");
    assert.equal(of("tokens", "tags"), "token_classification");
    assert.equal(of("question", "context", "answer"), "question_answering");
  });
  it("is reported as undecided if the roles fit several tasks, or none", () => {
    assert.deepEqual(of("text"), []);
    assert.deepEqual(of("messages"), []);
    assert.deepEqual([...of("text", "label", "score")].sort(), ["regression", "text_classification"]);
    assert.deepEqual(codes(data("text: text") + statement("budget: 1min")), ["no-task-for-roles"]);
    assert.deepEqual(codes(data("text: text, label: label, score: a") + statement("budget: 1min")), [
      "several-tasks-for-roles",
    ]);
  });
  it("can be written explicitly", () => {
    const text = data("text: text, label: label, score: a") + statement("task: regression(range: 0..1)");
    assert.equal(planned(text).task.word, "regression");
    assert.deepEqual(codes(data("text: text") + statement("task: regression")), ["missing-role"]);
  });
});

describe("settings of `sweep auto`", () => {
  it("default to the task's goal and ten minutes", () => {
    const { goal, budgetMs, trials, bases, fixed } = planned(data() + statement("trials: 3"));
    assert.deepEqual([goal.direction, goal.metric.word], ["maximize", "accuracy"]);
    assert.deepEqual([budgetMs, trials, bases, fixed], [600_000, 3, undefined, {}]);
    const number = planned(data("text: text, score: a") + statement("budget: 30min"));
    assert.deepEqual([number.goal.direction, number.budgetMs], ["minimize", 1_800_000]);
    assert.equal(planned(data() + "sweep auto on d as found").budgetMs, 600_000);
  });
  it("produce a warning for a budget too short to train", () => {
    const of = (budget: string) => compiled(data() + statement(`budget: ${budget}`)).codes;
    assert.deepEqual(of("1s"), ["budget-hardly"]);
    assert.deepEqual(of("10s"), []);
  });
  it("include written keys and the recipe's settings", () => {
    const recipe = "recipe slow { epochs: 2, optimizer: adamw(weight_decay: 0.1), shuffle: none }\n";
    const block = 'bases: ["a", "b"], maximize: f1(macro), minimize: latency, require: at_most(latency, 20ms)';
    const plan = planned(data() + recipe + statement(block, " with slow"));
    assert.deepEqual(plan.bases, ["a", "b"]);
    assert.deepEqual(
      plan.goals.map(({ direction, metric }) => [direction, metric.word]),
      [
        ["maximize", "f1"],
        ["minimize", "latency"],
      ],
    );
    assert.deepEqual(
      plan.require?.map(({ word }) => word),
      ["at_most"],
    );
    assert.deepEqual(plan.written, {
      keys: { maximize: "f1(macro)", minimize: "latency", require: "at_most(latency, 20)" },
      goal: "f1(macro)",
    });
    assert.deepEqual(plan.fixed, { epochs: "2", optimizer: "adamw(weight_decay: 0.1)", shuffle: "none" });
    assert.deepEqual(planned(data() + statement('bases: "a"')).bases, ["a"]);
  });
  it("reject keys of a manual sweep, metrics of other tasks and wrong directions", () => {
    for (const block of [
      "vary: { batch_size: choice(8, 16) }",
      "where: [at_most(batch_size, 8)]",
      "search: tpe",
      "pruner: asha",
      "repeats: 3",
    ])
      assert.deepEqual(codes(data() + statement(block)), ["not-of-own"], block);
    assert.deepEqual(codes(data() + statement("minimize: perplexity")), ["metric-of-other-task"]);
    assert.deepEqual(codes(data() + statement("minimize: accuracy")), ["wrong-direction"]);
    assert.deepEqual(codes(data() + statement("bugdet: 3min")), ["unknown-key"]);
  });
  it("require a validation split", () => {
    assert.deepEqual(codes(data(undefined, "train: 80%, test: 20%") + statement("budget: 1min")), ["needs-validation"]);
    const parts =
      'data d { source: { train: csv("a.csv"), test: csv("b.csv") }, columns: { text: text, label: label } }\n';
    assert.deepEqual(codes(parts + statement("budget: 1min")), ["needs-validation"]);
  });
  it("are rejected in a manual sweep", () => {
    const model = 'model m { base: "b", task: text_classification }\n';
    const swept = (key: string) =>
      `sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy, ${key} }`;
    assert.deepEqual(codes(data() + model + swept('bases: ["b"]')), ["of-own-alone"]);
    assert.deepEqual(codes(data() + model + swept("task: text_classification")), ["of-own-alone"]);
  });
});

describe("name `auto`", () => {
  it("is suggested for a misspelling if there is no such model", () => {
    const { diagnostics } = compiled(data() + "sweep atuo on d as found { budget: 1min }");
    assert.deepEqual(
      diagnostics.map(({ code, fix }) => [code, fix?.edits[0]?.text]),
      [["unknown-name", "auto"]],
    );
  });
  it("is reserved", () => {
    assert.deepEqual(codes('model auto { base: "b", task: text_classification }'), ["name-of-verb"]);
    assert.deepEqual(codes("recipe auto { epochs: 3 }"), ["name-of-verb"]);
    assert.deepEqual(codes(data() + 'model m { base: "b", task: text_classification }\ntrain m on d as auto'), [
      "name-of-verb",
    ]);
  });
});

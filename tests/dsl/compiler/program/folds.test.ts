/** Training on folds: one plan per fold, one name for all of them, and statements that cannot use this name. */
import assert from "node:assert/strict";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { compiled, marked } from "../../world.js";

const data = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: folds(3, stratify: label) }
model m { base: "minilm", task: text_classification }
`;
const trained = `${data}train m on d as crossed\n`;

describe("training on folds", () => {
  it("plans one training per fold, each with a different held-out fold", () => {
    const { actions, codes } = compiled(trained);
    assert.deepEqual(codes, []);
    const [action] = actions!.filter((one) => one.verb === "train");
    assert.ok(action?.verb === "train" && action.folds);
    assert.deepEqual(
      action.folds.map(({ name, plan }) => [name, plan.effects.run, plan.recipe.data.split?.arguments["fold"]]),
      [1, 2, 3].map((fold) => [`crossed_${fold}`, `crossed_${fold}`, fold]),
    );
    assert.equal(new Set(action.folds.map(({ plan }) => plan.recipeHash)).size, 3);
    assert.equal(action.plan, action.folds[0]!.plan);
    assert.ok(action.plan.recipe.training.validate !== null, "the fold that is held out validates");
  });
  it("plans the same data as a single fold that is written out", () => {
    const alone = compiled(
      `${data}data one like d { split: folds(3, stratify: label, fold: 2) }\ntrain m on one as crossed_2`,
    );
    const all = compiled(trained);
    const planOf = (run: typeof all) => run.actions!.flatMap((one) => (one.verb === "train" ? [one] : []))[0]!;
    const { recipe } = planOf(alone).plan;
    assert.deepEqual({ ...recipe.data, name: "d" }, planOf(all).folds![1]!.plan.recipe.data);
  });
  it("is evaluated on the unsplit data, each row by the model that did not see it", () => {
    const { actions, codes } = compiled(`${trained}evaluate crossed on d`);
    assert.deepEqual(codes, []);
    const evaluation = actions!.find((one) => one.verb === "evaluate");
    assert.ok(evaluation?.verb === "evaluate");
    assert.deepEqual(
      evaluation.folds?.["crossed"]?.map(({ name, data: { split } }) => [name, split?.arguments["fold"]]),
      [1, 2, 3].map((fold) => [`crossed_${fold}`, fold]),
    );
  });
  it("defines one model per fold for later cells, which report changed data", () => {
    const trainedBefore = { outside: { trained: {} as Record<string, string> } };
    const before = compiled(trained);
    for (const one of before.actions!)
      if (one.verb === "train")
        for (const { name, plan } of one.folds!) trainedBefore.outside.trained[name] = plan.recipeHash;
    const later = (text: string, cell = trained) => compiled([cell, text], trainedBefore).codes;
    assert.deepEqual(later('evaluate crossed on d\npredict crossed_2 on "a text"\nevaluate crossed_3 on d.fold_3'), []);
    assert.deepEqual(later("evaluate crossed on d", trained.replace("folds(3, ", "folds(3, group: team, ")), [
      "changed-since-trained",
    ]);
  });

  const other = `data o like d { split: random(train: 80%, validation: 20%) }\n`;
  for (const [what, text, code, help] of [
    ["asked", 'predict ‹crossed› on "a text"', "fold-model", /crossed_1` to `crossed_3/],
    ["deployed", 'deploy ‹crossed› to onnx("x")', "fold-model", /one of them/],
    ["shown", "show ‹crossed.graph›", "fold-model", /one of them/],
    ["begun from", "model n { base: ‹crossed›, task: text_classification }\ntrain n on o", "fold-model", /one of them/],
    ["scored on other rows", "evaluate ‹crossed› on o.validation", "fold-model", /write `evaluate crossed on d`/],
    ["scored on one fold", "evaluate ‹crossed› on d.fold_1", "fold-model", /write `evaluate crossed on d`/],
    [
      "swept",
      "sweep m on ‹d› as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }",
      "fold-data",
      /split: folds\(.*fold: 1\)/,
    ],
    ["one of them scored on all", "evaluate crossed_2 on ‹d›", "which-split", /d\.fold_2/],
    ["counted wrongly", "data e like d { split: ‹folds(3, fold: 4)› }", "no-such-fold", /1 to 3/],
  ] as const)
    it(`reports ${code} (${what})`, () => {
      const { text: clean, places } = marked(`${trained}${other}${text}`);
      const { diagnostics } = compiled(clean);
      const [first] = diagnostics;
      assert.ok(first, "nothing was reported");
      assert.deepEqual([first.code, first.span.start, first.span.end], [code, places[0]!.start, places[0]!.end]);
      assert.match(textsOfCode(first.code, first.data as never).help ?? "", help);
      assert.equal(diagnostics.length, 1);
    });
});

/** A sweep statement in the plan: goals, thresholds, bounds, and errors in them. */
import { strict as assert } from "node:assert";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { compiled, definitions } from "../../world.js";

function swept(block: string, vary = "batch_size: choice(8, 16)"): SweepPlan {
  const run = compiled(`${definitions}sweep m on d as s { vary: { ${vary} }, ${block} }`);
  assert.deepEqual(run.codes, []);
  const action = run.actions?.find((one) => one.verb === "sweep");
  assert.ok(action);
  return action.sweep;
}
const codes = (block: string, vary = "batch_size: choice(8, 16)"): readonly string[] =>
  compiled(`${definitions}sweep m on d as s { vary: { ${vary} }, ${block} }`).codes;

describe("goals of a sweep", () => {
  const goals = (block: string) => swept(block).goals.map(({ direction, metric }) => `${direction} ${metric.word}`);
  it("can be one metric or a list", () => {
    assert.deepEqual(goals("maximize: accuracy"), ["maximize accuracy"]);
    assert.deepEqual(goals("maximize: [f1(macro), accuracy]"), ["maximize f1", "maximize accuracy"]);
  });
  it("can maximize and minimize at once; the first one ranks", () => {
    assert.deepEqual(goals("maximize: f1(macro), minimize: latency"), ["maximize f1", "minimize latency"]);
    assert.deepEqual(goals("minimize: latency, maximize: f1(macro)"), ["minimize latency", "maximize f1"]);
    assert.equal(swept("minimize: latency, maximize: f1(macro)").goal.metric.word, "latency");
  });
  it("can use a metric with two averages, but not the same one twice", () => {
    assert.deepEqual(goals("maximize: [f1(macro), f1(micro)]"), ["maximize f1", "maximize f1"]);
    assert.deepEqual(codes("maximize: [f1(macro), f1(macro)]"), ["same-goal"]);
  });
  it("are limited to one for `search: gp`", () => {
    assert.deepEqual(goals("search: gp, maximize: accuracy"), ["maximize accuracy"]);
    assert.deepEqual(codes("search: gp, maximize: [accuracy, f1(macro)]"), ["one-goal"]);
    assert.deepEqual(goals("search: tpe, maximize: [accuracy, f1(macro)]"), ["maximize accuracy", "maximize f1"]);
  });
  it("must match the direction of the metric", () => {
    assert.deepEqual(codes("maximize: [accuracy, loss]"), ["wrong-direction"]);
    assert.deepEqual(codes("maximize: accuracy, minimize: f1(macro)"), ["wrong-direction"]);
  });
  it("need a metric with a direction, unlike thresholds", () => {
    assert.deepEqual(codes("maximize: selection_rate(yes)"), ["no-direction"]);
    assert.deepEqual(codes("minimize: [loss, selection_rate(yes)]"), ["no-direction"]);
    for (const bar of ["at_least", "at_most"])
      assert.deepEqual(codes(`maximize: accuracy, require: ${bar}(selection_rate(yes), 40%)`), []);
  });
  it("must be metrics of the task, like thresholds", () => {
    assert.deepEqual(codes("maximize: accuracy, minimize: perplexity"), ["metric-of-other-task"]);
    assert.deepEqual(codes("maximize: accuracy, require: [at_most(perplexity, 20)]"), ["metric-of-other-task"]);
    const { require } = swept("maximize: accuracy, require: [at_most(latency, 20ms), at_least(f1(macro), 60%)]");
    assert.deepEqual(
      require?.map(({ word }) => word),
      ["at_most", "at_least"],
    );
  });
});

describe("limits of a sweep", () => {
  const bounds = (block: string) => {
    const { trials, budgetMs, budgetTokens, repeats } = swept(`maximize: accuracy${block}`);
    return { trials, budgetMs, budgetTokens, repeats };
  };
  const none = { trials: 10, budgetMs: null, budgetTokens: undefined, repeats: undefined };
  it("default to ten trials, unless trials, time or tokens are set", () => {
    assert.deepEqual(bounds(""), none);
    assert.deepEqual(bounds(", trials: 4"), { ...none, trials: 4 });
    assert.deepEqual(bounds(", budget: 30min"), { ...none, trials: null, budgetMs: 1_800_000 });
    assert.deepEqual(bounds(", tokens: 2_000_000"), { ...none, trials: null, budgetTokens: 2_000_000 });
    assert.deepEqual(bounds(", trials: 5, budget: 1h"), { ...none, trials: 5, budgetMs: 3_600_000 });
  });
  it("include `repeats`, at least 2", () => {
    assert.equal(bounds(", repeats: 3").repeats, 3);
    assert.deepEqual(codes("maximize: accuracy, repeats: 1"), ["out-of-range"]);
  });
});

describe("search spaces of a sweep", () => {
  const space = (path: string, text: string) => swept("maximize: accuracy", `${path}: ${text}`).vary[path];
  const wrong = (vary: string) => codes("maximize: accuracy", vary);
  it("can have steps, which must reach the end", () => {
    const numbers = { space: "uniform", from: 8, to: 64, integer: true, step: 8 };
    assert.deepEqual(space("batch_size", "uniform(8..64, step: 8)"), numbers);
    assert.deepEqual(space("dropout", "uniform(0..0.3, step: 0.1)"), {
      ...numbers,
      from: 0,
      to: 0.3,
      integer: false,
      step: 0.1,
    });
    assert.deepEqual(wrong("batch_size: uniform(8..60, step: 8)"), ["uneven-steps"]);
    assert.deepEqual(wrong("batch_size: uniform(8..64, step: 0.5)"), ["out-of-range"]);
    assert.deepEqual(wrong("batch_size: uniform(8..64, step: 0)"), ["out-of-range"]);
  });
  it("are shares for a setting in percent", () => {
    const shares = { space: "uniform", from: 0, to: 0.2, integer: false, share: true };
    assert.deepEqual(space("task.label_smoothing", "uniform(0%..20%)"), shares);
  });
  it("can be nested in words and choices", () => {
    const vary =
      "optimizer: choice(adamw, sgd(momentum: choice(0, uniform(0.5..0.99)))), technique: choice(full, lora(rank: choice(4, 8), alpha: uniform(8..32)))";
    const found = swept("maximize: accuracy", vary).vary;
    assert.deepEqual(Object.keys(found), ["optimizer", "technique"]);
  });
  it("can cover cleaning, splits and columns of the data", () => {
    const found = swept(
      "maximize: accuracy",
      "clean: choice([], [unicode, strip_html]), split.train: choice(20%, 80%), columns.text: choice(text, body)",
    ).vary;
    assert.deepEqual(Object.keys(found), ["clean", "split.train", "columns.text"]);
    assert.deepEqual(found["split.train"], { space: "choice", of: [{ share: 0.2 }, { share: 0.8 }] });
    assert.deepEqual(swept("maximize: accuracy", "split.train: choice(100, 200)").vary["split.train"], {
      space: "choice",
      of: [100, 200],
    });
  });
  it("produce a warning if trials are scored on different rows", () => {
    assert.deepEqual(wrong("split.validation: choice(10%, 20%)"), ["scores-of-other-rows"]);
    assert.deepEqual(wrong("sample: choice(100, 200)"), ["scores-of-other-rows"]);
  });
  it("cannot cover a setting and one of its parts at once", () => {
    assert.deepEqual(wrong("technique: choice(full, lora), technique.rank: choice(4, 8)"), ["not-varied"]);
  });
});

describe("sweep without varied settings", () => {
  it("is reported at its empty `vary`", () => {
    const text = `${definitions}sweep m on d as s { vary: { }, maximize: accuracy }`;
    const { codes: found, diagnostics } = compiled(text);
    assert.deepEqual(found, ["nothing-varies"]);
    const [{ span } = assert.fail()] = diagnostics;
    assert.equal(text.slice(span.start, span.end), "{ }");
  });
});

describe("notations of other tools in `vary`", () => {
  const mended = (path: string, text: string): string | undefined => {
    const { diagnostics } = compiled(
      `${definitions}sweep m on d as s { vary: { ${path}: ${text} }, maximize: accuracy }`,
    );
    assert.deepEqual(
      diagnostics.map((one) => one.code),
      ["not-varied"],
    );
    return diagnostics[0]?.fix?.edits[0]?.text;
  };
  for (const [path, text, fix] of [
    ["batch_size", "[8, 16, 32]", "choice(8, 16, 32)"],
    ["batch_size", "choice([8, 16])", "8, 16"],
    ["batch_size", "tune.choice([8, 16])", "choice(8, 16)"],
    ["batch_size", "hp.choice([8, 16])", "choice(8, 16)"],
    ["batch_size", "grid_search([8, 16])", "choice(8, 16)"],
    ["batch_size", 'suggest_categorical("batch_size", [8, 16])', "choice(8, 16)"],
    ["batch_size", 'trial.suggest_int("batch_size", 8, 64)', "uniform(8..64)"],
    ["batch_size", 'trial.suggest_int("batch_size", 8, 64, step: 8)', "uniform(8..64, step: 8)"],
    ["optimizer.learning_rate", 'trial.suggest_float("lr", 1e-5, 1e-2, log: true)', "log(1e-5..1e-2)"],
    ["optimizer.learning_rate", "loguniform(1e-5, 1e-2)", "log(1e-5..1e-2)"],
    ["optimizer.learning_rate", "tune.loguniform(1e-5, 1e-2)", "log(1e-5..1e-2)"],
    ["optimizer.learning_rate", "log(1e-5, 1e-2)", "log(1e-5..1e-2)"],
    ["dropout", "uniform(0, 0.3)", "uniform(0..0.3)"],
    ["dropout", "{ min: 0.0, max: 0.3 }", "uniform(0.0..0.3)"],
    ["optimizer.learning_rate", "{ distribution: log_uniform_values, min: 1e-5, max: 1e-2 }", "log(1e-5..1e-2)"],
    ["batch_size", "{ values: [8, 16] }", "choice(8, 16)"],
  ] as const)
    it(`are fixed in ${path}: ${text}`, () => assert.equal(mended(path, text), fix));
});

describe("`where` of a sweep", () => {
  const nested = "technique: choice(full, lora(rank: choice(4, 8, 16), alpha: uniform(4..32)))";
  const where = (text: string, vary = nested) => swept(`maximize: accuracy, where: ${text}`, vary).where;
  it("accepts paths, numbers and products", () => {
    assert.deepEqual(where("[at_most(technique.rank, technique.alpha)]"), [
      { relation: "at_most", terms: [{ path: "technique.rank" }, { path: "technique.alpha" }] },
    ]);
    assert.deepEqual(where("at_most(product(batch_size, accumulate), 64)", "batch_size: choice(8, 16)"), [
      {
        relation: "at_most",
        terms: [{ term: "product", of: [{ path: "batch_size" }, { path: "accumulate" }] }, { number: 64 }],
      },
    ]);
  });
  it("applies to one choice of a word if `when` is set", () => {
    assert.deepEqual(where("at_most(optimizer.learning_rate, 4e-4, when: full)"), [
      {
        relation: "at_most",
        terms: [{ path: "optimizer.learning_rate" }, { number: 4e-4 }],
        when: { path: "technique", word: "full" },
      },
    ]);
    const wrong = (text: string) => codes(`maximize: accuracy, where: ${text}`, nested);
    assert.deepEqual(wrong("at_most(batch_size, 64, when: fulll)"), ["unknown-choice"]);
    assert.deepEqual(wrong("at_most(batch_size, 64, when: head_only)"), ["unknown-choice"]);
    assert.deepEqual(wrong('at_most(batch_size, 64, when: "full")'), ["wrong-type"]);
    assert.deepEqual(wrong("at_most(batch_size, 64, when: lora(rank: 4))"), ["wrong-type"]);
    assert.deepEqual(wrong("at_most(batch_size, when: full)"), ["missing-argument"]);
  });
  it("rejects paths without a number and conditions that can never hold", () => {
    const wrong = (text: string) => codes(`maximize: accuracy, where: ${text}`, nested);
    assert.deepEqual(wrong("[at_most(rank, 8)]"), ["no-number-there"]);
    assert.deepEqual(wrong("[at_most(technique.rank)]"), ["missing-argument"]);
    assert.deepEqual(wrong("[at_most(technique.rank, 8, 9)]"), ["too-many-arguments"]);
    assert.deepEqual(wrong("[at_least(technique.rank, 32)]"), ["never-holds"]);
    assert.deepEqual(wrong("[technique.rank]"), ["wrong-type"]);
    assert.deepEqual(wrong("[less(technique.rank, 8)]"), ["unknown-word"]);
    assert.deepEqual(wrong('[at_most(technique.rank, "8")]'), ["wrong-type"]);
  });
});

describe("best trial of a finished sweep", () => {
  const sweep = `${definitions}sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }`;
  const live = {
    "s.best": { value: { record: { batch_size: "8", "split.train": "20%" } } },
    "s.best.run": { value: "runs/s_1" },
  };
  const after = (text: string, world: Parameters<typeof compiled>[1] = { live }) => compiled([sweep, text], world);
  it("works as a model, opened once", () => {
    const { codes, actions } = after('evaluate s.best on d.test\npredict s.best on "a"');
    assert.deepEqual(codes, []);
    assert.deepEqual(
      actions?.map((one) => one.verb),
      ["model", "evaluate", "predict"],
    );
    const [model, evaluate] = actions ?? [];
    assert.ok(model?.verb === "model" && evaluate?.verb === "evaluate");
    assert.equal(model.name, "s.best");
    assert.deepEqual(evaluate.names, ["s.best"]);
  });
  it("works as the base of another model", () => {
    const next = "model next { base: s.best, task: text_classification }\ntrain next on d";
    const { codes, actions } = after(next);
    assert.deepEqual(codes, []);
    const train = actions?.find((one) => one.verb === "train");
    assert.ok(train?.verb === "train");
    assert.equal(train.plan.recipe.model.base, "s.best");
    assert.equal(train.plan.recipe.model.trained?.recipeHash, "recipe-of-last-week");
    assert.deepEqual(compiled([`${sweep}\n${next}`]).codes, ["known-after-run"]);
    assert.deepEqual(after(next, { live, purpose: "assist" }).codes, []);
  });
  it("works with `like` in a recipe, a model and data", () => {
    const { codes, actions } = after(`recipe slow like s.best { epochs: 9 }
model narrow like s.best { technique: head_only }
data fewer like s.best { clean: drop_empty }`);
    assert.deepEqual(codes, []);
    const [recipe, model, data] = actions ?? [];
    assert.ok(recipe?.verb === "recipe" && model?.verb === "model" && data?.verb === "data");
    assert.deepEqual([recipe.recipe.batch_size, recipe.recipe.epochs], [8, 9]);
    assert.deepEqual([model.model.base, model.model.technique.word], ["minilm", "head_only"]);
    assert.deepEqual(data.data.thin, { share: 0.2 });
    assert.deepEqual(compiled(`${sweep}\nrecipe slow like s.best`).codes, ["known-after-run"]);
    assert.deepEqual(after("model narrow like s.best { max_length: 64 }", { purpose: "assist" }).codes, []);
  });
  it("can be deployed", () => {
    assert.deepEqual(after('deploy s.best to onnx("build/m")').codes, []);
  });
  it("is known only in later cells, and only if its weights exist", () => {
    assert.deepEqual(compiled(`${sweep}\nevaluate s.best on d.test`).codes, ["known-after-run"]);
    assert.deepEqual(after("evaluate s.best on d.test", {}).codes, ["known-after-run"]);
    assert.deepEqual(after("evaluate s.best on d.test", { live: { "s.best.run": { value: null } } }).codes, [
      "best-gone",
    ]);
    assert.deepEqual(after("evaluate s.best on d.test", { live, purpose: "assist" }).codes, []);
  });
  it("works as a recipe after `with`, including its data settings, and counts as trained later", () => {
    const train = "train m on d with s.best as winner";
    const { codes, actions } = after(train);
    assert.deepEqual(codes, []);
    const [action] = actions ?? [];
    assert.ok(action?.verb === "train");
    assert.deepEqual(action.plan.recipe.data.thin, { share: 0.2 });
    assert.equal(action.plan.recipe.training.batch_size, 8);
    const trained = { winner: action.plan.recipeHash };
    assert.deepEqual(compiled([sweep, train, "evaluate winner on d.test"], { live, outside: { trained } }).codes, []);
  });
  it("can be updated repeatedly with the trial's technique", () => {
    const text = `model l { base: "minilm", task: text_classification, technique: lora(rank: 8) }
data e like d { source: csv("b.csv") }
recipe r { steps: 3 }
sweep l on d as s { vary: { technique.rank: choice(4) }, trials: 1, maximize: accuracy }`;
    const found = { "s.best": { value: { record: { "technique.rank": "4" } } } };
    const cells = [
      definitions + text,
      "train l on d with s.best as winner",
      "update winner on e with r as onward { strategy: naive }",
      "update onward on e with r as further { strategy: naive }",
    ];
    const trained: Record<string, string> = {};
    for (const i of [1, 2, 3]) {
      const { actions, codes } = compiled(cells.slice(0, i + 1), { live: found, outside: { trained } });
      assert.deepEqual(codes, [], cells[i]);
      for (const one of actions ?? []) {
        const plan = one.verb === "train" ? one.plan : one.verb === "update" ? one.stages.at(-1)?.plan : undefined;
        if (plan) assert.equal(plan.recipe.model.technique.arguments["rank"], 4);
        if (plan && "name" in one) trained[one.name] = plan.recipeHash;
      }
    }
    assert.deepEqual(Object.keys(trained), ["winner", "onward", "further"]);
    const later = (rank: string, name: string) =>
      compiled([...cells, `evaluate ${name} on e.test`], {
        live: { "s.best": { value: { record: { "technique.rank": rank } } } },
        outside: { trained },
      }).codes;
    assert.deepEqual([later("4", "onward"), later("4", "further")], [[], []]);
    assert.deepEqual(later("2", "onward"), ["changed-since-trained"]);
  });
});

describe("suggestions for mistakes with sweeps", () => {
  const helps = (text: string): readonly string[] =>
    compiled(`${definitions}${text}`).diagnostics.map((one) => {
      const { message, help } = diagnosticText(one);
      return `${message}: ${help ?? ""}`;
    });
  const sweep = "sweep m on d as s { vary: { batch_size: choice(8, 16) }, trials: 2, maximize: accuracy }\n";
  it("point to the sweep below if its best trial is used too early", () => {
    assert.deepEqual(helps(`evaluate s.best on d.validation\n${sweep}`), [
      "`s` is used before its definition: move this statement below the definition, or into a later cell",
    ]);
    assert.match(helps(`evaluate t.best on d.validation\n${sweep}`)[0] ?? "", /^there is no sweep `t`/);
  });
  it("suggest to run the sweep first in this session if it has not run", () => {
    const told = "there is no sweep `s`: run `sweep … as s` here first: finished trials are not trained again";
    for (const use of ["evaluate s.best on d.test", "train m on d with s.best as w", "recipe r like s.best"])
      assert.deepEqual(helps(use), [told], use);
    assert.deepEqual(helps("train m on d with s"), [
      "there is no recipe `s`: define it in a statement above: `recipe s { … }`",
    ]);
    assert.deepEqual(helps(`${sweep.replace(" as s ", " as search ")}evaluate serch.best on d.validation`), [
      "there is no sweep `serch`: write `search`",
    ]);
    const outside = { trained: {}, refused: { s: { id: "b", title: "cell 2" } } };
    const [refused, ...more] = compiled(`${definitions}train m on d with s.best as w`, { outside }).diagnostics;
    assert.equal(
      refused && diagnosticText(refused).message,
      "`s` is not defined yet: cell 2 should define it but has an error",
    );
    assert.deepEqual(more, []);
  });
  it("are omitted if the model's definition is missing or has an error", () => {
    const swept = "sweep l on d as s { vary: { technique.rank: choice(4, 8) }, trials: 2, maximize: accuracy }";
    assert.deepEqual(helps(swept), ["there is no model `l`: there is `m`"]);
    const model = 'model l { base: "minilm", task: text_classification, technique: lroa(rank: 8) }\n';
    assert.deepEqual(helps(model + swept), ["there is no technique `lroa`: write `lora`"]);
    const rank = helps(swept.replace("technique.rank", "techniqe.rank"));
    assert.deepEqual(
      rank.map((one) => one.split(":")[0]),
      ["there is no model `l`", "`techniqe.rank` cannot be varied"],
    );
    const [known, ...none] = helps(swept.replace(" l ", " m "));
    assert.match(known ?? "", /^`technique\.rank` cannot be varied: settings that may vary start with /);
    assert.deepEqual(none, []);
  });
  it("include the corrected search space", () =>
    assert.deepEqual(
      helps(sweep.replace("batch_size: choice(8, 16)", "learning_rate: log(5e-4, 5e-3), rank: [4, 16]")),
      [
        "`learning_rate` cannot be varied: write `optimizer.learning_rate`",
        "`optimizer.learning_rate` cannot be varied: write `log(5e-4..5e-3)`",
        "`rank` cannot be varied: write `technique.rank`",
        "`technique.rank` cannot be varied: write `choice(4, 16)`",
      ],
    ));
  it("name the view for another tool's term or a misspelling", () => {
    assert.deepEqual(
      ["pareto", "trial", "importance"].flatMap((topic) => helps(`${sweep}show s.${topic}`)),
      [
        "`s` has no `pareto` to show: write `front`",
        "`s` has no `trial` to show: write `trials`",
        "`s` has no `importance` to show: write `importances`",
      ],
    );
  });
  it("replace a word by the key that takes it", () => {
    const model = 'model l { base: "minilm", task: text_classification, technique: lora(rank: 8) }\n';
    const swept = "sweep l on d as s { vary: { lora.rank: choice(4, 8) }, trials: 2, maximize: accuracy }";
    assert.deepEqual(helps(model + swept), ["`lora.rank` cannot be varied: write `technique.rank`"]);
  });
});

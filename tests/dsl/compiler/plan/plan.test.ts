import { recipeHash } from "#dsl/compiler/plan/hash.js";
import type { Recipe, Plan } from "#dsl/compiler/plan/plan.js";
import { SEMANTICS_VERSION, semanticsVersionOf } from "#dsl/compiler/plan/semantics.js";
import assert from "node:assert/strict";
import { metricArgumentOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Action } from "#dsl/compiler/plan/action.js";
import { splitSourceAfterSweeps } from "#dsl/language/syntax/parts.js";
import { registry } from "#stdlib/registry.js";
import { built } from "../../programs.js";
import { base as minilm, compiled, dataFacts, definitions } from "../../world.js";

const verbs = registry.verbs().map((v) => v.name);
const golden = new URL("../../../../../tests/golden/dsl/", import.meta.url);
function same(name: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 1)}\n`;
  const file = new URL(`${name}.json`, golden);
  if (process.env["TUNEBOOK_BLESS"] === "1") {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"), `${name}: TUNEBOOK_BLESS=1 writes what is now`);
}
function plansOf(text: string, o: Parameters<typeof compiled>[1] = {}): Plan[] {
  const run = compiled(text, o);
  assert.deepEqual(run.codes, [], text);
  return (run.actions ?? []).flatMap((a) => (a.verb === "train" ? [a.plan] : []));
}
const trainWith = (block: string): Plan => plansOf(`${definitions}train m on d { ${block} }`)[0]!;

describe("actions of the example programs", () => {
  for (const [name, program] of Object.entries(built))
    it(name, () => {
      const { actions, codes, names } = compiled(program);
      assert.deepEqual(codes, []);
      same(name, { names, actions });
    });
});

describe("training plan", () => {
  it("prefers settings under `train` over the recipe, also for one part of a setting", () => {
    const [plan] = plansOf(
      `${definitions}recipe r { epochs: 5, optimizer: adamw(learning_rate: 1e-3, weight_decay: 0.1) }\ntrain m on d with r { optimizer.learning_rate: 5e-4 }`,
    );
    assert.equal(plan?.recipe.training.epochs, 5);
    assert.equal(plan?.recipe.training.optimizer.arguments["learning_rate"], 5e-4);
    assert.equal(plan?.recipe.training.optimizer.arguments["weight_decay"], 0.1);
  });
  it("gives no default reason for `epochs` if `steps` is set", () => {
    const { recipe, origins } = trainWith("steps: 20");
    assert.deepEqual([recipe.training.epochs, recipe.training.steps], [null, 20]);
    assert.deepEqual(origins["training.epochs"], { from: "derived", why: "`steps` decide" });
    assert.equal(trainWith("").origins["training.epochs"]?.from, "default");
    assert.equal(trainWith("epochs: 2").origins["training.epochs"]?.from, "written");
  });
  it("marks values as default only if they equal the default", () => {
    const parameters = new Map(registry.find("verb", "recipe")!.parameters.map((p) => [`training.${p.name}`, p]));
    const simple = (value: unknown): unknown => (value === "none" || value === "auto" ? null : value);
    for (const block of [
      "",
      "steps: 20",
      "keep: last",
      "validate: every(steps: 5)",
      "precision: bf16",
      "accumulate: 2",
    ]) {
      const { recipe, origins } = trainWith(block);
      const training = recipe.training as unknown as Readonly<Record<string, unknown>>;
      for (const [path, { from }] of Object.entries(origins)) {
        const standard = parameters.get(path)?.default;
        const value = training[path.slice("training.".length)];
        if (from !== "default" || !standard || !("value" in standard) || value === undefined) continue;
        if (typeof standard.value === "object" && standard.value !== null) continue;
        assert.deepEqual(simple(value), simple(standard.value), `${path} of { ${block} }`);
      }
    }
  });
  it("overlaps windows less for a short `max_length`, unless `stride` is set", () => {
    const stride = (model: string, positions = 512): unknown =>
      plansOf(
        `data q { source: csv("a.csv"), columns: { question: text, context: body, answer: label } }
model n { base: "minilm", task: ${model} }\ntrain n on q`,
        { base: { ...minilm, positions } },
      )[0]!.recipe.model.task.arguments["stride"];
    for (const [length, shared] of [
      ...[512, 384, 256, 192].map((one) => [one, 128]),
      ...[
        [96, 32],
        [64, 16],
        [24, 6],
      ],
    ])
      assert.equal(stride(`question_answering, max_length: ${String(length)}`), shared, String(length));
    assert.deepEqual([stride("question_answering"), stride("question_answering", 96)], [128, 32]);
    assert.equal(stride("question_answering(stride: 80), max_length: 96"), 80);
  });
  it("counts trained parameters, added parameters and positions of each technique", () => {
    const planned = (more: string, o: Parameters<typeof compiled>[1] = {}) => {
      const model = `model n { base: "minilm", task: text_classification, ${more} }`;
      return plansOf(`${definitions}${model}\ntrain n on d`, o)[0]!;
    };
    const biased = { ...minilm, shapes: { ...minilm.shapes, "encoder.layer.0.output.dense.bias": [384] } };
    const head = 384 * 2 + 2;
    for (const [technique, trains, adds, length] of [
      ["full", minilm.parameters, 0, 512],
      ["head_only", 0, 0, 512],
      ["bitfit", 384, 0, 512],
      ["lora(rank: 2)", 6 * 2 * 4 * 384, 1, 512],
      ["lora(rank: 2, dora: true)", 6 * 2 * 5 * 384, 1, 512],
      ["adapters(size: 8)", 6 * 2 * (2 * 8 * 384 + 8 + 384), 1, 512],
      ["adapters(pfeiffer, size: 8)", 6 * (2 * 8 * 384 + 8 + 384), 1, 512],
      ["prompt_tuning(tokens: 12)", 12 * 384, 1, 500],
      ["prefix_tuning(tokens: 12)", 12 * 2 * 6 * 384, 1, 500],
      // `output.dense` is the last layer of both sub-layers, as in PEFT.
      ["ia3", 6 * (2 * 384 + 384 + 1536), 1, 512],
    ] as const) {
      const { estimates, recipe } = planned(`technique: ${technique}`, { base: biased });
      assert.equal(estimates.trainable, trains + head, technique);
      assert.equal(estimates.parameters, minilm.parameters + head + adds * trains, technique);
      assert.equal(recipe.model.max_length, length, technique);
    }
  });
  it("derives the learning rate from technique, base width and optimizer, unless it is set", () => {
    const planned = (model: string, optimizer = "adamw", hidden_size = 384): { rate: unknown; why: string } => {
      const shapes = { ...minilm.shapes, "encoder.layer.0.output.dense.bias": [384] };
      const base = { ...minilm, shapes, config: { ...minilm.config, hidden_size } };
      const plan = plansOf(
        `${definitions}model n { base: "minilm", task: text_classification, ${model} }\ntrain n on d { optimizer: ${optimizer} }`,
        { base },
      )[0]!;
      return {
        rate: plan.recipe.training.optimizer.arguments["learning_rate"],
        why: plan.origins["training.optimizer.learning_rate"]?.why ?? "",
      };
    };
    for (const { name, notes, capabilities } of registry.ofKind("technique")) {
      // Techniques that only an update strategy creates cannot be written.
      if (capabilities!.grownBy !== undefined) continue;
      const own = capabilities!.learningRate!;
      assert.deepEqual(planned(`technique: ${name}`), {
        rate: own.rate,
        why: `recommended for ${name}: ${own.because}`,
      });
      assert.ok(notes?.some((note) => note.includes(own.because)));
    }
    assert.deepEqual(planned("technique: full", "adamw", 768), {
      rate: 5e-5,
      why: planned("technique: full").why.replace("full", "full for a base 768 wide"),
    });
    assert.equal(planned("technique: full", "adamw", 128).rate, 1e-4);
    assert.equal(planned("technique: prompt_tuning", "adamw", 768).rate, planned("technique: prompt_tuning").rate);
    assert.equal(planned("technique: full", "lion").rate, 3e-5);
    assert.equal(planned("technique: full", "sgd").rate, 0.01);
    assert.match(planned("technique: full", "sgd").why, /100 × AdamW's 1e-4/);
    assert.equal(planned("technique: lora", "adamw(learning_rate: 7e-4)", 768).rate, 7e-4);
  });
  it("excludes frozen parts from training and includes them in the recipe hash", () => {
    const planned = (more: string): Plan =>
      plansOf(`${definitions}model n { base: "minilm", task: text_classification${more} }\ntrain n on d`)[0]!;
    const [free, held] = [planned(""), planned(", freeze: [embeddings, layers(0..3)]")];
    const layer = 4 * 384 * 384 + 2 * 384 * 1536;
    assert.equal(held.estimates.trainable, 2 * layer + 384 * 2 + 2);
    assert.notEqual(held.recipeHash, free.recipeHash);
    assert.equal(planned(", freeze: []").recipeHash, free.recipeHash);
  });
  it("includes the base's storage in the recipe hash and in the memory estimate", () => {
    const planned = (more: string): Plan =>
      plansOf(
        `${definitions}model n { base: "minilm", task: text_classification, technique: lora(rank: 8)${more} }\ntrain n on d`,
      )[0]!;
    const words = [
      "",
      ", storage: bf16",
      ", storage: int8",
      ", storage: nf4(double_quantization: false)",
      ", storage: nf4",
    ];
    const plans = words.map(planned);
    assert.equal(new Set(plans.map((p) => p.recipeHash)).size, words.length);
    assert.equal(planned(", storage: f32").recipeHash, plans[0]!.recipeHash);
    const memory = plans.map((p) => p.estimates.memoryBytes);
    assert.deepEqual(
      memory,
      [...new Set(memory)].sort((a, b) => b - a),
    );
    // A table of 30522 rows in bf16; the matrices of six layers with one byte per weight and a scale per output.
    const [matrices, outputs] = [6 * (4 * 384 * 384 + 2 * 384 * 1536), 6 * (4 * 384 + 1536 + 384)];
    assert.equal(plans[2]!.estimates.storedBytes, 2 * 30522 * 384 + matrices + 4 * outputs);
    assert.equal(plans[0]!.estimates.storedBytes, undefined);
    const writes = {
      ...minilm,
      ...{
        family: "llama",
        shapes: { "model.embed_tokens.weight": [1000, 64], "model.layers.0.mlp.up_proj.weight": [128, 64] },
      },
    };
    const text = `data t { source: csv("a.csv"), columns: { text: text } }
model w { base: "smol", task: text_generation, technique: head_or_lora, storage: nf4(double_quantization: false) }
train w on t`.replace("head_or_lora", "lora(rank: 4, targets: [up_proj])");
    assert.equal(plansOf(text, { base: writes })[0]!.estimates.storedBytes, 4 * 64_000 + 128 * 64 * (0.5 + 4 / 64));
  });
  it("keeps settings that `like` does not change", () => {
    const run = compiled(
      `${definitions}model big like m { technique: lora(rank: 4), max_length: 64 }\nmodel huge like big { technique.rank: 32 }`,
    );
    const model = (name: string) =>
      run.actions?.find((a): a is Extract<Action, { verb: "model" }> => a.verb === "model" && a.name === name)?.model;
    assert.deepEqual(
      [
        model("huge")?.technique.arguments["rank"],
        model("huge")?.technique.arguments["alpha"],
        model("huge")?.max_length,
      ],
      [32, 64, 64],
    );
    assert.equal(model("big")?.technique.arguments["rank"], 4);
  });
  it("replaces the recipe's epochs by steps set under `train`", () => {
    const [plan] = plansOf(`${definitions}recipe r { epochs: 5 }\ntrain m on d with r { steps: 10 }`);
    assert.deepEqual(
      [plan?.recipe.training.epochs, plan?.recipe.training.steps, plan?.estimates.steps],
      [null, 10, 10],
    );
  });
  it("keeps the best weights by default only if there is a validation split", () => {
    assert.equal(trainWith("").recipe.training.keep, "best");
    const [plan] = plansOf(
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel m { base: "minilm", task: text_classification }\ntrain m on d',
    );
    assert.deepEqual([plan?.recipe.training.keep, plan?.recipe.training.validate], ["last", null]);
  });
  it("ranks by the metric of `keep`, else of early stopping, else by loss", () => {
    const best = (settings: string): readonly (string | undefined)[] => {
      const { recipe, origins } = trainWith(settings);
      const { early_stopping } = recipe.training;
      return [
        metricName(watchedMetric(registry, recipe.training), registry),
        early_stopping ? metricName(metricArgumentOf(early_stopping)!, registry) : undefined,
        origins["training.keep"]?.why,
      ];
    };
    assert.deepEqual(best(""), ["loss", undefined, "the best by validation loss"]);
    assert.deepEqual(best("early_stopping: patience(3)"), ["loss", "loss", "the best by validation loss"]);
    const macro = "early_stopping: patience(3, metric: f1(macro))";
    assert.deepEqual(best(macro), ["f1(macro)", "f1(macro)", "the best by validation f1(macro)"]);
    assert.deepEqual(best("keep: best(f1(macro)), early_stopping: patience(3)"), ["f1(macro)", "f1(macro)", undefined]);
    assert.deepEqual(best("keep: best(accuracy), early_stopping: patience(3, metric: accuracy)").slice(0, 2), [
      "accuracy",
      "accuracy",
    ]);
    assert.deepEqual(best("keep: best, early_stopping: patience(3, metric: recall)").slice(0, 2), ["recall", "recall"]);
  });
  it("stores early-stopping metrics in the form that older recipes use", () => {
    const { recipe } = trainWith("early_stopping: patience(2, metric: accuracy), keep: best");
    assert.deepEqual(recipe.training.early_stopping?.arguments, { validations: 2, metric: "accuracy", by: 0 });
    assert.equal(recipe.training.keep, "best");
    assert.deepEqual(trainWith("early_stopping: patience").recipe.training.early_stopping?.arguments["metric"], "loss");
  });
  it("changes the recipe hash with every recipe option", () => {
    const options = [
      "epochs: 2",
      "steps: 7",
      "batch_size: 8",
      "accumulate: 2",
      "precision: bf16",
      "recompute: blocks",
      "recompute: none",
      "optimizer: adamw(learning_rate: 3e-4)",
      "optimizer: adamw(weight_decay: 0.2)",
      "schedule: cosine(warmup: 10%)",
      "schedule: linear(warmup: 20%)",
      "clip: 2",
      "clip: none",
      "dropout: 0.3",
      "shuffle: none",
      "shuffle: random",
      "early_stopping: patience(1)",
      "early_stopping: patience(1, metric: f1(macro))",
      "keep: best(accuracy)",
      "keep: best(f1(macro))",
      "validate: every(steps: 5)",
      "checkpoint: every(steps: 5)",
      "keep: last",
      "log: every(steps: 5)",
      "seed: 1",
    ];
    const hashes = [trainWith("").recipeHash, ...options.map((o) => trainWith(o).recipeHash)];
    assert.equal(new Set(hashes).size, hashes.length);
  });
  it("changes the recipe hash with the semantics version", () => {
    const { recipe, recipeHash: hash } = trainWith("");
    const { semantics, ...rest } = recipe;
    const older: Recipe = rest;
    assert.deepEqual([semantics, semanticsVersionOf(older)], [SEMANTICS_VERSION, 1]);
    assert.equal(recipeHash(recipe), hash);
    assert.equal(
      new Set([hash, recipeHash(older), recipeHash({ ...recipe, semantics: SEMANTICS_VERSION + 1 })]).size,
      3,
    );
  });
  it("changes the recipe hash with options of data and model, but not with names", () => {
    const hash = (data: string, model: string, names = "d m"): string => {
      const [d, m] = names.split(" ");
      return plansOf(
        `data ${d} { source: csv("a.csv"), columns: { text: text, label: label }, ${data} }\nmodel ${m} { base: "minilm", task: text_classification, ${model} }\ntrain ${m} on ${d}`,
      )[0]!.recipeHash;
    };
    const all = [
      hash("", ""),
      hash("clean: unicode", ""),
      hash("sample: 50", ""),
      hash("labels: [no, yes]", ""),
      hash("split: random(train: 90%, validation: 10%)", ""),
      hash("", "technique: lora"),
      hash("", "technique: lora(rank: 4)"),
      hash("", "technique: lora(alpha: 4)"),
      hash("", "max_length: 32"),
    ];
    assert.equal(new Set(all).size, all.length);
    assert.equal(hash("", "", "tickets router"), all[0]);
  });
  it("changes only the plan hash with the engine", () => {
    const [one] = plansOf(`${definitions}train m on d`);
    const [other] = plansOf(`engine { engine: tfjs }\n${definitions}train m on d`);
    assert.equal(one?.recipeHash, other?.recipeHash);
    assert.notEqual(one?.planHash, other?.planHash);
  });
  it("makes as many updates with `accumulate`, in less memory", () => {
    const whole = trainWith("batch_size: 256").estimates;
    const parts = trainWith("batch_size: 64, accumulate: 4").estimates;
    assert.deepEqual([parts.steps, parts.tokens], [whole.steps, whole.tokens]);
    assert.ok(parts.memoryBytes < whole.memoryBytes);
  });
  it("picks `recompute: auto` by memory without changing the recipe hash", () => {
    const on = (memory: number): Plan => plansOf(`${definitions}train m on d { batch_size: 512 }`, { memory })[0]!;
    const large = on(64e9);
    assert.equal(large.effects.recompute, "none");
    const forced = plansOf(`${definitions}train m on d { batch_size: 512, recompute: blocks }`, { memory: 64e9 })[0]!;
    assert.equal(forced.effects.recompute, "blocks");
    if (forced.estimates.memoryBytes < large.estimates.memoryBytes) {
      const small = on((forced.estimates.memoryBytes + large.estimates.memoryBytes) / 2);
      assert.equal(small.effects.recompute, "blocks");
      assert.equal(small.recipeHash, large.recipeHash);
      assert.notEqual(small.planHash, large.planHash);
    }
  });
  it("splits long texts into windows for text generation, or packs rows", () => {
    const base = { ...minilm, family: "gpt2", positions: 64, shapes: {}, parameters: 1e6 };
    const texts = 'data d { source: csv("a.csv"), columns: { text: text }, split: by_column(part) }\n';
    const model = 'model m { base: "gpt2", task: text_generation }\n';
    const lengths = { step: 50, counts: [300, 0, 0, 0, 0, 0, 0, 0, 100], total: 300 * 20 + 100 * 400, longest: 410 };
    const split = { rows: 400, labels: [], lengths };
    const data = () => dataFacts({ labels: [], splits: { train: split, validation: split } });
    const plan = (block: string) =>
      plansOf(`${texts}${model}train m on d { epochs: 1, batch_size: 10${block} }`, { base, data })[0]!;
    // 300 short texts, and 100 texts of about 425 tokens, which make 7 windows of 64 each.
    assert.equal(plan("").estimates.steps, (300 + 700) / 10);
    assert.equal(plan("").estimates.tokens, lengths.total);
    const packed = plan(", packing: true");
    assert.ok(packed.estimates.steps < 80 && packed.estimates.steps >= lengths.total / 640);
    assert.notEqual(packed.recipeHash, plan("").recipeHash);
    assert.equal(plan(", accumulate: 5").estimates.steps, 20);
    const metrics = (text: string) => {
      const run = compiled(`${texts}${model}train m on d\nevaluate m on d.validation${text}`, { base, data });
      const action = run.actions?.find((a): a is Extract<Action, { verb: "evaluate" }> => a.verb === "evaluate");
      return { codes: run.codes, metrics: action?.metrics.map(({ word }) => word) };
    };
    assert.deepEqual(metrics(""), { codes: [], metrics: ["loss", "perplexity"] });
    assert.deepEqual(metrics(" { metrics: [f1(macro)] }").codes, ["metric-of-other-task"]);
  });
  it("counts LoRA matrices and the head as trainable", () => {
    const [plan] = plansOf(`${definitions}model small like m { technique: lora(rank: 8) }\ntrain small on d`);
    assert.equal(plan?.estimates.trainable, 12 * 8 * (384 + 384) + 384 * 2 + 2);
  });
  it("distinguishes written, parameter, default and derived values", () => {
    const [plan] = plansOf(`parameters { n: 4 }\n${definitions}train m on d { epochs: 2, batch_size: $n }`);
    const from = (path: string) => plan?.origins[path]?.from;
    assert.deepEqual(
      [
        from("training.epochs"),
        from("training.batch_size"),
        from("training.clip"),
        from("training.optimizer.learning_rate"),
      ],
      ["written", "parameter", "default", "derived"],
    );
  });
  it("uses the best trial of a finished sweep as a recipe", () => {
    const sweep = `${definitions}recipe q { epochs: 1 }\nsweep m on d with q as s { vary: { technique: choice(full, lora(rank: 4)), batch_size: choice(8, 16) }, maximize: accuracy }`;
    const run = compiled([sweep, "train m on d with s.best as winner"], {
      live: { "s.best": { value: { record: { technique: "lora(rank: 4)", batch_size: "16" } } } },
    });
    assert.deepEqual(run.codes, []);
    const action = run.actions?.find((a) => a.verb === "train");
    assert.deepEqual(
      [action?.name, action?.plan.recipe.model.technique.word, action?.plan.recipe.training.batch_size],
      ["winner", "lora", 16],
    );
    assert.equal(run.names["winner"], "run");
  });
  it("splits a file that uses its own sweep, with correct offsets", () => {
    const text = `${definitions}sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }\ntrain m on d with s.best as winner\nevaluate winner on d.test\n`;
    const parts = splitSourceAfterSweeps({ id: "f", title: "f", text }, verbs);
    assert.deepEqual(
      parts.map((p) => [p.id, p.text.length, p.text.trim().split(" ")[0]]),
      [
        ["f", text.length, "data"],
        ["f#2", text.length, "train"],
      ],
    );
    assert.equal(parts[1]?.text.indexOf("train"), text.indexOf("train m on d with"));
    assert.deepEqual(
      compiled(
        parts.map((p) => p.text),
        { live: { "s.best": { value: { record: { batch_size: "8" } } } } },
      ).codes,
      [],
    );
    assert.deepEqual(compiled(text).codes, ["known-after-run"]);
    assert.equal(splitSourceAfterSweeps({ id: "f", title: "f", text: definitions }, verbs).length, 1);
  });
  it("splits a file that uses an attached sweep, under its name or another", () => {
    const parts = (text: string): readonly string[] =>
      splitSourceAfterSweeps({ id: "f", title: "f", text }, verbs).map((part) => part.text.trim().split("\n")[0] ?? "");
    const use = "evaluate found.best on d.test";
    assert.deepEqual(parts(`attach found\n${use}\n`), ["attach found", use]);
    assert.deepEqual(parts(`attach "../runs/detached/f-1" as found\n${use}\n`).length, 2);
    assert.deepEqual(parts(`attach other as found\nevaluate other.best on d.test\n${use}\n`).slice(1), [use]);
    assert.deepEqual(parts("attach found\nevaluate found on d.test\n").length, 1);
  });
  it("is the same for the same sources", () => {
    assert.deepEqual(compiled(built["quickstart"] ?? "").actions, compiled(built["quickstart"] ?? "").actions);
  });
});

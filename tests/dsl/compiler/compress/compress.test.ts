/** `compress`: the plans of its steps, the differences between their recipes, and later cells that use their names. */
import assert from "node:assert/strict";
import type { Action } from "#dsl/compiler/plan/action.js";
import { Facts, type BaseFacts } from "#dsl/language/types/facts.js";
import { compile } from "#dsl/compiler/program/compile.js";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { registry } from "#stdlib/registry.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { base, compiled, dataFacts } from "../../world.js";

type Compress = Extract<Action, { verb: "compress" }>;
const before = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
data e { source: csv("b.csv"), columns: { text: text } }
model m { base: "minilm", task: text_classification, max_length: 64 }
recipe r { epochs: 2 }
train m on d with r
`;
function compress(statement: string): Compress {
  const { actions = [], diagnostics } = compiled([before + statement]);
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    [],
  );
  const found = actions.find((action) => action.verb === "compress");
  assert.ok(found?.verb === "compress");
  return found;
}
const hashOf = (statement: string): string => compress(statement).stages[0]!.plan.recipeHash;

describe("`compress` statement", () => {
  it("plans a student as a full training that starts from the model's weights", () => {
    const { name, start, stages } = compress("compress m on d with r as s { distill: student(layers: 3) }");
    assert.deepEqual([name, start, stages.length], ["s", "m", 1]);
    const [{ plan, key }] = stages as [Compress["stages"][number]];
    assert.equal(key, "distill");
    const { model, compress: of, training } = plan.recipe;
    assert.equal(model.technique.word, "full");
    assert.equal(model.max_length, 64);
    assert.equal(model.trained?.made?.word, "student");
    assert.equal(of?.stage.word, "student");
    assert.equal(training.epochs, 2);
    // Three of six blocks.
    const whole = compiled([before]).actions?.find((action) => action.verb === "train");
    assert.ok(whole?.verb === "train" && plan.estimates.parameters < whole.plan.estimates.parameters);
    assert.equal(of?.of, whole.plan.recipeHash);
  });

  it("includes losses, teacher and rows in the recipe hash, but not the name", () => {
    const hashes = [
      "compress m on d with r as s { distill: student(layers: 3) }",
      "compress m on d with r as s { distill: student(layers: [0, 2, 4]) }",
      "compress m on d with r as s { distill: student(layers: 3, learns: logits) }",
      "compress m on d with r as s { distill: student(layers: 3, learns: [labels, logits(temperature: 3)]) }",
      "compress m on d, e with r as s { distill: student(layers: 3) }",
      "train m on d with r as n { seed: 2 }\ncompress n on d with r as s { distill: student(layers: 3) }",
      'compress prompt("SmolLM2-135M-Instruct", "Which? {text}") on d with r as s { distill: student(base: "minilm") }',
      'compress prompt("SmolLM2-135M-Instruct", "Which one? {text}") on d with r as s { distill: student(base: "minilm") }',
    ].map(hashOf);
    assert.equal(new Set(hashes).size, hashes.length);
    assert.equal(
      hashOf("compress m on d with r as other { distill: student(layers: 3, learns: [labels, logits]) }"),
      hashes[0],
    );
  });

  it("counts the teacher if it runs during training, and checks memory for both models", () => {
    const of = (learns: string) =>
      compress(`compress m on d with r as s { distill: student(layers: 3, learns: ${learns}) }`).stages[0]!.plan
        .estimates;
    const [once, beside] = [of("[labels, logits]"), of("[labels, hidden]")];
    const weights = 4 * base.parameters;
    assert.ok(beside.memoryBytes >= once.memoryBytes + weights, "its weights and what is held of it");
    assert.ok(beside.flops > once.flops);
    // The teacher itself trains with less memory, as only its head trains.
    const light = before.replace("max_length: 64", "max_length: 64, technique: head_only");
    const room = once.memoryBytes + weights / 2;
    const codes = (learns: string) =>
      compiled([`${light}compress m on d with r as s { distill: student(layers: 3, learns: ${learns}) }`], {
        memory: room,
      }).diagnostics.map(({ code }) => code);
    assert.deepEqual(codes("[labels, logits]"), []);
    assert.deepEqual(codes("[labels, hidden]"), ["memory-short"]);
  });

  it("plans no steps for quantization alone", () => {
    const { stages } = compress("compress m on d as s { quantize: int8 }");
    const { steps, tokens, flops, validating } = stages[0]!.plan.estimates;
    assert.deepEqual([steps, tokens, flops, validating], [0, 0, 0, undefined]);
    const shown = String(planCardView(stages[0]!.plan, { from: "m" }).bundle["text/plain"]);
    assert.match(shown, /stage +int8/);
    assert.doesNotMatch(shown, /epoch|optimizer|batch|validation|^trained/m);
  });

  it("defines its model for later cells, until something above it changes", () => {
    const cell = `${before}compress m on d with r as s { distill: student(layers: 3) }`;
    const hash = compress("compress m on d with r as s { distill: student(layers: 3) }").stages[0]!.plan.recipeHash;
    const teacher = compress("compress m on d with r as s { distill: student(layers: 3) }").stages[0]!.plan.recipe
      .compress!.of;
    const outside = { trained: { m: teacher, s: hash } };
    const later = (text: string, cells = [cell]) => compiled([...cells, text], { outside });
    assert.deepEqual(later("evaluate s on d.test").diagnostics, []);
    assert.deepEqual(
      later("evaluate s on d.test", [cell.replace("layers: 3", "layers: 2")]).diagnostics.map(({ code }) => code),
      ["changed-since-trained"],
    );
    // A compressed model can be compressed again and updated like any other.
    const again = later("compress s on d with r as t { distill: student(layers: 1) }");
    assert.deepEqual(again.diagnostics, []);
    const plan = again.actions?.find((action) => action.verb === "compress");
    assert.ok(plan?.verb === "compress" && plan.stages[0]?.plan.recipe.compress?.of === hash);
    assert.deepEqual(later("update s on d with r as u { strategy: naive }").diagnostics, []);
  });

  it("distils a prompted base into another base, for the labels of the data", () => {
    const { start, stages } = compress(
      'compress prompt("SmolLM2-135M-Instruct", "Which? {text}") on d, e with r as s { distill: student(base: "minilm") }',
    );
    assert.match(start, /^prompt\(/);
    const { model, compress: of } = stages[0]!.plan.recipe;
    assert.deepEqual([model.task.word, model.base, model.trained], ["text_classification", "minilm", undefined]);
    assert.equal(of?.teacher?.call.word, "prompt");
    assert.deepEqual(
      of.unlabelled?.map(({ data }) => data.name),
      ["e"],
    );
  });

  it("allows hidden and attention losses for another base only if both tokenize alike", () => {
    const codes = (learns: string, tokens: string | undefined) => {
      const named = (name: string): BaseFacts =>
        name === "minilm"
          ? { ...base, tokens: "wordpieces" }
          : { ...base, hash: "tiny-hash", parameters: 4_000_000, ...(tokens !== undefined && { tokens }) };
      const statement = `compress m on d with r as s { distill: student(base: "tiny", learns: ${learns}) }`;
      return compiled([before + statement], { base: named }).diagnostics.map(({ code }) => code);
    };
    assert.deepEqual(codes("[logits, hidden, attention]", "wordpieces"), []);
    assert.deepEqual(codes("[logits, hidden]", "bytes"), ["distill-task"]);
    assert.deepEqual(codes("[logits, hidden]", undefined), ["distill-task"]);
    assert.deepEqual(codes("[labels, logits]", "bytes"), []);
  });

  it("defines the last stage's model before facts about the first stage are known", () => {
    const cell = `${before}compress m on d with r as s { distill: student(layers: 3), quantize: int8 }\n`;
    for (const use of [
      "evaluate s on d.test",
      'predict s on "x"',
      "compress s on d with r as t { distill: student(layers: 1) }",
    ]) {
      const { diagnostics } = compile(
        [{ id: "cell-1", title: "cell 1", text: cell + use }],
        ...([registry, Facts.none, "run", emptyEnvironment] as const),
      );
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        [],
      );
    }
  });

  const told = (statement: string, more: Parameters<typeof compiled>[1] = {}) =>
    compiled([before + statement], more).diagnostics.map(({ code, data }) => ({ code, ...textsOfCode(code, data) }));

  it("rejects layer counts and lists that the model cannot satisfy with one error", () => {
    for (const layers of ["1e8", "99999999999999", "0", "[0, 2, 2]", "[]", "[4, 2]"]) {
      const [one, ...more] = told(`compress m on d with r as s { distill: student(layers: ${layers}) }`);
      assert.deepEqual([one?.code, more], ["not-so-small", []], layers);
    }
    const said = (layers: string) =>
      JSON.stringify(told(`compress m on d with r as s { distill: student(layers: ${layers}) }`));
    assert.match(said("0"), /at least 1/);
    assert.match(said("[0, 2, 2]"), /layer 2 is listed twice/);
    assert.match(said("1e8"), /use fewer/);
  });

  it("rejects empty or repeated losses, differing head counts and rows that no stage reads", () => {
    for (const [stages, says] of [
      ["distill: student(layers: 3, learns: [])", /nothing is listed/],
      ["distill: student(layers: 3, learns: [labels, labels(2)])", /`labels` is listed twice/],
      ["distill: student(layers: 3, hidden: 192, learns: [labels, attention(of: scores)])", /6 heads, .* 12/],
      ["sparsify: structured(heads: 100%)", /at least one must stay/],
    ] as const) {
      const [one, ...more] = told(`compress m on d with r as s { ${stages} }`);
      assert.deepEqual(more, [], stages);
      assert.match(one?.message ?? "", says);
    }
    const [idle] = told("compress m on d, e as s { quantize: int8 }");
    assert.equal(idle?.code, "unlabelled-unread");
    assert.match(idle.message, /`int8` does not use rows without labels/);
    const relations =
      "compress m on d with r as s { distill: student(layers: 3, hidden: 192, learns: [labels, attention]) }";
    assert.deepEqual(told(relations), []);
  });

  it("suggests its own keys for foreign ones, and its block for the verb `distill`", () => {
    const [key] = told("compress m on d with r as s { prune: structured(heads: 25%) }");
    assert.match(key?.help ?? "", /write `sparsify: structured\(heads: 25%\)`/);
    const [verb] = told("distill m on d");
    assert.match(verb?.help ?? "", /`compress`, and `distill: student\(layers: 3\)` in its block/);
    const [share] = told("compress m on d with r as s { distill: student(layers: 50%) }");
    assert.equal(share?.help, "write an integer");
  });

  it("bounds loss weights and temperatures", () => {
    for (const learns of ["labels(1e300)", "logits(temperature: 1e30)", "logits(temperature: 1e-30)"])
      assert.deepEqual(
        told(`compress m on d with r as s { distill: student(layers: 3, learns: [${learns}]) }`).map(
          ({ code }) => code,
        ),
        ["out-of-range"],
        learns,
      );
  });

  it("reports tokens unknown to the tokenizer only once", () => {
    const reading = { rows: 100, languages: [], unknown: { rows: 90, tokens: 400, of: 1000, some: ["ж"] } };
    const codes = told("compress m on d with r as s { distill: student(layers: 3), quantize: int8 }", {
      data: (need) => dataFacts(need.base ? { reading } : {}),
    }).map(({ code }) => code);
    assert.deepEqual(codes, ["unknown-tokens"]);
  });

  it("warns of a learning rate for adapters, since all weights of a student train", () => {
    const rate = "optimizer: adamw(learning_rate: 1e-3)";
    assert.deepEqual(
      told(`compress m on d with r as s { distill: student(layers: 3), ${rate} }`).map(({ code }) => code),
      ["rate-far-off"],
    );
  });

  it("counts a student's parameters from its tensors, without position ids", () => {
    const shapes = { ...base.shapes, "embeddings.position_ids": [1, 512] };
    const elements = (of: BaseFacts["shapes"]) =>
      Object.values(of).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const facts = { ...base, shapes, parameters: elements(shapes) - 512 };
    const cell = `${before}compress m on d with r as s { distill: student(layers: 3) }`;
    const found = compiled([cell], { base: facts }).actions?.find((action) => action.verb === "compress");
    assert.ok(found?.verb === "compress");
    const { parameters, larger } = found.stages[0]!.plan.estimates;
    const head = 2 * 384 + 2;
    const half = Object.fromEntries(Object.entries(base.shapes).filter(([name]) => !/layer\.[345]\./.test(name)));
    assert.equal(parameters, elements(half) + head);
    assert.equal(larger, facts.parameters + head);
  });

  it("plans one unlabelled row per labelled row, whether given or augmented", () => {
    const split = (rows: number, length: number) => ({
      rows,
      labels: [],
      lengths: { step: 8, counts: [0, 0, rows], total: rows * length, longest: 40 },
    });
    const estimates = (statement: string) => {
      const { actions = [] } = compiled([before + statement], {
        speed: 1e11,
        data: (need) =>
          need.data.name === "e"
            ? dataFacts({ hash: "more", labels: [], splits: { all: split(5000, 24) } })
            : dataFacts(),
      });
      const found = actions.find((action) => action.verb === "compress");
      assert.ok(found?.verb === "compress");
      return found.stages[0]!.plan.estimates;
    };
    const alone = estimates("compress m on d with r as s { distill: student(layers: 3) }");
    const more = estimates("compress m on d, e with r as s { distill: student(layers: 3) }");
    const made = estimates("compress m on d with r as s { distill: student(layers: 3, augment: 6) }");
    const both = estimates("compress m on d, e with r as s { distill: student(layers: 3, augment: 6) }");
    // 800 rows of 8 tokens, two epochs; each is accompanied by one drawn row of 24 tokens.
    assert.deepEqual([alone.tokens, more.tokens, made.tokens], [12_800, 12_800 + 1600 * 24, 25_600]);
    assert.deepEqual(
      [alone.drawn, more.drawn?.rows, made.drawn?.rows, both.drawn?.rows],
      [undefined, 5000, 4800, 9800],
    );
    assert.equal(both.tokens, 12_800 + Math.round((1600 * (5000 * 24 + 4800 * 8)) / 9800));
    assert.equal(more.steps, alone.steps);
    for (const one of [more, made]) {
      assert.ok(one.memoryBytes > alone.memoryBytes && one.seconds! > alone.seconds!);
      // Twice the rows, and the teacher predicts all of them.
      assert.ok(one.flops > 1.5 * alone.flops, `${String(one.flops)} of ${String(alone.flops)}`);
    }
  });
});

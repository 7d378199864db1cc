/** What comes and goes: the version line, experiments, old spellings. With a vocabulary of its own that has some of each. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { hover } from "#dsl/assist/hover.js";
import { wordsOf } from "#dsl/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/diagnostics/diagnostic.js";
import { reached } from "#dsl/types/versions.js";
import { nothingOutside } from "#dsl/plan/outside.js";
import { Facts } from "#dsl/types/facts.js";
import type { Plan } from "#dsl/plan/plan.js";
import { isVerb, makeRegistry, type Parameter, type Registry, type Verb, type Word } from "#dsl/types/registry.js";
import { format } from "#dsl/syntax/format.js";
import { registry as today } from "#stdlib/registry.js";
import { compiled } from "../world.js";

const why = "one name is enough";
const range = { since: "0.2.0", until: "0.4.0", why };
const key = (name: string, more: Partial<Parameter>): Parameter => ({
  ...{ name, type: { is: "number" }, doc: "d", why: "w", impact: "low" },
  ...more,
});
const has = (kind: string, name: string): Word => today.find(kind, name)!;
const withParameters = (word: Word, ...more: readonly Parameter[]): Word => ({
  ...word,
  parameters: [...word.parameters, ...more],
});

/** Today's vocabulary, and words of each sort that may come or go, at a version. */
function vocabulary(version: string): Registry {
  const changed: readonly Word[] = [
    withParameters(
      has("technique", "lora"),
      key("width", { deprecated: { ...range, use: { name: "rank" } } }),
      key("turbo", { experiment: "fast", default: { value: 0 } }),
    ),
    withParameters(
      has("verb", "recipe"),
      key("rounds", { deprecated: { ...range, use: { name: "epochs" } } }),
      key("half", {
        type: { is: "boolean" },
        deprecated: { ...range, use: { name: "precision", values: { true: "bf16", false: "f32" } } },
      }),
      key("haste", { experiment: "fast", default: { value: 1 } }),
      key("padding_to", { deprecated: range, default: { value: 8 } }),
    ),
  ];
  const lora = has("technique", "lora");
  const old = (word: Word, name: string, more: Partial<Word>): Word => ({ ...word, name, example: name, ...more });
  const added: readonly Word[] = [
    old(lora, "low_rank", { deprecated: { ...range, use: { name: "lora" } } }),
    old(lora, "low_rank_of", {
      parameters: [key("size", { positional: true }), key("plain", { type: { is: "boolean" } })],
      deprecated: { ...range, use: { name: "lora", arguments: { size: "rank", plain: null }, adds: { alpha: "16" } } },
    }),
    old(has("optimizer", "adamw"), "adam_w", {
      deprecated: { ...range, use: { name: "adamw", adds: { weight_decay: "0" } } },
    }),
    old(has("technique", "head_only"), "ring", { experiment: "rings" }),
    old(has("verb", "predict"), "ask", { deprecated: { ...range, use: { name: "predict" } } }),
    { kind: "experiment", name: "fast", doc: "Faster.", example: "tune 1 with fast", since: "0.1.0", parameters: [] },
    { kind: "experiment", name: "rings", doc: "Rings.", example: "tune 1 with rings", since: "0.1.0", parameters: [] },
    {
      ...{ kind: "experiment", name: "old_news", doc: "Was tried.", example: "tune 1 with old_news", since: "0.1.0" },
      ...{ standard: "0.1.0", parameters: [] },
    },
  ];
  const replaced = new Set(changed.map((word) => `${word.kind} ${word.name}`));
  const others = today.words.filter((word) => !replaced.has(`${word.kind} ${word.name}`));
  return makeRegistry([...others, ...changed, ...added], version);
}

const data = 'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\n';
const program = (o: { readonly head?: string; readonly technique?: string; readonly recipe?: string }): string =>
  `${o.head ?? ""}${data}model m { base: "minilm", task: text_classification, technique: ${o.technique ?? "full"} }\n` +
  `recipe r { ${o.recipe ?? "epochs: 1"} }\ntrain m on d with r\n`;

const run = (text: string | readonly string[], version = "0.3.0", world: Parameters<typeof compiled>[1] = {}) =>
  compiled(text, { ...world, registry: vocabulary(version) });
const planOf = (text: string | readonly string[], version?: string): Plan => {
  const { actions, codes } = run(text, version);
  const action = actions?.findLast((a) => a.verb === "train");
  assert.ok(action, codes.join(", "));
  return action.plan;
};
const mended = (text: string, diagnostics: readonly Diagnostic[], code: string): string => {
  const edits = diagnostics.flatMap((d) => (d.code === code ? (d.fix?.edits ?? []) : []));
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text);
};
const said = ({ code, data: of }: Diagnostic): string => {
  const { message, help } = wordsOf(code, of as never);
  return `${message} (${help ?? ""})`;
};

describe("versions", () => {
  it("are compared part by part", () => {
    const parts = fc.array(fc.nat(20), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const number = (v: readonly number[]) => v.reduce((sum, n, i) => sum + n * 100 ** (2 - i), 0);
        assert.equal(reached(a.join("."), b.join(".")), number(a) >= number(b));
      }),
    );
    assert.ok(reached("0.10.0", "0.9.1") && reached("1.0.0-dev", "1.0.0") && !reached("0.9", "0.10"));
  });
});

describe("the version line", () => {
  const codes = (text: string) => compiled(text, { purpose: "assist" }).codes;
  it("opens a text, under comments, and says nothing else", () => {
    assert.deepEqual(codes("tune 1\nrecipe r { epochs: 3 }"), []);
    assert.deepEqual(codes("// what this is\n/* and more */ tune 1 // one\n"), []);
    assert.deepEqual(compiled(["tune 1\nrecipe r { epochs: 3 }", "tune 1\nrecipe s like r { seed: 1 }"]).codes, []);
  });
  for (const [text, wanted] of [
    ["tune 2", "the text is written in Tune 2, and this is Tune 1 (install the Tunebook that reads it)"],
    ["tune 0", "there is no Tune 0; this is Tune 1 (write `tune 1`)"],
    ["tune 1.5", "there is no Tune 1.5; this is Tune 1 (write `tune 1`)"],
    ['tune "1"', 'there is no Tune "1"; this is Tune 1 (write `tune 1`)'],
    ["tune", "the version line names no version (write `tune 1`)"],
    ["recipe r { epochs: 3 }\ntune 1", "the version line stands after other statements (make it the first line)"],
    ["tune 1\nrecipe r { epochs: 3 }\ntune 1", "the text has a version line already (remove it)"],
    ["tune router on tickets", "`tune router` begins no statement (write `train`)"],
    ["tune 1 { epochs: 3 }", "`tune` takes no block (remove it)"],
  ] as const)
    it(JSON.stringify(text), () => {
      const { diagnostics } = compiled(text, { purpose: "assist" });
      assert.deepEqual(diagnostics.map(said), [wanted]);
    });
  it("is moved to the top, or taken away, by its mend", () => {
    const late = "// a recipe\nrecipe r { epochs: 3 }\n\ntune 1\n";
    const twice = "tune 1\nrecipe r { epochs: 3 }\ntune 1";
    const mend = (text: string) => mended(text, compiled(text, { purpose: "assist" }).diagnostics, "misplaced-version");
    assert.equal(mend(late), "// a recipe\ntune 1\nrecipe r { epochs: 3 }\n\n");
    assert.equal(mend(twice), "tune 1\nrecipe r { epochs: 3 }");
    for (const text of [late, twice]) assert.deepEqual(codes(mend(text)), []);
  });
  it("stays where a file is formatted", () => {
    const verbs = today.verbs().map((v) => v.name);
    assert.equal(
      format("tune   1   with fast,rings\n\n\nrecipe r{}", verbs),
      "tune 1 with fast, rings\n\nrecipe r {}\n",
    );
  });
  it("changes no hash", () =>
    assert.equal(planOf(program({ head: "tune 1\n" })).recipeHash, planOf(program({})).recipeHash));
});

describe("an old spelling", () => {
  const cases = [
    ["a parameter", { technique: "lora(width: 4)" }, { technique: "lora(rank: 4)" }],
    ["a word", { technique: "low_rank(rank: 4)" }, { technique: "lora(rank: 4)" }],
    [
      "a word with other arguments",
      { technique: "low_rank_of(4, plain: true)" },
      { technique: "lora(rank: 4, alpha: 16)" },
    ],
    [
      "a word without arguments",
      { recipe: "epochs: 1, optimizer: adam_w" },
      { recipe: "epochs: 1, optimizer: adamw(weight_decay: 0)" },
    ],
    ["a word and its argument", { technique: "low_rank(width: 4)" }, { technique: "lora(rank: 4)" }],
    ["a key", { recipe: "rounds: 2" }, { recipe: "epochs: 2" }],
    ["a key and its value", { recipe: "epochs: 1, half: true" }, { recipe: "epochs: 1, precision: bf16" }],
  ] as const;
  for (const [what, old, now] of cases)
    it(`of ${what} is a warning, comes to the same, is mended with certainty, and is an error from its end on`, () => {
      const text = program(old);
      const warned = run(text);
      assert.deepEqual(new Set(warned.codes), new Set(["deprecated"]));
      assert.ok(
        warned.diagnostics.every((d) => d.severity === "warning" && d.fix?.certain),
        what,
      );
      assert.equal(planOf(text).recipeHash, planOf(program(now)).recipeHash);
      let mend = mended(text, warned.diagnostics, "deprecated");
      assert.equal(mend, program(now));
      assert.deepEqual(run(mend).codes, []);
      const refused = run(text, "0.4.0");
      assert.deepEqual(new Set(refused.codes), new Set(["removed"]));
      assert.ok(refused.diagnostics.every((d) => d.severity === "error"));
      assert.equal(refused.actions, undefined);
      mend = mended(text, refused.diagnostics, "removed");
      assert.equal(mend, program(now));
      assert.deepEqual(run(text, "0.1.9").codes, [], "before its deprecation it says nothing");
    });
  it("says what it is, until when, why, and what to write", () => {
    const [one] = run(program({ technique: "lora(width: 4)" })).diagnostics;
    assert.equal(
      said(one!),
      `\`width\` of \`lora\` is deprecated since 0.2.0, refused from 0.4.0: ${why} (write \`rank\`)`,
    );
    const [other] = run(program({ technique: "low_rank_of(4)" }), "1.0.0").diagnostics;
    assert.equal(
      said(other!),
      `\`low_rank_of\` went in 0.4.0, deprecated since 0.2.0: ${why} (write \`lora(rank: 4, alpha: 16)\`)`,
    );
  });
  it("beside the new one is given twice", () => {
    assert.deepEqual(run(program({ technique: "lora(width: 4, rank: 8)" })).codes, ["duplicate-key"]);
    assert.deepEqual(run(program({ recipe: "epochs: 1, rounds: 2" })).codes, ["duplicate-key"]);
  });
  it("whose value has no counterpart is an error that names those that have one", () => {
    assert.deepEqual(run(program({ recipe: "half: 3" })).codes, ["unknown-choice"]);
  });
  it("that nothing takes the place of works until its end, without a mend", () => {
    const text = program({ recipe: "padding_to: 16" });
    assert.deepEqual(
      run(text).diagnostics.map((d) => [d.code, d.fix]),
      [["deprecated", undefined]],
    );
    assert.deepEqual(run(text, "0.4.0").codes, ["removed"]);
  });
  it("is read in paths, in what varies and in a header", () => {
    const start = program({ technique: "lora(rank: 4)" });
    const path = `${start}model n like m { technique.width: 8 }\n`;
    assert.equal(mended(path, run(path).diagnostics, "deprecated"), path.replace("technique.width", "technique.rank"));
    assert.deepEqual(run(path).codes, ["deprecated"]);
    const vary =
      "sweep m on d as s { vary: { technique.width: choice(2, 4) }, maximize: accuracy }\nsweep m on d as t { vary: { technique: choice(full, low_rank(width: choice(2))) }, maximize: accuracy }";
    const sweep = start.replace("test: 20%", "validation: 20%").replace(/train m.*\n/, `${vary}\n`);
    const found = run(sweep);
    assert.deepEqual(found.codes, ["deprecated", "deprecated", "deprecated"]);
    assert.match(
      mended(sweep, found.diagnostics, "deprecated"),
      /technique\.rank: choice\(2, 4\)[^]*lora\(rank: choice\(2\)\)/,
    );
    const swept = found.actions?.flatMap((a) => (a.verb === "sweep" ? Object.keys(a.sweep.vary) : []));
    assert.deepEqual(swept, ["technique.rank", "technique"]);
    const asked = `${start}ask m on "a"\n`;
    assert.deepEqual(run(asked).codes, ["deprecated"]);
    assert.equal(run(asked).actions?.at(-1)?.verb, "predict");
    assert.equal(mended(asked, run(asked).diagnostics, "deprecated"), `${start}predict m on "a"\n`);
  });
  it("behind `$x` is told without a mend of what isn't written there", () => {
    const technique = { word: "low_rank", kind: "technique", arguments: { rank: 4 } };
    const { diagnostics } = run(program({ technique: "$t" }), "0.3.0", { live: { t: { value: technique } } });
    assert.deepEqual(
      diagnostics.map((d) => [d.code, d.fix]),
      [["deprecated", undefined]],
    );
  });
  it("comes last in completion, marked, and not at all once it has gone; its page tells of it", () => {
    const context = (version: string): AssistContext => ({
      ...{ registry: vocabulary(version), earlier: [], facts: Facts.none, outside: nothingOutside },
    });
    const at = (text: string, version: string) => complete(text, text.length, context(version)).items;
    const words = at('model m { base: "x", task: text_classification, technique: ', "0.3.0");
    assert.deepEqual(
      words.slice(-2).map((item) => [item.text, item.deprecated, item.detail]),
      [
        ["low_rank", true, "deprecated: write lora"],
        ["low_rank_of", true, "deprecated: write lora"],
      ],
    );
    assert.equal(words.filter((item) => item.deprecated).length, 2);
    assert.ok(!at("model m { technique: ", "0.4.0").some((item) => item.text.startsWith("low_rank")));
    const keys = at("recipe r { ", "0.3.0");
    assert.deepEqual(
      keys.slice(-3).map((item) => item.text),
      ["rounds: ", "half: ", "padding_to: "],
    );
    const page = hover("model m { technique: low_rank }", 22, context("0.3.0"))?.markdown ?? "";
    assert.match(page, /Deprecated since 0\.2\.0, refused from 0\.4\.0: one name is enough\. Write `lora`\./);
    assert.match(hover("recipe r { rounds: 3 }", 12, context("0.3.0"))?.markdown ?? "", /Deprecated since/);
  });
});

describe("an experiment", () => {
  it("needs its switch, and says which line switches it on", () => {
    const text = program({ technique: "ring" });
    const { diagnostics } = run(text);
    assert.deepEqual(diagnostics.map(said), [
      "`ring` belongs to the experiment `rings`, which is off (open the text with `tune 1 with rings`)",
    ]);
    assert.equal(diagnostics[0]?.fix?.certain, false, "to switch it on is a decision");
    const mend = mended(text, diagnostics, "experiment-off");
    assert.equal(mend, `tune 1 with rings\n${text}`);
    assert.deepEqual(run(mend).codes, []);
    for (const [head, wanted] of [
      ["tune 1\n", "tune 1 with rings\n"],
      ["tune 1 with fast\n", "tune 1 with fast, rings\n"],
    ] as const) {
      const headed = program({ head, technique: "ring" });
      assert.equal(
        mended(headed, run(headed).diagnostics, "experiment-off"),
        program({ head: wanted, technique: "ring" }),
      );
    }
  });
  it("may be a key or a parameter; where it is off it has no default either", () => {
    for (const o of [{ recipe: "epochs: 1, haste: 2" }, { technique: "lora(turbo: 1)" }]) {
      assert.deepEqual(run(program(o)).codes, ["experiment-off"]);
      assert.deepEqual(run(program({ ...o, head: "tune 1 with fast\n" })).codes, []);
    }
    assert.equal(planOf(program({ technique: "lora" })).recipe.model.technique.arguments["turbo"], undefined);
    const on = planOf(program({ head: "tune 1 with fast\n", technique: "lora" }));
    assert.equal(on.recipe.model.technique.arguments["turbo"], 0);
  });
  it("is part of the recipe and its hash, in whatever order it stands", () => {
    const hash = (head: string) => planOf(program({ head })).recipeHash;
    assert.deepEqual(planOf(program({ head: "tune 1 with rings, fast\n" })).recipe.experiments, ["fast", "rings"]);
    assert.equal(hash("tune 1 with rings, fast\n"), hash("tune 1 with fast, rings\n"));
    assert.notEqual(hash("tune 1 with fast\n"), hash("tune 1\n"));
    assert.notEqual(hash("tune 1 with fast\n"), hash("tune 1 with rings\n"));
  });
  it("holds for the cells below, until the next version line", () => {
    const rest = `${data}model m { base: "minilm", task: text_classification, technique: ring }`;
    assert.deepEqual(run(["tune 1 with rings", rest]).codes, []);
    assert.deepEqual(run(["tune 1 with rings", `tune 1\n${rest}`]).codes, ["experiment-off"]);
    const { recipe } = planOf(["tune 1 with rings", rest, "tune 1\ntrain m on d { epochs: 1 }"]);
    assert.deepEqual(recipe.experiments, ["rings"], "what a model was written under stays with it");
    const line = run(["tune 1 with rings", `${rest}\nrecipe r { epochs: 1, haste: 2 }`]).diagnostics[0];
    assert.match(said(line!), /`tune 1 with rings, fast`/);
  });
  it("weights stay those of the recipe that was under it", () => {
    const cells = ["tune 1 with rings", `${data}model m { base: "minilm", task: text_classification }\ntrain m on d`];
    const trained = { m: planOf(cells).recipeHash };
    const later = [cells[1]!.replace(/\ntrain.*/, ""), "tune 1 with rings\ntrain m on d"];
    const kept = { m: planOf(later).recipeHash };
    const score = "tune 1\nevaluate m on d.test { metrics: [accuracy] }";
    assert.deepEqual(run([...later, score], "0.3.0", { outside: { trained: kept } }).codes, []);
    assert.deepEqual(run([...later, score], "0.3.0", { outside: { trained: { m: "other" } } }).codes, [
      "changed-since-trained",
    ]);
    const after = [...cells, "tune 1\nevaluate m on d.test { metrics: [accuracy] }"];
    assert.deepEqual(run(after, "0.3.0", { outside: { trained } }).codes, []);
  });
  it("of a used file is its own", () => {
    const files = {
      "a.tune": 'tune 1 with rings\nmodel m { base: "minilm", task: text_classification, technique: ring }',
    };
    const use = 'use "a.tune"\n';
    assert.deepEqual(run(use, "0.3.0", { files }).codes, []);
    const text = `${use}${data}train m on d\nmodel n { base: "minilm", task: text_classification, technique: ring }`;
    const { codes } = run(text, "0.3.0", { files });
    assert.deepEqual(codes, ["experiment-off"]);
    // It is handed on as it was written, whatever is on where it is shown.
    const fast = {
      "c.tune": 'tune 1 with fast\nmodel m { base: "minilm", task: text_classification, technique: lora }',
    };
    const shown = run('use "c.tune"\nshow m', "0.3.0", { files: fast });
    assert.deepEqual(shown.codes, []);
    const brought = shown.actions?.find((a) => a.verb === "model");
    assert.equal(brought?.brought && brought.model.technique.arguments["turbo"], 0);
    const plain = { "b.tune": 'model m { base: "minilm", task: text_classification, technique: ring }' };
    assert.deepEqual(run('tune 1 with rings\nuse "b.tune"', "0.3.0", { files: plain }).codes, ["error-in-used-file"]);
    const sound = run(`${use}${data}train m on d`, "0.3.0", { files }).actions?.find((a) => a.verb === "train");
    assert.deepEqual(sound?.plan.recipe.experiments, ["rings"]);
  });
  for (const [line, code, mend] of [
    ["tune 1 with warp_drive", "unknown-experiment", "tune 1"],
    ["tune 1 with warp_drive, fast", "unknown-experiment", "tune 1 with fast"],
    ["tune 1 with fast, warp_drive", "unknown-experiment", "tune 1 with fast"],
    ["tune 1 with fsat", "unknown-experiment", "tune 1 with fast"],
    ["tune 1 with old_news", "standard-experiment", "tune 1"],
    ["tune 1 with fast, old_news, rings", "standard-experiment", "tune 1 with fast, rings"],
    ["tune 1 with fast, fast", "duplicate-key", "tune 1 with fast"],
  ] as const)
    it(`${line}: ${code}, and a mend`, () => {
      const { diagnostics } = run(line);
      assert.deepEqual(
        diagnostics.map((d) => [d.code, d.severity]),
        [[code, code === "duplicate-key" ? "error" : "warning"]],
      );
      assert.equal(mended(line, diagnostics, code), mend);
      // A name that is near is a guess; one that is nowhere, or needs no switch, goes without changing anything.
      assert.equal(diagnostics[0]?.fix?.certain, line !== "tune 1 with fsat");
    });
  it("that is standard or unknown is in no hash", () => {
    const hash = (head: string) => planOf(program({ head })).recipeHash;
    assert.equal(hash("tune 1 with old_news\n"), hash("tune 1\n"));
    assert.equal(hash("tune 1 with warp_drive\n"), hash("tune 1\n"));
  });
  it("is completed and explained after `with`; what it brings is offered where it is on", () => {
    const context: AssistContext = {
      ...{ registry: vocabulary("0.3.0"), earlier: [], facts: Facts.none, outside: nothingOutside },
    };
    const texts = (text: string) => complete(text, text.length, context).items.map((item) => item.text);
    assert.ok(texts("").includes("tune 1"));
    assert.ok(!texts("recipe r { epochs: 3 }\n").includes("tune 1"));
    assert.deepEqual(texts("tune "), ["1"]);
    assert.deepEqual(texts("tune 1 "), ["with"]);
    assert.deepEqual(texts("tune 1 with "), ["fast", "rings"]);
    assert.deepEqual(texts("tune 1 with rings, "), ["fast"]);
    assert.match(hover("tune 1 with fast", 13, context)?.markdown ?? "", /Faster\./);
    const technique = 'model m { base: "x", task: text_classification, technique: ';
    assert.ok(!texts(technique).includes("ring"));
    assert.ok(texts(`tune 1 with rings\n${technique}`).includes("ring"));
  });
});

describe("what comes and goes is told at its place", () => {
  const start = program({});
  for (const [text, code, place, version = "0.3.0"] of [
    ["tune 1 { epochs: 3 }", "statement-takes-no-block", "{ epochs: 3 }"],
    ["tune 1, 2", "too-many-operands", "2"],
    ["tune 7", "unknown-version", "7"],
    ["tune", "unknown-version", "tune"],
    ["recipe r { epochs: 3 }\ntune 1", "misplaced-version", "tune 1"],
    ["tune 1 with 3", "wrong-operand", "3"],
    ["tune 1 with fast(2)", "wrong-operand", "fast(2)"],
    ["tune 1 with rings, fast, fast", "duplicate-key", "fast"],
    ["tune 1 with old_news", "standard-experiment", "old_news"],
    ["tune 1 with fsat", "unknown-experiment", "fsat"],
    ["tune 1 with warp_drive", "unknown-experiment", "warp_drive"],
    [program({ technique: "ring" }), "experiment-off", "ring"],
    [program({ technique: "lora(turbo: 1)" }), "experiment-off", "turbo"],
    [program({ recipe: "epochs: 1, haste: 2" }), "experiment-off", "haste"],
    [program({ technique: "lora(width: 4)" }), "deprecated", "width"],
    [program({ technique: "low_rank" }), "deprecated", "low_rank"],
    [program({ recipe: "rounds: 2" }), "deprecated", "rounds"],
    [program({ recipe: "rounds: 2" }), "removed", "rounds", "0.4.0"],
    [program({ recipe: "padding_to: 16" }), "deprecated", "padding_to"],
    [program({ recipe: "half: 3" }), "unknown-choice", "3"],
    [`${start}ask m on "a"\n`, "deprecated", "ask"],
    [`${program({ technique: "lora(rank: 4)" })}model n like m { technique.width: 8 }\n`, "deprecated", "width"],
  ] as const)
    it(`${code}: ${place}`, () => {
      const found = run(text, version).diagnostics.filter((d) => d.code === code);
      assert.equal(found.length, 1);
      const { span } = found[0]!;
      assert.equal(text.slice(span.start, span.end), place);
      assert.equal(span.start, text.lastIndexOf(place));
    });
});

describe("records of what comes and goes", () => {
  const parts = (word: Word): readonly (readonly [string, Word | Parameter])[] => [
    [word.name, word],
    ...word.parameters.map((p) => [`${word.name}.${p.name}`, p] as const),
  ];
  for (const [name, registry] of [
    ["of the package", today],
    ["of this test", vocabulary("0.3.0")],
  ] as const)
    it(`${name} name what there is, and an end after their beginning`, () => {
      for (const word of registry.words)
        for (const [at, { deprecated, experiment }] of parts(word)) {
          if (experiment !== undefined) assert.ok(registry.find("experiment", experiment), `${at}: ${experiment}`);
          if (!deprecated) continue;
          assert.ok(!reached(deprecated.since, deprecated.until), `${at} would go before it is deprecated`);
          assert.ok(!deprecated.why.endsWith("."), at);
          const { use } = deprecated;
          if (!use) continue;
          const target = at === word.name ? registry.find(word.kind, use.name) : word;
          assert.ok(target && !target.deprecated, `${at} leads to ${use.name}`);
          const named = at === word.name ? Object.keys("adds" in use ? (use.adds ?? {}) : {}) : [use.name];
          const owner = (isVerb(target) ? target.keysOf : undefined) ?? "";
          const all = [...target.parameters, ...(registry.find("verb", owner)?.parameters ?? [])];
          for (const one of named)
            assert.ok(
              all.some((p) => p.name === one && !p.deprecated),
              `${at} leads to ${one}`,
            );
        }
    });
  it("are no verb that TypeScript would take", () => {
    assert.ok((today.verbs() as readonly Verb[]).every((verb) => /^[a-z_]+$/.test(verb.name)));
  });
});

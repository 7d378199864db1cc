import assert from "node:assert/strict";
import fc from "fast-check";
import { allCodes, codeEntryOf, textsOfCode, type Code } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { Facts } from "#dsl/language/types/facts.js";
import { registry } from "#stdlib/registry.js";
import { beyond, built } from "../../programs.js";
import { base, compiled, dataFacts, definitions, marked, type Run, type World } from "../../world.js";

/** Checks that each mark in `text` has the code at its position in `codes`, and that nothing else is reported. */
function expect(
  text: string,
  codes: readonly string[],
  o: Parameters<typeof compiled>[1] & { before?: readonly string[] } = {},
): Run {
  const { text: clean, places } = marked(text);
  const run = compiled([...(o.before ?? []), clean], o);
  assert.deepEqual(
    run.diagnostics.map((d) => [d.code as string, d.span.start, d.span.end]),
    places.map((p, i) => [codes[i], p.start, p.end]),
  );
  return run;
}
/** Returns the text after applying the fix of the first diagnostic that has one. */
function mended(run: Run): string {
  const text = run.sources.at(-1)?.text ?? "";
  const fix = run.diagnostics.find((d) => d.fix)?.fix;
  assert.ok(fix, "a fix");
  return fix.edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((s, e) => s.slice(0, e.start) + e.text + s.slice(e.end), text);
}

describe("diagnostics of habits from other languages", () => {
  const cases: readonly (readonly [string, string, string?])[] = [
    ["recipe r { epochs ‹=› 3 }", "equals-for-colon", "recipe r { epochs: 3 }"],
    ['model m { base: "minilm", task: text_classification, technique: lora(rank‹=›8) }', "equals-for-colon"],
    ["recipe r { ‹epochs 3› }", "missing-colon", "recipe r { epochs: 3 }"],
    ['data d { source: csv("a.csv"), ‹columns {› text: text } }', "missing-colon"],
    [
      "recipe r { optimizer: adamw ‹{› weight_decay: 0.1 } }",
      "braces-for-parentheses",
      "recipe r { optimizer: adamw( weight_decay: 0.1 ) }",
    ],
    [
      "model m { base: ‹'minilm'›, task: text_classification }",
      "wrong-quotes",
      'model m { base: "minilm", task: text_classification }',
    ],
    ["model m { base: ‹“minilm”›, task: text_classification }", "wrong-quotes"],
    ["recipe r { epochs: 3 } ‹# short›", "hash-comment", "recipe r { epochs: 3 } //  short"],
    ["recipe r { epochs: 3‹;› batch_size: 4 }", "semicolon", "recipe r { epochs: 3, batch_size: 4 }"],
    ["recipe r { epochs: 3 }‹;›", "semicolon", "recipe r { epochs: 3 }"],
    [
      "recipe r { optimizer: adamw(‹learning-rate›: 1e-3) }",
      "kebab-name",
      "recipe r { optimizer: adamw(learning_rate: 1e-3) }",
    ],
    [
      "recipe r { optimizer: adamw(‹lr›: 1e-3) }",
      "unknown-argument",
      "recipe r { optimizer: adamw(learning_rate: 1e-3) }",
    ],
    ["recipe r { resume: ‹True› }", "foreign-literal", "recipe r { resume: true }"],
    ["recipe r\n‹{› epochs: 3 }", "brace-on-next-line", "recipe r { epochs: 3 }"],
    ["recipe r { steps: ‹1,000› }", "thousands-comma", "recipe r { steps: 1_000 }"],
    ["recipe r { clip: ‹.5› }", "bare-decimal", "recipe r { clip: 0.5 }"],
    ["recipe r { schedule: linear(warmup: ‹10 %›) }", "separated-unit", "recipe r { schedule: linear(warmup: 10%) }"],
    ["recipe r { schedule: linear(warmup: ‹0.1›) }", "share-as-decimal", "recipe r { schedule: linear(warmup: 10%) }"],
    ["parameters { x: ‹−1› }", "minus-sign", "parameters { x: -1 }"],
    ["recipe r { ‹batchsize›: 4 }", "unknown-key", "recipe r { batch_size: 4 }"],
    ["recipe r { ‹num_train_epochs›: 4 }", "unknown-key", "recipe r { epochs: 4 }"],
    ["recipe r { epochs: 1, ‹epochs›: 2 }", "duplicate-key"],
    ["recipe r { epochs: 3 ‹batch_size›: 4 }", "missing-comma", "recipe r { epochs: 3, batch_size: 4 }"],
    ["‹tarin› router on tickets", "unknown-verb", "train router on tickets"],
    ["recipe r { optimizer: adamw(learning_rate: 1e-3)‹)› }", "stray-bracket"],
    ["recipe r { optimizer: adamw‹(›learning_rate: 1e-3 }", "unclosed-bracket"],
    ['recipe r { keep: ‹"best"› }', "wrong-type", "recipe r { keep: best }"],
    [
      "model m { base: ‹minilm›, task: text_classification }",
      "wrong-type",
      'model m { base: "minilm", task: text_classification }',
    ],
    ["recipe r { batch_size: ‹choice(16, 32)› }", "space-outside-vary"],
  ];
  for (const [text, code, after] of cases) {
    it(text.replace(/[‹›]/g, ""), () => {
      const run = expect(text, [code]);
      if (after !== undefined) assert.equal(mended(run), after);
    });
  }
  it("report each unknown escape of a Windows path and double its backslash", () => {
    const run = expect('model m { base: "C:‹\\d›ata‹\\m›ini", task: text_classification }', [
      "unknown-escape",
      "unknown-escape",
    ]);
    assert.ok(mended(run).includes("C:\\\\data"));
  });
  it("report four different errors of one block at once", () => {
    expect(`recipe r {\n  ‹epoch›: 3\n  batch_size: ‹0›\n  optimizer: ‹adamx›\n  shuffle: ‹sorted›\n}`, [
      "unknown-key",
      "out-of-range",
      "unknown-word",
      "unknown-choice",
    ]);
  });
});

describe("diagnostics of names and statements", () => {
  it("name the block where a misplaced key belongs", () => {
    const run = expect(`model m { base: "minilm", task: text_classification, ‹epochs›: 3 }`, ["unknown-key"]);
    assert.match(textsOfCode(run.diagnostics[0]!.code, run.diagnostics[0]!.data as never).help ?? "", /`recipe`/);
  });
  it("name the word that a parameter belongs to", () => {
    const run = expect(`model m { base: "minilm", task: text_classification, ‹rank›: 8 }`, ["unknown-key"]);
    assert.match(
      textsOfCode(run.diagnostics[0]!.code, run.diagnostics[0]!.data as never).help ?? "",
      /technique: lora\(rank/,
    );
  });
  it("offer the nearest known name", () =>
    assert.equal(
      mended(
        expect(`${definitions}recipe quick { epochs: 1 }\ntrain ‹nn› on d with ‹quik›`, [
          "unknown-name",
          "unknown-name",
        ]),
      ).endsWith("with quick"),
      true,
    ));
  it("report a name of the wrong kind", () => void expect(`${definitions}train ‹d› on d`, ["wrong-kind-of-name"]));
  it("allow one definition per cell, and a new one in a later cell", () => {
    expect("recipe a { epochs: 1 }\nrecipe ‹a› { epochs: 2 }", ["defined-twice"]);
    expect("recipe a { epochs: 2 }", [], { before: ["recipe a { epochs: 1 }"] });
  });
  it("report a name that TypeScript already uses", () =>
    void expect("recipe ‹rows› { epochs: 1 }", ["name-taken"], { outside: { typescript: ["rows"] } }));
  it("report missing and unknown connectors", () => {
    expect(`${definitions}‹train› m`, ["missing-connector"]);
    expect(`${definitions}train m ‹over› d`, ["unknown-connector"]);
  });
  it("report a duplicate connector and too many operands", () => {
    expect("recipe a { epochs: 1 }\nrecipe b like a ‹like› a", ["duplicate-connector"]);
    expect("recipe ‹a, b› { epochs: 1 }", ["too-many-operands"]);
  });
  it("report TypeScript in a Tune cell once", () =>
    void expect("recipe a { epochs: 1 }\n‹const› x = [1, 2];", ["typescript-here"]));
  it("do not repeat errors of an earlier cell", () =>
    void expect("recipe b { epochs: 1 }", [], { before: ["recipe a { epoch: 1 }\ntarin x"] }));
});

describe("diagnostics of splits and training", () => {
  it("offer `.test` for `evaluate` on a split data set", () =>
    assert.ok(
      mended(expect(`${definitions}train m on d\nevaluate m on ‹d›`, ["which-split"])).endsWith("evaluate m on d.test"),
    ));
  it("report `.test` if the data have no split", () => {
    expect(
      'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel m { base: "minilm", task: text_classification }\ntrain m on d\nevaluate m on d.‹test›',
      ["no-split"],
    );
  });
  it("report an unknown split", () =>
    void expect(`${definitions}train m on d\nevaluate m on d.‹tset›`, ["unknown-split"]));
  it("check the splits of `by_column` against the data", () => {
    const by =
      'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: by_column(part) }\nmodel m { base: "minilm", task: text_classification }\ntrain m on d\nevaluate m on d.';
    expect(`${by}test`, []);
    expect(`${by}‹dev›`, ["unknown-split"]);
  });
  it("report an invalid training once, and nothing where its model is used", () => {
    void expect(`${definitions}train m on ‹dd›\nevaluate m on d.test`, ["unknown-name"]);
    void expect(`${definitions}train m on ‹dd› as first\npredict first on "x"`, ["unknown-name"]);
  });
  it("report an untrained model", () => void expect(`${definitions}evaluate ‹m› on d.test`, ["not-trained"]));
  it("report a changed model definition, with both values where they are known", () => {
    const first = compiled(`${definitions}train m on d`);
    const action = first.actions?.find((a) => a.verb === "train");
    assert.ok(action);
    const trained = { m: action.plan.recipeHash };
    const cells = [`${definitions}train m on d`];
    expect("evaluate m on d.test", [], { before: cells, outside: { trained } });
    expect('predict ‹m› on "x"', ["changed-since-trained"], {
      before: [
        ...cells,
        'model m { base: "minilm", task: text_classification, max_length: 64 }',
        "train m on d { seed: 3 }",
      ],
      outside: { trained },
    });
    expect("evaluate ‹m› on d.test", ["not-trained"], { before: cells });
    // Changes are named with both values if the recipe of the weights is known.
    const later = 'model m { base: "minilm", task: text_classification, max_length: 64 }\ntrain m on d { seed: 3 }';
    const recipes = { m: action.plan.recipe };
    const [found] = compiled([...cells, later, 'predict m on "x"'], { outside: { trained, recipes } }).diagnostics;
    assert.equal(found?.code, "changed-since-trained");
    assert.deepEqual((found.data as { changes?: unknown }).changes, [
      { setting: "model max_length", was: "512", now: "64" },
      { setting: "seed", was: "0", now: "3" },
    ]);
  });
  it("report settings that need a validation split", () => {
    const none =
      'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }\nmodel m { base: "minilm", task: text_classification }\n';
    expect(`${none}train m on d { keep: ‹best› }`, ["needs-validation"]);
    expect(`${none}train m on d { early_stopping: ‹patience(2)› }`, ["needs-validation"]);
    expect(`${none}sweep m on ‹d› as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }`, [
      "needs-validation",
    ]);
  });
  it("report `f1` without an average on three labels", () => {
    const three: World = { data: () => dataFacts({ labels: ["a", "b", "c"] }) };
    expect(`${definitions}train m on d\nevaluate m on d.test { metrics: [accuracy, ‹f1›] }`, ["average-needed"], three);
    expect(`${definitions}train m on d\nevaluate m on d.test { metrics: [f1(macro)] }`, [], three);
  });
  it("report a missing role of the task", () =>
    void expect(
      'data d { source: csv("a.csv"), columns: { text: text } }\nmodel m { base: "minilm", task: text_classification }\ntrain m on ‹d›',
      ["missing-role"],
    ));
});

describe("diagnostics of files, data, bases and memory", () => {
  it("report unknown columns and offer a similar one", () => {
    const run = expect(
      'data d { source: csv("a.csv"), columns: { text: text, label: ‹labl› }, split: random(train: 80%, test: 20%, stratify: ‹tema›) }',
      ["unknown-column", "unknown-column"],
    );
    assert.ok(mended(run).includes("label: label"));
  });
  it("report a missing file once, at its source", () => {
    const failed = { failed: { code: "missing-file", data: { path: "a.csv", folder: ".", near: null } } };
    expect(
      `data d { source: ‹csv("a.csv")›, columns: { text: text, label: label } }\nmodel m { base: "minilm", task: text_classification }\ntrain m on d`,
      ["missing-file"],
      { table: failed as never },
    );
  });
  it("offer a similar file name in quotes", () => {
    const failed = { failed: { code: "missing-file", data: { path: "a.csv", folder: ".", near: "b.csv" } } };
    const run = expect(`data d { source: ‹csv("a.csv")›, columns: { text: text, label: label } }`, ["missing-file"], {
      table: failed as never,
    });
    assert.ok(mended(run).includes('source: csv("b.csv")'));
  });
  it("report data with a single label", () =>
    void expect('data d { source: csv("a.csv"), columns: { text: text, label: ‹label› } }', ["one-label-alone"], {
      data: () => dataFacts({ labels: ["yes"] }),
    }));
  it("report an empty split", () => {
    const facts = dataFacts();
    const empty = { ...facts, splits: { ...facts.splits, test: { rows: 0, labels: [], lengths: null } } };
    expect(
      'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 99%, test: ‹1%›) }',
      ["empty-split"],
      { data: () => empty },
    );
  });
  it("report duplicates across splits, with their rows", () => {
    const leak = dataFacts({
      leakCount: 1,
      leaks: [
        {
          text: "the same",
          places: [
            { split: "train", row: 3 },
            { split: "test", row: 9 },
          ],
        },
      ],
    });
    const run = expect(
      'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: ‹random(train: 80%, test: 20%)› }',
      ["split-leak"],
      { data: () => leak },
    );
    assert.deepEqual(textsOfCode(run.diagnostics[0]!.code, run.diagnostics[0]!.data as never).notes, [
      '"the same": row 3 (train), row 9 (test)',
    ]);
  });
  it("report a missing base at its name", () => {
    void expect('model m { base: ‹"x"›, task: text_classification }', ["base-not-found"], {
      base: { failed: { code: "base-not-found", data: {} } },
    });
  });
  it("report LoRA targets that the base does not have", () =>
    void expect('model m { base: "minilm", task: text_classification, technique: lora(targets: [‹q_proj›]) }', [
      "no-target",
    ]));
  it("report techniques that do not suit the base, with the number of trained parameters", () => {
    const messageOf = (run: Run): string => {
      const [d] = run.diagnostics;
      return textsOfCode(d!.code, d!.data as never).message;
    };
    const plain = 'model m { base: "minilm", task: text_classification, technique: ';
    // The base's facts list no biases.
    const none = expect(`${plain}‹bitfit› }`, ["no-biases"]);
    assert.match(messageOf(none), /"minilm" has none: only the head's 770 parameters would be trained/);
    void expect(`${plain}ia3(targets: [‹k_proj›]) }`, ["no-target"]);
    void expect(`${plain}lora(targets: [all]) }`, []);
    void expect(`${plain}lora(targets: [‹feed_forwards›]) }`, ["no-target"]);
    void expect(`${plain}prompt_tuning(tokens: 20) }`, []);
    void expect(`${plain}prompt_tuning(tokens: 20), max_length: ‹500› }`, ["too-long"]);
    const smol = { ...base, family: "llama", shapes: { "model.embed_tokens.weight": [100, 16] } };
    const writer = 'model m { base: "smol", task: text_generation, technique: ';
    const small = expect(`${writer}‹prompt_tuning(tokens: 5)› }`, ["small-for-prompts"], { base: smol });
    assert.match(messageOf(small), /23 million parameters, of which 80 would be trained/);
    assert.equal(small.diagnostics[0]!.severity, "warning");
    void expect(`${writer}prompt_tuning }`, [], { base: { ...smol, parameters: 11e9 } });
    void expect(`${writer}‹head_only› }`, ["nothing-trains"], { base: smol });
    void expect(`${writer}‹ia3› }`, ["no-targets-known"], { base: smol });
  });
  it("reject packing with virtual tokens", () => {
    const writer = 'model m { base: "smol", task: text_generation, technique: prompt_tuning }';
    const data = 'data d { source: csv("a.csv"), columns: { text: text } }';
    const huge = { ...base, family: "llama", parameters: 11e9 };
    void expect(`${data}\n${writer}\ntrain m on d { packing: ‹true› }`, ["no-packed-prompts"], { base: huge });
  });
  it("check the arguments of `freeze`", () => {
    void expect('model m { base: "minilm", task: text_classification, freeze: [embeddings, layers(0..3)] }', []);
    void expect('model m { base: "minilm", task: text_classification, freeze: ‹layers› }', ["missing-argument"]);
  });
  it("reject reduced storage for a base that trains", () => {
    const model = (rest: string): string => `model m { base: "minilm", task: text_classification, ${rest} }`;
    for (const storage of ["bf16", "int8", "nf4", "nf4(double_quantization: false)"])
      void expect(model(`technique: full, storage: ‹${storage}›`), ["storage-trains"]);
    void expect(model("storage: ‹int8›"), ["storage-trains"]);
    void expect(model("technique: full, freeze: [embeddings], storage: ‹bf16›"), ["storage-trains"]);
    void expect(model("technique: full, storage: f32"), []);
    for (const technique of ["lora(rank: 4)", "head_only", "adapters", "prefix_tuning(tokens: 4)"])
      void expect(model(`technique: ${technique}, storage: nf4`), []);
    void expect(model("technique: head_only, storage: ‹int2›"), ["unknown-word"]);
  });
  it("reject a task that the base's family does not support", () => {
    void expect('model m { base: "minilm", task: ‹text_generation› }', ["task-not-for-base"]);
    const decoder = { ...base, family: "llama" };
    void expect('model m { base: "smol", task: ‹text_classification› }', ["task-not-for-base"], { base: decoder });
    void expect('model m { base: "smol", task: text_generation }', [], { base: decoder });
  });
  it("report a `max_length` above the base's positions", () =>
    void expect('model m { base: "minilm", task: text_classification, max_length: ‹600› }', ["too-long"]));
  it("report short memory and suggest a batch that fits", () => {
    const run = expect(`${definitions}train m on d { batch_size: ‹4096› }`, ["memory-short"], { memory: 1.1e9 });
    const [d] = run.diagnostics as Diagnostic[];
    assert.ok(
      d?.code === "memory-short" && d.data.fits && /^batch_size: \d{2,4}, accumulate: \d+$/.test(d.data.change.text),
      JSON.stringify(d?.data),
    );
  });
  it("require only cheap facts while the user types", () => {
    const run = compile(
      [{ id: "a", title: "a", text: `${definitions}train m on d` }],
      registry,
      Facts.none,
      "assist",
      emptyEnvironment,
    );
    assert.deepEqual(
      [...new Set(run.needs.map((n) => n.about))].sort(),
      ["machine", "table"].filter((n) => run.needs.some((m) => m.about === n)),
    );
  });
});

describe("`$` values", () => {
  it("read parameters, which can be overridden from outside", () => {
    const text =
      "parameters { rate: 1e-3, size: 16 }\nrecipe r { optimizer: adamw(learning_rate: $rate), batch_size: $size }";
    const rate = (run: Run) =>
      run.actions?.flatMap((a) =>
        a.verb === "recipe" ? [a.recipe.optimizer?.arguments["learning_rate"], a.recipe.batch_size] : [],
      );
    assert.deepEqual(rate(expect(text, [])), [1e-3, 16]);
    assert.deepEqual(rate(expect(text, [], { outside: { parameters: { rate: 2e-3 } } })), [2e-3, 16]);
  });
  it("apply the same rules to TypeScript values", () => {
    expect("recipe r { batch_size: ‹$n› }", ["out-of-range"], { live: { n: { value: 0 } } });
    expect("recipe r { batch_size: ‹$n› }", ["unknown-reference"]);
    expect("recipe r { batch_size: ‹$n› }", ["wrong-type"], { live: { n: { live: "other" } } });
    expect("data d { source: $rows, columns: { text: text } }", [], {
      live: { rows: { live: "table", columns: ["text"] } },
    });
  });
});

describe("used files", () => {
  it("provide definitions", () =>
    void expect('use "common.tune"\nrecipe mine like quick { epochs: 5 }', [], {
      files: { "common.tune": "recipe quick { epochs: 3 }" },
    }));
  it("reject statements that act", () =>
    void expect('use ‹"common.tune"›', ["action-in-used-file"], {
      files: { "common.tune": `${definitions}train m on d` },
    }));
  it("have their errors reported at their name", () =>
    void expect('use ‹"common.tune"›', ["error-in-used-file"], {
      files: { "common.tune": "recipe quick { epoch: 3 }" },
    }));
  it("reject circular use", () =>
    void expect('use ‹"a.tune"›', ["use-in-circle"], {
      files: { "a.tune": 'use "b.tune"', "b.tune": 'use "a.tune"' },
    }));
  it("are reported if missing", () => void expect('use ‹"no.tune"›', ["missing-file"]));
});

describe("pages of `explain`", () => {
  for (const code of allCodes()) {
    const entry = codeEntryOf(code);
    if (entry?.example === undefined) continue;
    it(`have an example of ${code} that reports only this code`, () => {
      const example = entry.example ?? "";
      const t5 = example.includes('"t5-small"') && { base: { ...base, family: "t5" } };
      const run = compiled(example, { files: { "common.tune": "" }, ...t5 });
      assert.deepEqual([...new Set(run.codes.filter((c) => c !== "missing-file"))], [code]);
    });
  }
  it("explain every code", () => {
    for (const code of allCodes()) assert.ok((codeEntryOf(code)?.explain.length ?? 0) > 20, code);
  });
});

describe("compiler on random text", () => {
  const words = [
    "data",
    "model",
    "recipe",
    "train",
    "evaluate",
    "sweep",
    "use",
    "show",
    "predict",
    "parameters",
    "d",
    "m",
    "r",
    "like",
    "on",
    "with",
    "as",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "csv",
    '"a.csv"',
    "source",
    "columns",
    "text",
    "lora",
    "rank",
    "8",
    "80%",
    "choice",
    "vary",
    "$x",
    "..",
    "technique.rank",
    "true",
    "none",
    "epochs",
    "0.1",
    "f1",
    "optimizer",
    "adamw",
  ];
  it("never throws, reports spans inside the text, and returns actions only without errors", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (pieces) => {
        const text = `${definitions}${pieces.join(" ")}`;
        const run = compiled(text, { files: { "a.csv": "" } });
        for (const d of run.diagnostics)
          assert.ok(d.span.start >= 0 && d.span.end <= text.length && d.span.start <= d.span.end);
        if (run.actions) assert.ok(!run.diagnostics.some((d) => d.severity === "error"));
        for (const d of run.diagnostics) textsOfCode(d.code as Code, d.data as never);
      }),
      { numRuns: 500 },
    );
  });
  it("never throws on a damaged program", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(built), ...beyond),
        fc.nat(),
        fc.nat(8),
        fc.string({ maxLength: 3 }),
        (program, at, cut, put) => {
          const start = at % program.length;
          compiled(program.slice(0, start) + put + program.slice(start + cut));
        },
      ),
      { numRuns: 400 },
    );
  });
});

/** Applying all certain fixes adds no error, leaves no certain fix to apply, and terminates, for any text. */
import assert from "node:assert/strict";
import { applyFixes, applyEdits, type FixResult } from "#dsl/language/diagnostics/fixing.js";
import { damaged } from "../../fuzz.js";
import { built } from "../../programs.js";
import { compiled, type Run } from "../../world.js";
import { badTexts, judged } from "../../compiler/program/corpus.js";

const errors = (run: Pick<Run, "diagnostics"> | FixResult): number =>
  ("left" in run ? run.left : run.diagnostics).filter((d) => d.severity === "error").length;
const fixed = async (text: string, judge: (text: string) => Run) => {
  // Fixes are applied to the last source; the cells before it do not change.
  const id = judge(text).sources.at(-1)!.id;
  const result = await applyFixes(new Map([[id, text]]), (texts) => judge(texts.get(id)!).diagnostics);
  return { ...result, text: result.texts.get(id)! };
};
/** Caches results: the fixed text is compiled again to show that nothing is left to fix. */
function remembering(judge: (text: string) => Run): (text: string) => Run {
  const known = new Map<string, Run>();
  return (text) => {
    const run = known.get(text) ?? judge(text);
    known.set(text, run);
    return run;
  };
}

describe("application of certain fixes", function () {
  this.timeout(120_000);
  it("adds no error to any bad program, and is complete after one run", async () => {
    let mended = 0;
    for (const { name, text } of badTexts()) {
      const judge = remembering(judged);
      const once = await fixed(text, judge);
      assert.ok(errors(once) <= errors(judge(text)), name);
      const twice = await fixed(once.text, judge);
      assert.equal(twice.text, once.text, name);
      if (once.text !== text) mended += 1;
      for (const { offset: at, title } of once.applied) assert.ok(at >= 0 && at <= text.length && title !== "", name);
      if (once.applied.length === 0) assert.equal(once.text, text, name);
    }
    assert.ok(mended > 80, String(mended));
  });
  it("adds no error to damaged programs", async () => {
    let mended = 0;
    const judge = remembering((text) => compiled(text, { purpose: "assist" }));
    for (const text of damaged({ corpus: Object.values(built), count: 120, seed: 7 })) {
      const once = await fixed(text, judge);
      assert.ok(errors(once) <= errors(judge(text)), text);
      assert.equal((await fixed(once.text, judge)).text, once.text, text);
      if (once.text !== text) mended += 1;
    }
    assert.ok(mended > 12, String(mended));
  });
  it("repeats until follow-up errors are fixed, and preserves all other bytes", async () => {
    const text = "// my recipe\nrecipe   r {\n  epoch = 3 ; batchsize=16\n\n\n  lr: 1e-3   // fast\n}\n";
    const { text: now, applied, left } = await fixed(text, (t) => compiled(t, { purpose: "assist" }));
    assert.equal(
      now,
      "// my recipe\nrecipe   r {\n  epochs: 3 , batch_size:16\n\n\n  optimizer: adamw(learning_rate: 1e-3)   // fast\n}\n",
    );
    assert.deepEqual(left, []);
    assert.deepEqual(
      applied.map(({ offset: at, code }) => [text.slice(at, at + 5).split(/\W/)[0], code]),
      [
        ["epoch", "unknown-key"],
        ["", "equals-for-colon"],
        ["", "semicolon"],
        ["batch", "unknown-key"],
        ["", "equals-for-colon"],
        ["lr", "unknown-key"],
      ],
    );
  });
  const says: readonly (readonly [string, string])[] = [
    // A word in the wrong case, and the settings in its parentheses.
    ["model m { technique: LoRA(r: 8, lora_alpha: 16) }", "model m { technique: lora(rank: 8, alpha: 16) }"],
    [
      "recipe r { optimizer: SGD(lr: 0.1, Momentum: 0.9) }",
      "recipe r { optimizer: sgd(learning_rate: 0.1, momentum: 0.9) }",
    ],
    ["model m { technique: LoRA(rank: 8, magic: 1) }", "model m { technique: lora(rank: 8, magic: 1) }"],
    // Parameters of a word that were written next to it.
    [
      "recipe r {\n  learning_rate: 1e-3 // why\n  weight_decay: 0.01\n}",
      "recipe r {\n  optimizer: adamw(learning_rate: 1e-3, weight_decay: 0.01) // why\n}",
    ],
    ["recipe r { lr: 0.1, optimizer: sgd }", "recipe r { optimizer: sgd(learning_rate: 0.1) }"],
    [
      "recipe a { optimizer: sgd }\nrecipe b like a { lr: 0.1 }",
      "recipe a { optimizer: sgd }\nrecipe b like a { optimizer.learning_rate: 0.1 }",
    ],
    ["model m { rank: 8, num_labels: 4, lora_alpha: 16 }", "model m { technique: lora(rank: 8, alpha: 16) }"],
    // Settings of other tools where the value determines the equivalent.
    [
      "recipe r { fp16: true, load_best_model_at_end: True, eval_steps: 500 }",
      "recipe r { precision: bf16, keep: best, validate: every(steps: 500) }",
    ],
    ["recipe r { fp16: false, epochs: 3 }", "recipe r { fp16: false, epochs: 3 }"],
    ["data d { text_column: body, label_column: team }", "data d { columns: { text: body, label: team } }"],
    ["model m { technique: qlora }", "model m { technique: lora(rank: 8), storage: nf4 }"],
    // Settings without effect are removed; settings with an effect stay unless the user confirms.
    ["recipe r {\n  report_to: none\n  epochs: 3\n  do_train: true\n}", "recipe r {\n  epochs: 3\n}"],
    ["recipe r { optimizer: adamw(fused: true, amsgrad: true) }", "recipe r { optimizer: adamw(amsgrad: true) }"],
    ["recipe r { optimizer: adamw(amsgrad: false) }", "recipe r { optimizer: adamw() }"],
    // Values in another form.
    ["recipe r { early_stopping: 3 }", "recipe r { early_stopping: patience(3) }"],
    ['recipe r { epochs: "3 epochs", early_stopping: ~ }', "recipe r { epochs: 3, early_stopping: none }"],
  ];
  for (const [text, wanted] of says)
    it(`follows the help text: ${text.replace(/\s+/g, " ")}`, async () => {
      assert.equal((await fixed(text, (t) => compiled(t, { purpose: "assist" }))).text, wanted);
    });
  it("applies overlapping fixes one after another", async () => {
    const [real] = compiled("tune 2").diagnostics;
    const judge = (texts: ReadonlyMap<string, string>) =>
      [...texts.get("x")!.matchAll(/-/g)].map(({ index: at }) => ({
        ...real!,
        span: { source: "x", start: at, end: at + 1 },
        fix: { title: "remove it", certain: true, edits: [{ start: at - 1, end: at + 2, text: " " }] },
      }));
    const { texts, applied, left } = await applyFixes(new Map([["x", " - - - - "]]), judge);
    assert.deepEqual([texts.get("x"), applied.length, left], [" ", 4, []]);
  });
  it("reverts a fix that adds errors, and applies the others", async () => {
    const text = "recipe r { epoch: 3, batchsize: 4 }\n";
    // The compile function may report more than the language does: in this test, two errors about `batch_size`.
    const further = compiled("recipe r { epoch: 3, step: 4 }", { purpose: "assist" }).diagnostics;
    const judge = (t: string): Run => {
      const run = compiled(t, { purpose: "assist" });
      return { ...run, diagnostics: [...run.diagnostics, ...(t.includes("batch_size") ? further : [])] };
    };
    assert.equal(further.filter((d) => d.severity === "error").length, 2);
    const { text: now, applied, refused } = await fixed(text, judge);
    assert.equal(now, "recipe r { epochs: 3, batchsize: 4 }\n");
    assert.deepEqual([applied.map((f) => f.code), refused.map((f) => f.code)], [["unknown-key"], ["unknown-key"]]);
  });
  it("stops if two fixes undo each other", async () => {
    const there = [{ start: 0, end: 1, text: "b" }];
    const back = [{ start: 0, end: 1, text: "a" }];
    const judge = (texts: ReadonlyMap<string, string>) => {
      const text = texts.get("x")!;
      const [real] = compiled("tune 2").diagnostics;
      return [
        {
          ...real!,
          span: { source: "x", start: 0, end: 1 },
          fix: { title: text, certain: true, edits: text === "a" ? there : back },
        },
      ];
    };
    const { applied, texts } = await applyFixes(new Map([["x", "a"]]), judge);
    assert.deepEqual([applied.length, texts.get("x")], [1, "b"]);
  });
  it("applies edits from the end of the text", () => {
    assert.equal(
      applyEdits("abc", [
        { start: 0, end: 1, text: "xx" },
        { start: 2, end: 2, text: "-" },
      ]),
      "xxb-c",
    );
  });
});

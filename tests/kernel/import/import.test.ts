/** Settings of other tools as Tune programs: what is carried over, what is said not to be, and that all of it compiles. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { stringify } from "yaml";
import { parse } from "#dsl/syntax/parse.js";
import { importSettings, tools } from "#kernel/import/import.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "#tests/dsl/world.js";

const fixtures = fileURLToPath(new URL("../../../../tests/fixtures/import/", import.meta.url));
const bless = process.env["TUNEBOOK_BLESS"] === "1";
const verbs = registry.verbs().map((verb) => verb.name);

describe("settings of other tools", () => {
  for (const file of ["adapter_config.json", "axolotl.yaml", "ludwig.yaml", "autotrain.yaml"]) {
    const golden = `${fixtures}${file}.tune`;
    const { program, left } = importSettings(readFileSync(fixtures + file, "utf8"), file);
    it(`${file} becomes the program that is committed`, () => {
      if (bless || !existsSync(golden)) {
        assert.ok(bless, `${golden} is missing`);
        writeFileSync(golden, program);
      }
      assert.equal(program, readFileSync(golden, "utf8"));
    });
    it(`${file}: the program has no mistake but that its data may lie elsewhere`, () => {
      const columns = ["text", "label", "conversation", "review", "sentiment"];
      const { codes } = compiled(program, { table: columns });
      // The world's base is a BERT of 512 positions; and Ludwig's example has a rate that is small for LoRA.
      const elsewhere = ["task-not-for-base", "too-long", "rate-far-off"];
      assert.deepEqual(
        codes.filter((code) => !elsewhere.includes(code)),
        [],
      );
    });
    it(`${file}: what is not carried over is named with its value`, () => {
      assert.ok(left.length > 0);
      for (const { setting } of left) assert.ok(program.includes(`//   ${setting}: `), setting);
    });
  }

  it("the examples of docs/coming-from.md are what comes out", () => {
    const page = readFileSync(new URL("../../../../docs/coming-from.md", import.meta.url), "utf8");
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/g)];
    assert.equal(examples.length, 2);
    for (const [, yaml = "", tune = ""] of examples)
      assert.equal(importSettings(yaml, "a.yaml").program.replace(/^\/\/.*\n+/gm, ""), tune);
  });
  it("every setting is carried over or told, whatever it is", () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const names = fc.constantFrom(
      "lora_r",
      "target_modules",
      "datasets",
      "trainer",
      "base_model",
      "params",
      "task",
      "data",
      "num_epochs",
      "odd",
      "r",
    );
    fc.assert(
      fc.property(fc.constantFrom(...tools), fc.dictionary(names, value), (tool, settings) => {
        const { program } = importSettings(stringify(settings), "x.yaml", tool);
        assert.deepEqual(parse({ id: "x", title: "x", text: program }, verbs).diagnostics, []);
        if (settings["odd"] && JSON.stringify(settings["odd"]) !== "{}") assert.match(program, /^\/\/ +odd/m);
      }),
      { numRuns: 300 },
    );
  });

  it("AutoTrain's tasks become ours, with their columns", () => {
    const of = (task: string, columns: object, params: object = {}): string =>
      importSettings(
        stringify({ task, base_model: "b", data: { path: "data/", column_mapping: columns }, params }),
        "a.yaml",
      ).program;
    const cases: readonly (readonly [string, object, RegExp, RegExp])[] = [
      [
        "text-classification",
        { text_column: "review" },
        /columns: \{ text: review, label: label \}/,
        /task: text_classification/,
      ],
      ["text_single_column_regression", { target_column: "stars" }, /score: stars/, /task: regression/],
      ["token-classification", { tags_column: "ner" }, /tokens: tokens, tags: ner/, /task: token_classification/],
      [
        "seq2seq",
        { text_column: "long", target_column: "short" },
        /input: long, target: short/,
        /task: text2text_generation/,
      ],
      ["llm-sft", { text_column: "body" }, /columns: \{ text: body \}/, /task: text_generation/],
      ["extractive-qa", { answer_column: "answers" }, /answer: answers/, /task: question_answering$/m],
      ["sentence-transformers:pair", {}, /text: text, text_pair: text_pair/, /sentence_similarity\(loss: ranking\)/],
      ["st:pair_score", { target_column: "s" }, /score: s/, /sentence_similarity\(loss: cosent\)/],
      ["sentence-transformers:triplet", { sentence3_column: "no" }, /negative: no/, /loss: ranking/],
    ];
    for (const [task, columns, ...wanted] of cases)
      for (const pattern of wanted) assert.match(of(task, columns), pattern, task);
    assert.match(of("extractive-qa", {}, { max_doc_stride: 64 }), /question_answering\(stride: 64\)/);
    assert.match(of("llm-dpo", {}), /\/\/ {3}task: "llm-dpo" \(the task isn't built/);
    assert.match(of("llm-sft", {}, { peft: true, target_modules: "q_proj,v_proj" }), /targets: \[q_proj, v_proj\]/);
  });

  it("a file of nobody, no settings, and text that would leave its comment", () => {
    assert.throws(() => importSettings("a: 1", "a.yaml"), { code: "unknown-settings" });
    assert.throws(() => importSettings("- 1", "a.yaml"), { code: "not-settings" });
    assert.throws(
      () => importSettings("a: [1", "a.yaml"),
      (error: { code: string; data: { why: string } }) => {
        assert.equal(error.code, "not-settings");
        assert.doesNotMatch(error.data.why, /no settings by name/);
        return true;
      },
    );
    const { program } = importSettings('peft_type: LORA\nodd: "x\\ntrain a on b"', "a\nb.yaml");
    assert.ok(program.split("\n").every((line) => !line.startsWith("train a")));
  });
});

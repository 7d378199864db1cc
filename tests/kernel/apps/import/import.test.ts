/**
 * Settings of other tools as Tune programs: what is carried over, what is listed as not carried over, and that all of
 * it compiles.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { stringify } from "yaml";
import { parse } from "#dsl/language/syntax/parse.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { importSettings, importTools } from "#kernel/apps/import/import.js";
import { leafPathsOf } from "#kernel/apps/import/settings.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "#tests/dsl/world.js";

const fixtures = fileURLToPath(new URL("../../../../../tests/fixtures/import/", import.meta.url));
const bless = process.env["TUNEBOOK_BLESS"] === "1";
const verbs = registry.verbs().map((verb) => verb.name);

/** Returns undefined if the import is rejected. */
function unlessRefused(made: () => string): string | undefined {
  try {
    return made();
  } catch (error) {
    if (error instanceof CodedError && error.code === "import-refused") return undefined;
    throw error;
  }
}

describe("import of other tools' settings", () => {
  for (const file of ["adapter_config.json", "axolotl.yaml", "ludwig.yaml", "autotrain.yaml"]) {
    const golden = `${fixtures}${file}.tune`;
    const { program, left } = importSettings(readFileSync(fixtures + file, "utf8"), file);
    it(`gives the committed program for ${file}`, () => {
      if (bless || !existsSync(golden)) {
        assert.ok(bless, `${golden} is missing`);
        writeFileSync(golden, program);
      }
      assert.equal(program, readFileSync(golden, "utf8"));
    });
    it(`gives a program without errors, except in checks of the base, for ${file}`, () => {
      const columns = ["text", "label", "conversation", "review", "sentiment"];
      const { codes } = compiled(program, { table: columns });
      // The world's base is a BERT with 512 positions, and the learning rate in Ludwig's example is low for LoRA.
      const elsewhere = ["task-not-for-base", "too-long", "rate-far-off"];
      assert.deepEqual(
        codes.filter((code) => !elsewhere.includes(code)),
        [],
      );
    });
    it(`lists each lost setting in a comment for ${file}`, () => {
      assert.ok(left.length > 0);
      for (const { setting } of left) assert.ok(program.includes(`//   ${setting}: `), setting);
    });
  }

  describe("with secrets in addresses", () => {
    const address = "https://ann:planted@h.example/x.jsonl?sig=planted";
    const files: readonly (readonly [string, string])[] = [
      [
        "a.yaml",
        stringify({ base_model: "a/b", datasets: [{ path: address, type: "chat_template" }], odd: `see ${address}` }),
      ],
      [
        "job.json",
        JSON.stringify({
          training_file: address,
          method: { type: "supervised" },
          hyperparameters: {},
          model: "gpt-4o",
        }),
      ],
      [
        "train.py",
        `data = load_dataset("json", data_files="${address}")\ntrainer = SFTTrainer(model="a/b", train_dataset=data["train"], odd=f("${address}"))`,
      ],
    ];
    for (const [file, text] of files)
      it(`writes a program with environment variables for ${file}`, () => {
        const { program, left } = importSettings(text, file);
        assert.ok(!JSON.stringify([program, left]).includes("planted"), program);
        assert.ok(left.some(({ why }) => why.includes("DATA_TOKEN") && why.includes("DATA_QUERY")));
        assert.match(
          program,
          /\("https:\/\/h\.example\/x\.jsonl", token: secret\(env: DATA_TOKEN\), query: secret\(env: DATA_QUERY\)\)/,
        );
        const { codes } = compiled(program, { table: ["messages"] });
        assert.ok(!codes.includes("address-with-account") && !codes.includes("secret-in-text"), codes.join());
      });
    it("uses one variable per distinct address", () => {
      const sets = [address, address, address.replace("x.jsonl", "y.jsonl")].map((path) => ({ path }));
      const { left } = importSettings(stringify({ base_model: "a/b", datasets: sets }), "a.yaml");
      const named = left.flatMap(({ why }) => /DATA_TOKEN\w*/.exec(why)?.[0] ?? []);
      assert.deepEqual(named, ["DATA_TOKEN", "DATA_TOKEN", "DATA_TOKEN_2"]);
    });
    it("ignores addresses in rows of chats", () => {
      const row = JSON.stringify({ messages: [{ role: "user", content: address }] });
      const { program, left } = importSettings(`${row}\n`, "chats.jsonl");
      assert.ok(!program.includes("planted"));
      assert.deepEqual(left, []);
    });
    it("does not show them in a refusal", () => {
      const settings = { base_model: "a/b", datasets: [{ path: address }], rl: "dpo", odd: address };
      assert.throws(
        () => importSettings(stringify(settings), "a.yaml"),
        (error) => error instanceof CodedError && !JSON.stringify([error.data, error.message]).includes("planted"),
      );
    });
  });

  it("matches the examples in docs/coming-from.md", () => {
    const page = readFileSync(new URL("../../../../../docs/coming-from.md", import.meta.url), "utf8");
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/g)];
    assert.equal(examples.length, 2);
    for (const [, yaml = "", tune = ""] of examples)
      assert.equal(importSettings(yaml, "a.yaml").program.replace(/^\/\/.*\n+/gm, ""), tune);
  });
  it("gives valid programs for random settings, and lists unknown settings", () => {
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
      fc.property(fc.constantFrom(...importTools), fc.dictionary(names, value), (tool, settings) => {
        const program = unlessRefused(() => importSettings(stringify(settings), "x.yaml", tool).program);
        if (program === undefined) return;
        assert.deepEqual(parse({ id: "x", title: "x", text: program }, verbs).diagnostics, []);
        if (leafPathsOf(settings["odd"]).length > 0) assert.match(program, /^\/\/ +odd/m);
      }),
      { numRuns: 150 },
    );
  });

  it("maps AutoTrain's tasks and columns", () => {
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
      ["extractive-qa", { answer_column: "answers" }, /answer: answers/, /task: question_answering\(stride: 128\)/],
      ["sentence-transformers:pair", {}, /text: text, text_pair: text_pair/, /sentence_similarity\(loss: ranking\)/],
      ["st:pair_score", { target_column: "s" }, /score: s/, /sentence_similarity\(loss: cosent\)/],
      ["sentence-transformers:triplet", { sentence3_column: "no" }, /negative: no/, /loss: ranking/],
    ];
    for (const [task, columns, ...wanted] of cases)
      for (const pattern of wanted) assert.match(of(task, columns), pattern, task);
    assert.match(of("extractive-qa", {}, { max_doc_stride: 64 }), /question_answering\(stride: 64\)/);
    for (const task of [
      "llm-dpo",
      "llm-orpo",
      "llm-reward",
      "image_classification",
      "tabular:classification",
      "vlm:vqa",
    ])
      assert.throws(() => of(task, {}), { code: "import-refused" }, task);
    assert.match(of("llm-sft", {}, { peft: true, target_modules: "q_proj,v_proj" }), /targets: \[q_proj, v_proj\]/);
  });

  describe("of single settings", () => {
    const axolotl = (more: object, set: object = {}): string =>
      importSettings(
        stringify({ base_model: "b", datasets: [{ path: "rows.jsonl", type: "chat_template", ...set }], ...more }),
        "a.yaml",
      ).program;
    const refused = (more: object, pattern: RegExp): void => {
      assert.throws(
        () => axolotl(more),
        (error: Error & { code: string }) => error.code === "import-refused" && pattern.test(error.message),
      );
    };
    it("maps a validation size as a count or a share", () => {
      assert.match(axolotl({ val_set_size: 20 }), /split: random\(train: rest, validation: 20\)/);
      assert.match(axolotl({ val_set_size: 0.2 }), /split: random\(train: 80%, validation: 20%\)/);
    });
    it("maps `test_datasets` to validation data if they are read like the training data", () => {
      const set = { path: "dev.jsonl", type: "chat_template" };
      const held = axolotl({ test_datasets: [set], early_stopping_patience: 2 });
      assert.match(held, /source: \{ train: jsonl\("rows.jsonl"\), validation: jsonl\("dev.jsonl"\) \}/);
      assert.match(held, /early_stopping: patience\(2\)/);
      assert.doesNotMatch(held, /Not carried over/);
      assert.match(axolotl({ test_datasets: [{ ...set, split: "train", ds_type: "json" }] }), /validation: jsonl/);
      for (const other of [
        { test_datasets: [{ ...set, type: "alpaca" }] },
        { test_datasets: [{ ...set, split: "test" }] },
        { test_datasets: [{ ...set, odd: 1 }] },
        { test_datasets: [set, set] },
        { test_datasets: [set], val_set_size: 0.1 },
      ])
        assert.match(axolotl(other), /test_datasets\[0\]\.path: "dev.jsonl" \(write `source/);
    });
    it("maps validations and checkpoints within an epoch", () => {
      const held = { val_set_size: 0.1, num_epochs: 4 };
      const cases: readonly (readonly [object, RegExp])[] = [
        [{ ...held, evals_per_epoch: 4 }, /validate: every\(epochs: 0\.25\)/],
        // Rounded down, so that the sixth validation is at the end of the epoch.
        [{ ...held, evals_per_epoch: 6 }, /validate: every\(epochs: 0\.166666\)/],
        [{ ...held, eval_steps: 0.05 }, /validate: every\(epochs: 0\.2\)/],
        [{ ...held, eval_steps: 1e-8 }, /validate: every\(epochs: 4e-8\)/],
        [{ ...held, eval_steps: 0.00031 }, /validate: every\(epochs: 0\.00124\)/],
        [{ ...held, evals_per_epoch: 70_000 }, /validate: every\(epochs: 1\.42857e-5\)/],
        [{ ...held, eval_steps: 50 }, /validate: every\(steps: 50\)/],
        [{ saves_per_epoch: 2 }, /checkpoint: every\(epochs: 0\.5\)/],
        [{ ...held, max_steps: 10, eval_steps: 0.5 }, /\/\/ +eval_steps: 0\.5/],
        [{ ...held, evals_per_epoch: 0 }, /\/\/ +evals_per_epoch: 0/],
      ];
      for (const [more, pattern] of cases) assert.match(axolotl(more), pattern);
      assert.doesNotMatch(axolotl({ ...held, evals_per_epoch: 1, saves_per_epoch: 1 }), /every|Not carried over/);
      const trl = importSettings(
        stringify({ num_train_epochs: 1, eval_strategy: "steps", eval_steps: 0.1, dataset_text_field: "text" }),
        "a.yaml",
        "trl",
      );
      assert.match(trl.program, /\/\/ +eval_steps: 0\.1/);
    });
    it("lists optimizers with quantized state as lost, but not equivalent ones", () => {
      for (const optimizer of [
        ...["adamw_bnb_8bit", "adamw_8bit", "adamw_torch_8bit", "adamw_torch_4bit", "paged_adamw_8bit"],
        ...["paged_lion_8bit", "lion_8bit", "sgd_8bit"],
      ])
        assert.match(
          axolotl({ optimizer }),
          new RegExp(
            `// +optimizer: "${optimizer}" \\(the optimizer state is stored in 32 bits here: more memory, more`,
          ),
        );
      // These optimizers compute the same updates: with a fused kernel, or with a state that can move to CPU memory.
      for (const optimizer of [
        ...["adamw_torch_fused", "adamw_apex_fused", "adamw_torch_xla", "adamw_torch_npu_fused"],
        ...["paged_adamw", "paged_adamw_32bit", "paged_lion_32bit", "lion_32bit"],
      ])
        assert.doesNotMatch(axolotl({ optimizer }), /optimizer: "|Not carried over/, optimizer);
    });
    it("lists dropping of long rows as lost, but not truncation", () => {
      assert.match(axolotl({ excess_length_strategy: "drop" }), /\/\/ +excess_length_strategy: "drop" \(rows that/);
      assert.doesNotMatch(axolotl({ excess_length_strategy: "truncate" }), /Not carried over/);
    });
    it("maps two text features of Ludwig to a pair", () => {
      const text = (name: string) => ({ name, type: "text", encoder: { type: "bert" } });
      const ludwig = (type: string) =>
        importSettings(
          stringify({ input_features: [text("title"), text("body")], output_features: [{ name: "y", type }] }),
          "a.yaml",
        ).program;
      assert.match(ludwig("category"), /columns: \{ text: title, text_pair: body, label: y \}/);
      assert.match(ludwig("number"), /columns: \{ text: title, text_pair: body, score: y \}/);
      assert.match(ludwig("category"), /input_features\[1\]\.type: "text" \(the base reads both texts as one pair/);
      assert.match(ludwig("set"), /input_features\[1\]\.name: "body" \(the task reads one text/);
    });
    it("lists LLaMA-Factory's system prompt and training on prompts as lost", () => {
      const { program } = importSettings(
        stringify({
          ...{ stage: "sft", do_train: true, model_name_or_path: "b", dataset: "rows", finetuning_type: "lora" },
          ...{ template: "llama3", default_system: "Be brief.", train_on_prompt: true },
        }),
        "a.yaml",
      );
      for (const name of ["default_system", "train_on_prompt"]) assert.match(program, new RegExp(`// +${name}: `));
    });
    it("maps Alpaca rows with their template", () => {
      const program = axolotl({}, { type: "alpaca" });
      assert.match(program, /messages: alpaca\(\)/);
      assert.match(program, /template: alpaca/);
    });
    it("maps schedules with warm-up in steps or shares, and their minimum rate", () => {
      const rate = { learning_rate: 4e-4, lr_scheduler_kwargs: { min_lr: 4e-5 } };
      const cases: readonly (readonly [object, RegExp])[] = [
        [{ warmup_steps: 100 }, /schedule: cosine\(warmup: 100\)/],
        [{ warmup_steps: 0.1 }, /schedule: cosine\(warmup: 10%\)/],
        [{}, /schedule: cosine\(warmup: 3%\)/],
        [{ lr_scheduler: "constant_with_warmup", warmup_ratio: 0.1 }, /schedule: constant\(warmup: 10%\)/],
        [{ lr_scheduler: "constant", warmup_ratio: 0.1 }, /schedule: constant$/m],
        [{ lr_scheduler: "cosine_with_min_lr", ...rate }, /cosine_with_min_lr\(warmup: 3%, min_lr_rate: 10%\)/],
        [{ cosine_min_lr_ratio: 0.2 }, /cosine_with_min_lr\(min_lr_rate: 20%, warmup: 3%\)/],
        [{ lr_scheduler: "polynomial" }, /\/\/ +lr_scheduler: "polynomial" \(the schedule is not supported/],
      ];
      for (const [more, pattern] of cases) assert.match(axolotl(more), pattern);
    });
    it("reads numbers with underscores", () => {
      assert.match(axolotl({ sequence_len: "500_000" }), /max_length: 500000/);
      assert.match(axolotl({ learning_rate: "2e-4" }), /learning_rate: 2e-4/);
    });
    it("writes a weight decay of 0 if none is set", () => {
      assert.match(axolotl({}), /weight_decay: 0\)/);
      assert.match(axolotl({ weight_decay: 0.1 }), /weight_decay: 0.1\)/);
    });
    it("lists parts of a split, special tokens and custom roles as lost", () => {
      const named: readonly (readonly [object, object, RegExp])[] = [
        [{}, { split: "train[:20%]" }, /datasets\[0\]\.split: "train\[:20%\]"/],
        [{}, { roles_to_train: ["user", "assistant"] }, /datasets\[0\]\.roles_to_train/],
        [{}, { train_on_eos: "all" }, /datasets\[0\]\.train_on_eos: "all"/],
        [{ special_tokens: { eos_token: "<end>" } }, {}, /special_tokens\.eos_token: "<end>"/],
        [{ adapter: "lora", init_lora_weights: "pissa" }, {}, /init_lora_weights: "pissa"/],
      ];
      for (const [more, set, pattern] of named) assert.match(axolotl(more, set), pattern);
    });
    it("ignores empty records", () => {
      assert.doesNotMatch(axolotl({ special_tokens: {}, fsdp_config: {}, odd: { none: null } }), /Not carried over/);
    });
    it("refuses unsupported objectives, data and techniques, and names the setting", () => {
      for (const rl of ["dpo", "orpo", "kto", "ipo", "simpo", "grpo"]) refused({ rl }, new RegExp(`\`rl: "${rl}"\``));
      refused({ reward_model: true }, /a reward model/);
      refused({ process_reward_model: true }, /a reward of each step/);
      refused({ processor_type: "AutoProcessor" }, /sees or hears/);
      refused({ adapter: "oft" }, /an unsupported technique/);
      for (const peft_type of ["VERA", "P_TUNING", "ADALORA"])
        assert.throws(() => importSettings(JSON.stringify({ peft_type }), "a.json"), { code: "import-refused" });
      assert.throws(
        () => importSettings("trainer = DPOTrainer(model=m, args=DPOConfig(beta=0.1))", "a.py"),
        (error: CodedError) => /preference/.test(error.message) && error.code === "import-refused",
      );
    });
  });

  it("reads extreme files or rejects them with a code", () => {
    const many = (text: string): string => text.repeat(100_000);
    const deep = `${many("[")}${many("]")}`;
    const cases: readonly (readonly [string, string, RegExp])[] = [
      [`{"a": ${deep}}`, "a.jsonl", /nested too deeply|missing/],
      [`a: ${deep}`, "a.yaml", /./],
      ["a: &x { b: *x, c: [*x, *x] }", "a.yaml", /./],
      [`t = SFTTrainer(x=${deep}, args=SFTConfig())`, "a.py", /./],
      [many("SFTConfig("), "a.py", /known trainer|not Python/],
      [many("SFTConfig(a=1, "), "a.py", /known trainer|not Python/],
      [many('"""'), "a.py", /known trainer|not Python/],
      [many('x = "'), "a.py", /known trainer|not Python/],
      [many('{"cells": '), "a.ipynb", /no notebook/],
    ];
    for (const [text, file, told] of cases) {
      try {
        importSettings(text, file);
      } catch (error) {
        assert.ok(error instanceof CodedError, `${file}: ${String(error)}`);
        assert.match(error.message, told);
      }
    }
  });

  it("rejects unknown and empty settings, and writes no text outside its comment", () => {
    assert.throws(() => importSettings("a: 1", "a.yaml"), { code: "unknown-settings" });
    assert.throws(() => importSettings("{", "a.jsonl"), { code: "not-settings" });
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

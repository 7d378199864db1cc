/** Programs of TRL and Unsloth: the defaults of unset arguments, and the Tune words for their arguments. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { importSettings } from "#kernel/apps/import/import.js";
import { compiled } from "#tests/dsl/world.js";

const imported = (text: string): ReturnType<typeof importSettings> => importSettings(text, "a.py");
const leftOf = ({ left }: ReturnType<typeof importSettings>): readonly string[] => left.map(({ setting }) => setting);

describe("Unsloth's defaults", () => {
  const unsloth = (load: string, adapt: string, more = ""): string =>
    imported(
      `model, tok = FastLanguageModel.from_pretrained("someone/base"${load})\n${adapt}\nSFTTrainer(model=model, train_dataset=rows${more}).train()`,
    ).program;
  const adapted = "model = FastLanguageModel.get_peft_model(model)";
  // unsloth/models/{llama,loader,rl}.py, August 2026.
  it("follow its adapter and loader, not PEFT", () => {
    const written = unsloth("", adapted);
    assert.match(
      written,
      /lora\(rank: 16, alpha: 16, targets: \[q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj\]\)/,
    );
    assert.match(written, /storage: nf4/);
    assert.match(written, /max_length: 2048/);
  });
  it("give way to explicit arguments", () => {
    assert.doesNotMatch(unsloth(", load_in_4bit=False", adapted), /^ +storage/m);
    assert.match(unsloth(", load_in_8bit=True", adapted), /storage: int8/);
    assert.doesNotMatch(unsloth(", load_in_16bit=True", adapted), /^ +storage/m);
    assert.doesNotMatch(unsloth(", full_finetuning=True", ""), /^ +storage|lora\(/m);
    assert.match(
      unsloth(
        ", max_seq_length=512",
        'model = FastLanguageModel.get_peft_model(model, r=4, target_modules=["q_proj"])',
      ),
      /lora\(rank: 4, alpha: 16, targets: \[q_proj\]\)[\s\S]*max_length: 512/,
    );
  });
  it("follow its SFTConfig, but not for transformers' TrainingArguments", () => {
    for (const args of ["", ', args=SFTConfig(output_dir="o")']) {
      const written = unsloth("", adapted, args);
      assert.match(written, /batch_size: 4\n {2}accumulate: 2\n/);
      assert.match(written, /adamw\(learning_rate: 5e-5, weight_decay: 0\.001\)\n {2}schedule: linear\(warmup: 10%\)/);
      assert.match(written, /seed: 3407/);
    }
    assert.match(unsloth("", adapted, ', args=TrainingArguments("o")'), /batch_size: 8\n[\s\S]*weight_decay: 0\)/);
  });
  it("list an adapter seed only if it differs from the recipe's seed", () => {
    const seeds = (seed: number): boolean =>
      unsloth(", load_in_4bit=False", `model = FastLanguageModel.get_peft_model(model, random_state=${String(seed)})`)
        .split("No effect")[0]
        ?.includes("random_state") === true;
    assert.deepEqual([3407, 7].map(seeds), [false, true]);
  });
  it("are PEFT's for a LoraConfig", () => {
    const text = 'SFTTrainer("someone/base", SFTConfig(), peft_config=LoraConfig()).train()';
    assert.match(imported(text).program, /lora\(rank: 8, alpha: 8\)/);
  });
});

describe("Tune words for imported settings", () => {
  const program = (data: string, more = "", args = ""): ReturnType<typeof importSettings> =>
    imported(
      `rows = load_dataset(${data})\nTrainer("someone/base", TrainingArguments("o"${args}), train_dataset=rows${more}).train()`,
    );
  it("are `hub` for hub data sets", () => {
    for (const [data, more, source] of [
      ['"a/b"', '["train"]', 'hub("a/b")'],
      ['"a/b", split="train"', "", 'hub("a/b", split: train)'],
      ['"a/b", "en", split="train", revision="v1"', "", 'hub("a/b", config: en, split: train, revision: v1)'],
      ['"a/b"', '["train_sft"]', 'hub("a/b", split: train_sft)'],
    ] as const) {
      const made = program(data, more);
      assert.ok(made.program.includes(`\n  source: ${source}\n`), made.program);
      assert.deepEqual(leftOf(made), []);
      assert.ok(!compiled(made.program).codes.some((code) => /unknown|type/.test(code)));
    }
    assert.deepEqual(leftOf(program('"a/b", split="train[:5%]"')), ["load_dataset.split"]);
    const looked = program('"a/b"', '["train"], eval_dataset=rows["validation"]', ', eval_strategy="epoch"');
    assert.deepEqual(leftOf(looked), []);
    assert.deepEqual(leftOf(program('"a/b"', '["train"], eval_dataset=rows["validation"].select(range(9))')), [
      "Trainer.eval_dataset",
    ]);
    const cut = imported(
      'rows = load_dataset("a/b")["train"].train_test_split(0.1)\nTrainer("x", TrainingArguments("o"), train_dataset=rows["train"]).train()',
    );
    assert.match(cut.program, /source: hub\("a\/b", split: train\)\n.*\n +split: random\(train: 90%, test: 10%\)/);
  });
  it("are `hub` in Axolotl and AutoTrain settings", () => {
    const set = { path: "a/b", name: "en", split: "train", type: "chat_template" };
    const axolotl = importSettings(stringify({ base_model: "m", datasets: [set] }), "a.yaml");
    assert.match(axolotl.program, /source: hub\("a\/b", config: en, split: train\)/);
    assert.deepEqual(leftOf(axolotl), []);
    const autotrain = importSettings(
      stringify({ task: "llm-sft", base_model: "m", data: { path: "a/b", train_split: "en:train" }, params: {} }),
      "a.yaml",
    );
    assert.match(autotrain.program, /source: hub\("a\/b", config: en, split: train\)/);
  });
  it("include `label_smoothing` of a task that supports it", () => {
    const smoothed = (task: string): ReturnType<typeof importSettings> =>
      imported(
        `model = AutoModelFor${task}.from_pretrained("x")\nTrainer(model, TrainingArguments("o", label_smoothing_factor=0.1), train_dataset=load_dataset("a/b")).train()`,
      );
    assert.match(smoothed("SequenceClassification").program, /task: text_classification\(label_smoothing: 10%\)/);
    assert.deepEqual(leftOf(smoothed("SequenceClassification")), []);
    assert.deepEqual(leftOf(smoothed("QuestionAnswering")), ["TrainingArguments.label_smoothing_factor"]);
  });
  it("include `template` for a supported template over conversations", () => {
    const chat = (template: string, more = ""): ReturnType<typeof importSettings> =>
      imported(
        `tok = get_chat_template(tok, chat_template="${template}"${more})\nt = SFTTrainer("x", SFTConfig(), train_dataset=load_dataset("a/b"))\nt = train_on_responses_only(t, instruction_part="a", response_part="b")`,
      );
    assert.match(chat("chatml").program, /template: chatml/);
    assert.deepEqual(leftOf(chat("chatml")), []);
    assert.deepEqual(leftOf(chat("phi-4", ', mapping={"role": "from"}')), [
      "get_chat_template.chat_template",
      "get_chat_template.mapping",
    ]);
  });
  it("omit the length if nothing is truncated, and use TRL's default if it is unset", () => {
    const length = (given: string): string => imported(`SFTTrainer("x", SFTConfig(${given})).train()`).program;
    assert.match(length(""), /max_length: 1024/);
    assert.doesNotMatch(length("max_length=None"), /max_length/);
  });
  it("include the task named by PEFT's TaskType", () => {
    const text =
      'Trainer("x", TrainingArguments("o"), train_dataset=load_dataset("a/b"))\nLoraConfig(task_type=TaskType.SEQ_CLS)';
    assert.match(imported(text).program, /task: text_classification/);
    assert.deepEqual(leftOf(imported(text)), []);
  });
  it("map the names of cross-entropy, and refuse other losses and preference losses", () => {
    const loss = (name: string): string =>
      importSettings(stringify({ dataset_text_field: "text", loss_type: name }), "a.yaml").program;
    for (const name of ["nll", "chunked_nll"]) assert.match(loss(name), /train tuned/);
    for (const [name, what] of [
      ["dft", /a custom loss/],
      ["sigmoid", /preference optimisation/],
    ] as const)
      assert.throws(() => loss(name), what);
  });
  it("list a model upload to the hub and duplicated rows as not imported", () => {
    for (const [text, setting] of [
      [stringify({ dataset_text_field: "text", push_to_hub: true }), "push_to_hub"],
      [
        stringify({ base_model: "m", datasets: [{ path: "a.jsonl", type: "alpaca" }], hub_model_id: "a/b" }),
        "hub_model_id",
      ],
      [stringify({ stage: "sft", model_name_or_path: "m", dataset: "d", push_to_hub: true }), "push_to_hub"],
      [stringify({ task: "llm-sft", base_model: "m", params: {}, hub: { push_to_hub: true } }), "hub.push_to_hub"],
    ] as const) {
      const made = importSettings(text, "a.yaml");
      assert.ok(leftOf(made).includes(setting), setting);
      assert.match(made.program, /deploy tuned to huggingface\("owner\/name", push: secret\(env: HF_TOKEN\)\)/);
    }
    const not = importSettings(stringify({ dataset_text_field: "text", push_to_hub: false }), "a.yaml");
    assert.deepEqual(leftOf(not), []);
    assert.match(
      imported('df = read("x").drop_duplicates()\nTrainer("x").train()').program,
      /clean: \[drop_duplicates\]/,
    );
  });
});

describe("TRL's dataset_kwargs", () => {
  const left = (given: string): readonly string[] =>
    leftOf(imported(`SFTTrainer("o/b", SFTConfig(dataset_kwargs=${given}), train_dataset=load_dataset("o/a"))`));
  const key = (name: string): string => `SFTConfig.dataset_kwargs.${name}`;
  it("are listed by key if they change the tokens of rows", () => {
    assert.deepEqual(left('{"skip_prepare_dataset": True}'), [key("skip_prepare_dataset")]);
    assert.deepEqual(left('{"add_special_tokens": False, "append_concat_token": False, "odd": 1}'), [
      key("add_special_tokens"),
      key("append_concat_token"),
      key("odd"),
    ]);
  });
  it("are no loss if they equal TRL's defaults", () => {
    const usual =
      '{"skip_prepare_dataset": False, "add_special_tokens": True, "append_concat_token": True, "num_proc": 4}';
    assert.deepEqual(left(usual), []);
  });
  it("are listed as one setting if they are an expression", () => {
    assert.deepEqual(left("dict(given)"), ["SFTConfig.dataset_kwargs"]);
  });
  it("are listed in Axolotl's form", () => {
    const axolotl = { base_model: "b", datasets: [{ path: "a.jsonl", type: "alpaca" }], skip_prepare_dataset: true };
    assert.deepEqual(leftOf(importSettings(stringify(axolotl), "a.yaml")), ["skip_prepare_dataset"]);
  });
});

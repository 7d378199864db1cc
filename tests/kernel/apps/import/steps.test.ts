/**
 * Actions of a Python program other than its trainer's arguments: an action that changes the objective is rejected,
 * others are named.
 */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { importSettings } from "#kernel/apps/import/import.js";

/** A program that trains, with lines before the training and more arguments of its trainer. */
const program = (lines: string, more = "", trainer = "Trainer"): string => `
ds = load_dataset("csv", data_files="rows.csv")
model = AutoModelForSequenceClassification.from_pretrained("someone/base")
${lines}
${trainer}(model, TrainingArguments("o", num_train_epochs=1), train_dataset=ds["train"]${more}).train()
`;
const imported = (...given: Parameters<typeof program>): ReturnType<typeof importSettings> =>
  importSettings(program(...given), "a.py");
const named = (...given: Parameters<typeof program>): readonly string[] =>
  imported(...given).left.map(({ setting }) => setting);

function refused(setting: string, ...given: Parameters<typeof program>): void {
  assert.throws(
    () => imported(...given),
    (error: unknown) =>
      error instanceof CodedError && error.code === "import-refused" && error.message.includes(`\`${setting}: `),
    setting,
  );
}

describe("imported program with steps outside the trainer's arguments", () => {
  it("is refused if it defines a custom loss, whatever the trainer's name", () => {
    for (const method of ["compute_loss", "training_step"]) {
      const lines = `class W(Trainer):\n    """Ours."""\n    def ${method}(self, model, inputs):\n        return focal(model(**inputs))`;
      refused(`program.W.${method}`, lines, "", "W");
      refused(`program.W.${method}`, lines.replace("(Trainer)", "(\n  Mixin,\n  transformers.Trainer)"), "", "W");
      refused(`program.${method}`, `Trainer.${method} = focal`);
    }
    refused("program.W.compute_loss", "class W(Trainer):\n    compute_loss = focal", "", "W");
    refused("program.W.compute_loss", "class W(Trainer): compute_loss = focal", "", "W");
    refused("Trainer.compute_loss_func", "", ", compute_loss_func=focal");
  });
  it("lists other trainer methods and still reads the trainer's arguments", () => {
    const lines = "class W(Trainer):\n    def log(self, logs):\n        loss = logs\n        self.loss = loss";
    assert.deepEqual(named(lines, ", callbacks=[Mine()]", "W"), ["Trainer.callbacks", "program.W.log"]);
  });
  it("lists frozen parts", () => {
    for (const line of [
      "for p in model.bert.parameters(): p.requires_grad = False",
      "for p in model.bert.parameters():\n    p.requires_grad = False",
      "model.bert.requires_grad_(False)",
    ])
      assert.deepEqual(named(line), ["program.requires_grad"], line);
    assert.deepEqual(named("model.bert.requires_grad_(True)"), []);
  });
  it("lists each custom object passed to a trainer", () => {
    for (const key of [
      ...["callbacks", "eval_dataset", "compute_metrics", "data_collator", "preprocess_logits_for_metrics"],
      ...["optimizers", "model_init"],
    ]) {
      assert.deepEqual(named("", `, ${key}=mine()`), [`Trainer.${key}`]);
      assert.deepEqual(named("", `, ${key}=None`), []);
    }
    assert.deepEqual(named("pad = DataCollatorWithPadding(tok)", ", data_collator=pad"), []);
    assert.deepEqual(named("", ", data_collator=DataCollatorForLanguageModeling(tok, mlm=False)"), []);
    assert.deepEqual(named("", ", data_collator=DataCollatorForLanguageModeling(tok)"), ["Trainer.data_collator"]);
  });
  it("lists each row operation with its arguments", () => {
    const lines = `
def f(b): return tok(b["text"], truncation=True, max_length=64)
ds = ds.filter(lambda r: r["lang"] == "en").map(f, batched=True)
ds = ds.filter(long)
ds = ds.shuffle(seed=1).select(range(20)).rename_column("verdict", "labels")
ds = ds.remove_columns(["a"])
ds = concatenate_datasets([ds, other])`;
    const { program: text } = imported(lines);
    for (const told of [
      'program.tok: "b[\\"text\\"], truncation=True, max_length=64"',
      'program.ds.filter: "lambda r: r[\\"lang\\"] == \\"en\\""',
      'program.map: "f, batched=True"',
      'program.ds.filter 2: "long"',
      'program.ds.shuffle: "seed=1"',
      'program.select: "range(20)"',
      'program.rename_column: "\\"verdict\\", \\"labels\\""',
      'program.ds.remove_columns: "[\\"a\\"]"',
      'program.concatenate_datasets: "[ds, other]"',
    ])
      assert.ok(text.includes(`//   ${told}`), `${told}\n${text}`);
    // These are not methods of the rows, only texts that look like them.
    assert.deepEqual(named('x = tok("hello")\nmap(f, x)\nfilter(f, x)\nprint(".filter(x)")'), []);
  });
  it("lists a computed setting and writes no tool default for it", () => {
    for (const [argument, unwritten] of [
      ["learning_rate=LR / 2", "learning_rate:"],
      ["weight_decay=f(1)", "weight_decay:"],
      ["num_train_epochs=N - 1", "epochs:"],
      ["max_steps=N * 2", "epochs:"],
      ["per_device_train_batch_size=N // 2", "batch_size:"],
      ["warmup_ratio=W / 2", "warmup:"],
      ["warmup_steps=N // 10", "warmup:"],
      ["lr_scheduler_type=SchedulerType.COSINE", "schedule:"],
      ["max_length=N * 4", "max_length:"],
    ] as const) {
      const text = `LR = 2e-4\nN = 8\nSFTTrainer("someone/base", SFTConfig(${argument}))`;
      const { program: written, left } = importSettings(text, "a.py");
      const [name = "", value = ""] = argument.split("=");
      assert.ok(written.includes(`//   SFTConfig.${name}: "${value}" (`), written);
      assert.equal(left.length, 1, written);
      assert.ok(!written.replace(/^\/\/.*$/gm, "").includes(unwritten), `${argument}\n${written}`);
    }
    for (const [argument, unwritten] of [
      ["r=N * 2", "rank:"],
      ["lora_alpha=N * 2", "alpha:"],
    ] as const) {
      const text = `N = 8\nSFTTrainer("someone/base", SFTConfig(), peft_config=LoraConfig(${argument}))`;
      const { program: written } = importSettings(text, "a.py");
      assert.ok(!written.replace(/^\/\/.*$/gm, "").includes(unwritten), `${argument}\n${written}`);
    }
  });
  describe("loaded data files", () => {
    const loaded = (given: string, more = ""): ReturnType<typeof importSettings> =>
      importSettings(
        `ds = load_dataset(${given})\nTrainer("someone/base", TrainingArguments("o"), train_dataset=ds["train"]${more})`,
        "a.py",
      );
    it("are written by name and format", () => {
      for (const [given, source] of [
        ['"json", data_files="x.jsonl"', 'jsonl("x.jsonl")'],
        ['"json", data_files=["x.json"], split="train"', 'json("x.json")'],
        ['"csv", data_files={"train": "x.csv"}', 'csv("x.csv")'],
        ['"csv", data_files={"train": ["x.tsv"]}', 'csv("x.tsv")'],
        ['"parquet", data_files="x.parquet"', 'parquet("x.parquet")'],
        ['"text", data_files="x.txt"', 'text("x.txt")'],
        ['"json", data_files=["x", "y"]', 'mix(jsonl("x"), jsonl("y"), until: longest)'],
        ['"json", data_files={"train": ["x", "y"]}', 'mix(jsonl("x"), jsonl("y"), until: longest)'],
        ['"json", data_files={"train": "x", "test": "y"}', '{ train: jsonl("x"), test: jsonl("y") }'],
      ] as const) {
        const { program: text, notes, left } = loaded(given);
        assert.ok(text.includes(`\n  source: ${source}\n`), `${given}\n${text}`);
        assert.doesNotMatch(notes.join(" "), /hub/);
        assert.deepEqual(left, [], given);
      }
    });
    it("are listed if they are not imported", () => {
      for (const [given, ...lost] of [
        ['"json", data_files={"train": "x", "test": "y"}, split="train"', "load_dataset.data_files.test"],
        ['"json", data_files={"other": "x"}', "Trainer.train_dataset", "load_dataset.data_files.other"],
      ] as const)
        assert.deepEqual(
          loaded(given).left.map(({ setting }) => setting),
          lost,
          given,
        );
    });
    it("provide validation rows by a file or a share, which enables early stopping", () => {
      const early = ", callbacks=[EarlyStoppingCallback(early_stopping_patience=2)]";
      const file = loaded(
        '"csv", data_files={"train": "x", "validation": "y"}',
        `, eval_dataset=ds["validation"]${early}`,
      );
      const share = loaded(
        '"csv", data_files="x").train_test_split(test_size=0.1, seed=4',
        `, eval_dataset=ds["test"]${early}`,
      );
      assert.match(share.program, /split: random\(train: 90%, validation: 10%\)/);
      for (const [{ program: text, left }, lost] of [
        [file, []],
        [share, ["program.train_test_split.seed"]],
      ] as const) {
        assert.match(text, /early_stopping: patience\(2\)/);
        assert.deepEqual(
          left.map(({ setting }) => setting),
          lost,
        );
      }
      const test = loaded('"csv", data_files="x").train_test_split(0.25', early);
      assert.match(test.program, /split: random\(train: 75%, test: 25%\)/);
      assert.deepEqual(
        test.left.map(({ setting }) => setting),
        ["Trainer.callbacks"],
      );
      for (const odd of ["test_size=200", 'test_size=0.1, stratify_by_column="label"', "share"])
        assert.deepEqual(
          loaded(`"csv", data_files="x").train_test_split(${odd}`).left.map(({ setting }) => setting),
          ["program.train_test_split"],
        );
    });
  });
});

describe("unread statements of a program", () => {
  const left = (lines: string, after = ""): readonly string[] =>
    importSettings(`${program(lines)}${after}`, "a.py").left.map(({ setting }) => setting);
  it("are listed if they call code outside the program", () => {
    for (const call of ["eval", "train", "evaluate", "tokenize", "prepare", "setattr", "load", "save_model"])
      assert.deepEqual(
        left(`from our_code import *\n${call}()`),
        [`program.${call}`, "program.from our_code import *"],
        call,
      );
    assert.deepEqual(left("import our_code\nmodel = our_code.change(model)"), ["program.our_code.change"]);
    assert.deepEqual(left("def change(m):\n    m.resize_token_embeddings(9)\nchange(model)"), [
      "program.m.resize_token_embeddings",
    ]);
  });
  it("are listed if they change an object", () => {
    for (const [line, setting] of [
      ["tok.pad_token = tok.eos_token", "tok.pad_token"],
      ["model.config.dropout += 0.1", "model.config.dropout"],
      ['model.config.update({"a": 1})', "model.config.update"],
      ["model.lm_head.weight.data.zero_()", "model.lm_head.weight.data.zero_"],
      ['getattr(model, "half")()', "call"],
      ["type(model).forward = other", "type(model).forward"],
      ['os.system("python prepare.py")', "os.system"],
      ["map(lambda m: m.tie_weights(), [model])", "m.tie_weights"],
      ["model.train(False)", "model.train"],
      ["model.to(torch.bfloat16)", "model.to"],
    ] as const)
      assert.deepEqual(left(line), [`program.${setting}`], line);
  });
  it("show the full value if one assignment sets several names", () => {
    const { left } = imported("model.rate, model.seed = 1e-3, 7");
    assert.deepEqual(
      left.map(({ setting, value }) => [setting, (value as { readonly text?: string }).text]),
      [
        ["program.model.rate", "1e-3, 7"],
        ["program.model.seed", "1e-3, 7"],
      ],
    );
  });
  it("are listed if they make other rows without a call", () => {
    for (const line of [
      "ds = ds[:100]",
      'ds["train"] = ds["train"][:100]',
      'ds = [r for r in ds if len(r["text"]) > 30]',
      "ds = ds if FAST else ds + ds",
      "ds += other",
      "train = ds\ntrain = train[0:10]",
    ])
      assert.notDeepEqual(left(line), [], line);
    const gathered = "rows = []\nfor r in ds:\n    rows.append(r)\nSFTTrainer(model, train_dataset=rows)";
    assert.ok(left(gathered).includes("program.rows"));
    for (const line of [
      "n = len(ds) * 2",
      "n = len(ds)\nn += 1",
      "half = ds.num_rows // 2",
      'rows = ds["train"]',
      "text = 'ds'[:1]",
    ])
      assert.deepEqual(left(line), [], line);
  });
  it("are not listed if they only compute or print texts and numbers", () => {
    const lines = `
import os, json
import numpy as np
os.environ["WANDB_PROJECT"] = "x"
os.system("pip install trl")
dtype = getattr(torch, "bfloat16")
names = {}
names["a"] = " ".join(["b"]).upper()
print(len(names), json.dumps(names), np.mean([1, 2]))
if torch.cuda.is_available(): model.to("cuda")
model.config.use_cache = False
class Settings:
    def __init__(self): self.rate = 3`;
    assert.deepEqual(left(lines), []);
  });
  it("are listed if they are too many, or not Python", () => {
    const many = Array.from({ length: 600 }, (_, i) => `model.f${String(i)}(1)`).join("\n");
    assert.ok(left(many).includes("program.further statements"));
    const calls = Array.from({ length: 600 }, (_, i) => `LoraConfig(r=${String(i + 1)})`).join("\n");
    assert.ok(left("", calls).includes("program.further calls"));
    assert.ok(left("x = = 3").some((setting) => setting.startsWith("program.no Python")));
  });
  it("are listed with their line, and with the cell of a notebook", () => {
    assert.match(imported("model.resize_token_embeddings(9)").program, /"9" \(line 4: /);
    const cells = ["import torch", program("model.tie_weights()")].map((source) => ({ cell_type: "code", source }));
    assert.match(importSettings(JSON.stringify({ cells }), "a.ipynb").program, /\(code cell 2, line 4: /);
  });
  it("are listed if the training repeats, or if a shell command may change the data", () => {
    const trains = 't = Trainer("x", TrainingArguments("o"), train_dataset=load_dataset("a/b"))\n';
    const named = (lines: string): readonly string[] =>
      importSettings(trains + lines, "a.py").left.map(({ setting }) => setting);
    assert.deepEqual(named("t.train()"), []);
    assert.deepEqual(named("for i in range(3):\n    t.train()"), ["program.t.train"]);
    assert.deepEqual(named("t.train()\nt.train()"), ["program.t.train 2"]);
    assert.deepEqual(named("!pip install trl\n%cd x\nt.train()"), []);
    assert.deepEqual(named("!python prepare.py\nt.train()"), ["program.command"]);
  });
  it("are not listed in a branch that never runs, nor in installation cells", () => {
    const dead = "if False: model.push_to_hub('a/b')\nif 0:\n    model.x = 3\nelse:\n    model.y = 3";
    assert.deepEqual(left("", dead), ["program.model.y"]);
    const cells = ["%%bash\npip install trl", "if x:\n    !pip install trl \\\n      torch\n", program("")];
    const made = importSettings(
      JSON.stringify({ cells: cells.map((source) => ({ cell_type: "code", source })) }),
      "a.ipynb",
    );
    assert.deepEqual(made.left, []);
  });
  it("are not listed if they reload the model after the training", () => {
    const again = 'model = AutoModelForSequenceClassification.from_pretrained("o")';
    const made = importSettings(`${program("")}${again}`, "a.py");
    assert.match(made.program, /base: "someone\/base"/);
    assert.deepEqual(made.left, []);
    assert.deepEqual(left(again), ["AutoModelForSequenceClassification.from_pretrained 2"]);
  });
  it("do not give a function parameter the value of a global name", () => {
    const text = `rate = 1e-3\ndef go(rate):\n    SFTTrainer("someone/base", SFTConfig(learning_rate=rate)).train()\ngo(1e-5)`;
    const { program: written, left: lost } = importSettings(text, "a.py");
    assert.doesNotMatch(written, /learning_rate: 1e-3/);
    assert.deepEqual(
      lost.map(({ setting }) => setting),
      ["SFTConfig.learning_rate"],
    );
  });
  it("never show tokens", () => {
    const lines = [
      ...[
        'login("hf_planted0123456789")',
        'model.push_to_hub("a/b", token="planted")',
        'model.f("hf_planted0123456789")',
      ],
      ...['wandb.login(key="planted")', 'huggingface_hub.login("planted")', "!tool up --token planted x"],
      ...['!wget --header="Authorization: Bearer planted" x', "!git clone https://ann:planted@h.example/x"],
    ];
    for (const line of lines) assert.doesNotMatch(imported(line).program, /planted/, line);
  });
});

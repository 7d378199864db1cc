/** What a Python program does beside its trainer's arguments: it is refused where another objective comes of it, else named. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { importSettings } from "#kernel/import/import.js";

/** A program that trains, with lines before it and more arguments of its trainer. */
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

describe("what a program does beside its trainer's arguments", () => {
  it("losses of its own are refused, whatever the trainer is called", () => {
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
  it("other methods of a trainer are named, and its arguments are read", () => {
    const lines = "class W(Trainer):\n    def log(self, logs):\n        loss = logs\n        self.loss = loss";
    assert.deepEqual(named(lines, ", callbacks=[Mine()]", "W"), ["Trainer.callbacks", "program.W.log"]);
  });
  it("parts that are frozen are named", () => {
    for (const line of [
      "for p in model.bert.parameters(): p.requires_grad = False",
      "for p in model.bert.parameters():\n    p.requires_grad = False",
      "model.bert.requires_grad_(False)",
    ])
      assert.deepEqual(named(line), ["program.requires_grad"], line);
    assert.deepEqual(named("model.bert.requires_grad_(True)"), []);
  });
  it("each object that a trainer is given is named", () => {
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
  it("what is done to the rows is named, each with its arguments", () => {
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
    // No rows' methods, and texts that only look like them.
    assert.deepEqual(named('x = tok("hello")\nmap(f, x)\nfilter(f, x)\nprint(".filter(x)")'), []);
  });
});

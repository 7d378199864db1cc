/** Training arguments that a program changes after creating them, and lists that it changes after writing them. */
import assert from "node:assert/strict";
import { importSettings } from "#kernel/apps/import/import.js";

const program = (lines: string): string => `
import argparse, copy, dataclasses, operator
from dataclasses import replace
from transformers import Trainer, TrainingArguments
model = AutoModelForSequenceClassification.from_pretrained("someone/base")
rows = load_dataset("csv", data_files="rows.csv")
args = TrainingArguments("o", learning_rate=1e-4)
trainer = Trainer(model, args, train_dataset=rows["train"])
${lines}
trainer.train()
`;
const left = (lines: string): readonly string[] =>
  importSettings(program(lines), "a.py").left.map(({ setting }) => setting);

describe("training arguments that change after their creation", () => {
  for (const [line, setting] of [
    ["for args.learning_rate in [1e-4, 1e-5]: pass", "args.learning_rate"],
    ["for i, trainer.args.seed in enumerate([1, 2]): pass", "trainer.args.seed"],
    ["for (i, args.seed) in enumerate([1, 2]): pass", "args.seed"],
    ["[0 for args.seed in [1, 2]]", "args.seed"],
    ['args |= {"learning_rate": 1}', "args"],
    ["other = args\nother |= {}", "other"],
    ["args = args if fast else rows", "args"],
    ['(args := {"seed": 3})', "args"],
    ['args["learning_rate"] = 1', "args['learning_rate']"],
    ['vars(args)["learning_rate"] = 1', "vars(args)['learning_rate']"],
    ["args.learning_rate *= 2", "args.learning_rate"],
    ["(args.learning_rate, x) = 1, 2", "args.learning_rate"],
    ["[args.learning_rate, *x] = 1, 2", "args.learning_rate"],
    ["del args.learning_rate", "args.learning_rate"],
    ['setattr(args, "learning_rate", 1)', "setattr"],
    ['object.__setattr__(args, "learning_rate", 1)', "object.__setattr__"],
    ['operator.setitem(vars(args), "learning_rate", 1)', "operator.setitem"],
    ["args = dataclasses.replace(args, learning_rate=1)", "dataclasses.replace"],
    ["args = replace(args, learning_rate=1)", "replace"],
    ["args = copy.replace(args, learning_rate=1)", "copy.replace"],
  ] as const)
    it(`are listed as lost: ${line.replace(/\n/g, "; ")}`, () => {
      assert.deepEqual(
        left(line).map((name) => name.replace(/"/g, "'")),
        [`program.${setting}`],
      );
    });

  it("are not lost if another variable, a text or a counter changes", () => {
    for (const line of [
      "n = 1\nn += 1",
      "model = None\ndel model",
      'train = rows["train"]',
      'text = "a b".replace("a", "b")',
      "copied = copy.deepcopy(args)",
      "names = {}\nnames |= {'a': 1}",
      "def f():\n    args = {}\n    args |= {'a': 1}",
      "for row in range(3): pass",
    ])
      assert.deepEqual(left(line), [], line);
  });
  it("are listed with the head of a loop, without its block", () => {
    const { program: text } = importSettings(program("for args.seed in [1, 2]:\n    print(model)"), "a.py");
    assert.match(text, /program\.args\.seed: "for args\.seed in \[1, 2\]" \(line 9: /);
  });
});

describe("Python list that changes after its definition", () => {
  const targets = (lines: string) => {
    const more = `${lines}\nLoraConfig(r=8, target_modules=names)`;
    const { program: text, left: lost } = importSettings(program(more), "a.py");
    return { written: /targets: .*\]/.exec(text)?.[0], lost: lost.map(({ setting }) => setting) };
  };
  it("has its written value if nothing changes it", () => {
    assert.deepEqual(targets('names = ["q_proj"]'), { written: "targets: [q_proj]", lost: [] });
  });
  for (const change of ['names.append("v_proj")', 'names[0] = "v_proj"', "del names[0]", 'for names[0] in "ab": pass'])
    it(`is listed as lost: ${change}`, () => {
      const { written, lost } = targets(`names = ["q_proj"]\n${change}`);
      assert.equal(written, undefined);
      assert.ok(lost.includes("LoraConfig.target_modules"));
    });
  it("is listed as lost if it is a tuple without brackets", () => {
    assert.deepEqual(targets('names = "k_proj", "q_proj"'), {
      written: undefined,
      lost: ["LoraConfig.target_modules"],
    });
  });
});

/**
 * Programs that are carried over completely, with one statement inserted at every place where it can change the
 * training.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parser } from "@lezer/python";
import { inserted, lostIn, statements } from "./whole.js";

const fixture = fileURLToPath(new URL("../../../../../tests/fixtures/import/programs/trl-sft.py", import.meta.url));
function statementsOf(text: string): readonly string[] {
  const found: string[] = [];
  for (let at = parser.parse(text).topNode.firstChild; at; at = at.nextSibling) found.push(text.slice(at.from, at.to));
  return found.filter((one) => !one.startsWith("#"));
}
const unsloth = `model, tokenizer = FastLanguageModel.from_pretrained("someone/base-3b", full_finetuning=True)
rows = load_dataset("json", data_files="rows.jsonl", split="train")
args = SFTConfig(num_train_epochs=2, dataset_text_field="body")
trainer = SFTTrainer(model=model, train_dataset=rows, args=args)
trainer.train()`;
const programs: Readonly<Record<string, readonly string[]>> = {
  "a short program": statements,
  "trl-sft.py": statementsOf(readFileSync(fixture, "utf8")),
  "Unsloth's": statementsOf(unsloth),
};

/** Returns rebindings of a name in every form. */
const rebindings = (name: string): readonly string[] => [
  `from other import ${name}`,
  `from other import x as ${name}`,
  `import other as ${name}`,
  `def ${name}(): pass`,
  `class ${name}: pass`,
  `for ${name} in [${name}]: pass`,
  `for i, (${name}, x) in []: pass`,
  `with open("z") as ${name}: pass`,
  `try: pass\nexcept Exception as ${name}: pass`,
  `match 3:\n    case ${name}: pass`,
  `match 3:\n    case {"a": [*${name}]}: pass`,
  `(${name} := 3)`,
  `${name} = None`,
  `${name} = x = 3`,
  `if FAST: ${name} = None`,
  `def f():\n    global ${name}\n    ${name} = 3\nf()`,
  `del ${name}`,
];
/** Returns statements that may change an object. */
const changes = (name: string): readonly string[] => [
  `import random\nrandom.shuffle(${name})`,
  `import numpy as np\nnp.random.shuffle(${name})`,
  `unknown(${name})`,
  `unknown(thing=[${name}])`,
  `from other import change\nchange(${name})`,
  `import operator\noperator.setitem(${name}, 0, 3)`,
  `setattr(${name}, "x", 3)`,
  `${name}.x = 3`,
  `${name}[0] = 3`,
  `del ${name}.x`,
  `del ${name}[5]`,
  `del (${name}.x.y[4:], z)`,
  `for ${name}.x in [3]: pass`,
  `with f() as ${name}.x: pass`,
];
const ends = ["import sys; sys.exit()", "exit()", "quit()", "raise SystemExit", "if True: exit()"];
const modules = ["import mypatch", "from mypatch import *", "import mypatch.inner as m"];
const repeated = (train: string): readonly string[] => [
  `[${train} for i in range(3)]`,
  `while True: ${train}`,
  `def go():\n    ${train}`,
  `def go():\n    ${train}\ngo()\ngo()`,
  `go = lambda: ${train}\ngo()`,
  `if FAST: ${train}`,
  `${train}\n${train}`,
  `if False: ${train}`,
];

for (const [title, lines] of Object.entries(programs))
  describe(`mutations of a fully importable program: ${title}`, () => {
    const trains = lines.findIndex((one) => /^\w+\.train\(\)/.test(one));
    const names = lines.flatMap((one, i) =>
      (/^(\w+(?:, \w+)*) = [A-Z]\w+[.(]|^(\w+) = load_dataset/.exec(one)?.slice(1, 3).join("").split(", ") ?? []).map(
        (name) => ({ name, bound: i }),
      ),
    );
    const isRead = (name: string, at: number): boolean =>
      lines.slice(at).some((one) => new RegExp(`(?<![\\w.])${name}\\b(?!\\s*=)`).test(one));
    const silent = (line: string, place: number): readonly string[] =>
      lostIn(inserted(line, place, lines)).length > 0 ? [] : [`${String(place)}: ${line}`];

    it("start from a program without losses", () => {
      assert.deepEqual(lostIn(lines.join("\n")), []);
      assert.ok(trains > 0 && names.length > 3);
    });
    it("report every name that gets another value", () => {
      const missed = names.flatMap(({ name, bound }) =>
        lines.flatMap((_, place) =>
          place > bound && place <= trains && isRead(name, place)
            ? rebindings(name).flatMap((line) => silent(line, place))
            : [],
        ),
      );
      assert.deepEqual(missed, []);
    });
    it("report every call or statement that may change an object", () => {
      const missed = names.flatMap(({ name, bound }) =>
        lines.flatMap((_, place) =>
          place > bound && place <= trains ? changes(name).flatMap((line) => silent(line, place)) : [],
        ),
      );
      assert.deepEqual(missed, []);
    });
    it("report an exit before the training, or an unread module", () => {
      const missed = lines.flatMap((_, place) =>
        place <= trains ? [...ends, ...modules].flatMap((line) => silent(line, place)) : [],
      );
      assert.deepEqual(missed, []);
    });
    it("report a training that may not run exactly once", () => {
      const train = lines[trains] ?? "";
      const missed = repeated(train).filter((line) => lostIn(lines.with(trains, line).join("\n")).length === 0);
      assert.deepEqual(missed, []);
    });
  });

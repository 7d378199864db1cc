/** Names of a training that a program rebinds, in every form that Python has. */
import assert from "node:assert/strict";
import { importSettings } from "#kernel/apps/import/import.js";
import { after, inserted, lostIn, statements } from "./whole.js";

describe("rebound name of the training", () => {
  it("is no loss if no name is rebound", () => {
    assert.deepEqual(lostIn(statements.join("\n")), []);
  });
  for (const [line, ...names] of [
    ["from other import args", "args"],
    ["from config import args, ds", "args", "ds"],
    ["from config import other as args", "args"],
    ["import config as args", "args"],
    ["import args.first", "args"],
    ["def ds(): pass", "ds"],
    ["class args: learning_rate = 1", "args"],
    ["for ds in [ds]: pass", "ds"],
    ["for i, (ds, x) in []: pass", "ds"],
    ['with open("z") as args: pass', "args"],
    ['with open("z") as f, open("y") as args: pass', "args"],
    ["try: pass\nexcept Exception as args: pass", "args"],
    ["match 3:\n    case args: pass", "args"],
    ["match 3:\n    case [*ds]: pass", "ds"],
    ["match 3:\n    case int() as args: pass", "args"],
    ["(args := 3)", "args"],
    ["args = None", "args"],
    ["args = other = 3", "args"],
    ["args, ds = ds, args", "args", "ds"],
    ["args: object = 3", "args"],
    ["type args = int", "args"],
    ["del args", "args"],
    ["def f():\n    global args\n    args = 3\nf()", "args"],
    ["from mine import SFTTrainer", "SFTTrainer"],
    ["import mine as SFTTrainer", "SFTTrainer"],
    ["def SFTTrainer(**k): return 1", "SFTTrainer"],
    ["class SFTTrainer: pass", "SFTTrainer"],
    ["SFTTrainer = None", "SFTTrainer"],
  ] as const)
    it(`is listed with its line: ${line.replace(/\n/g, "; ")}`, () => {
      const text = inserted(line, after.peft);
      for (const name of names) assert.ok(lostIn(text).includes(name), lostIn(text).join());
      const { left } = importSettings(text, "a.py");
      const places = left.map(({ value }) => (value as { readonly place?: string }).place ?? "");
      assert.ok(places.every((place) => Number(place.replace("line ", "")) > after.peft));
    });
  for (const name of ["load_dataset", "SFTConfig", "LoraConfig"])
    it(`is listed if ${name} is another function, imported before the call`, () => {
      assert.ok(lostIn(inserted(`from mine import ${name}`, after.imports)).includes(name));
    });
  it("is listed if only a module supplies the training's object", () => {
    const text = statements.filter((line) => !line.startsWith("args")).join("\n");
    assert.deepEqual(lostIn(`from config import args\n${text}`), ["args"]);
    const base = `from config import NAME\n${text.replace('"someone/base"', "NAME").replace("args=args, ", "")}`;
    assert.deepEqual(lostIn(base), ["NAME"]);
  });
  it("is listed if its literal is replaced", () => {
    const text = inserted('NAME = "someone/base"\nfrom config import NAME', after.imports).replace(
      'model="someone/base"',
      "model=NAME",
    );
    assert.ok(lostIn(text).includes("NAME"));
  });
  it("is no loss if nothing reads it later, or if the name belongs to another scope", () => {
    for (const [line, place] of [
      ["args = None", after.imports],
      ["args = None", after.trainer],
      ["del args, ds", after.trainer],
      ["del args, ds, t", statements.length],
      ["def f(args, ds=None):\n    args = 3\n    return args", after.peft],
      ["def f():\n    from other import thing as args\n    return args", after.peft],
      ["[args for args in [1, 2]]", after.peft],
      ["from trl import SFTTrainer", after.peft],
      ["import datasets, trl", after.peft],
      ["copied = args", after.peft],
    ] as const) {
      const lost = lostIn(inserted(line, place));
      assert.deepEqual(
        lost.filter((name) => /^(args|ds|t|SFTTrainer|trl)$/.test(name)),
        [],
        line,
      );
    }
  });
});

describe("training parts that a program deletes", () => {
  for (const [line, name] of [
    ["del t.model.model.layers[4:]", "t.model.model.layers[4:]"],
    ["del (t.model.x, ds[5])", "ds[5]"],
    ["del [args.learning_rate]", "args.learning_rate"],
    ["if FAST: del t.model.x", "t.model.x"],
  ] as const)
    it(`are listed: ${line}`, () => {
      assert.ok(lostIn(inserted(line, after.trainer)).includes(name));
    });
});

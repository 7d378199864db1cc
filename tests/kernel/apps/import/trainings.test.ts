/** Programs that may train never or several times, and modules that no reader knows. */
import assert from "node:assert/strict";
import { after, inserted, lostIn, statements } from "./whole.js";

const whole = statements.slice(0, after.trainer);
const trained = (lines: string): readonly string[] => lostIn([...whole, lines].join("\n"));

describe("training call of an imported program", () => {
  for (const lines of [
    "[t.train() for i in range(3)]",
    "x = [t.train().training_loss for i in range(3)]",
    "sum(t.train() for i in range(3))",
    "while True:\n    t.train()",
    "go = lambda: t.train()\ngo()",
    "def go():\n    t.train()",
    "def go():\n    t.train()\ngo()\ngo()",
    "def go():\n    t.train()\nfor i in range(3): go()",
    "def go():\n    t.train()\ndef twice():\n    go()\n    go()\ntwice()",
    "def go(x):\n    t.train()\nlist(map(go, range(3)))",
    "def go(x):\n    t.train()\n    go(x)\ngo(1)",
    "class Job:\n    def go(self):\n        t.train()",
    "if FAST: t.train()",
    "FAST and t.train()",
    "t.train() if FAST else None",
    "if FAST: pass\nelse: t.train()",
    "try: pass\nexcept ValueError: t.train()",
    "if False: t.train()",
  ])
    it(`is listed if it does not run exactly once: ${lines.replace(/\n/g, "; ")}`, () => {
      const lost = trained(lines);
      assert.ok(
        lost.some((name) => /\btrain( \d+)?$/.test(name)),
        lost.join(),
      );
    });
  for (const lines of [
    "def go():\n    t.train()\ngo()",
    "def go():\n    t.train()\nif __name__ == '__main__': go()",
    "def go():\n    t.train()\ndef main():\n    go()\nmain()",
    "try: t.train()\nexcept KeyboardInterrupt: print('ended')",
    "with open('log') as f: t.train()",
    "out = t.train()\nprint(out)",
    "if True: t.train()",
  ])
    it(`is no loss if it runs exactly once: ${lines.replace(/\n/g, "; ")}`, () => {
      assert.deepEqual(trained(lines), []);
    });
});

describe("program exit before the training", () => {
  for (const [line, name] of [
    ["import sys\nsys.exit()", "sys.exit"],
    ["from sys import exit as leave\nleave()", "leave"],
    ["exit()", "exit"],
    ["quit(0)", "quit"],
    ["raise SystemExit", "raise"],
    ['raise ValueError("x")', "raise"],
    ["import os\nos._exit(0)", "os._exit"],
    ["if True: exit()", "exit"],
    ["for i in [1]: exit()", "exit"],
    ["def check():\n    exit()\ncheck()", "exit"],
  ] as const)
    it(`is listed: ${line.replace(/\n/g, "; ")}`, () => {
      const lost = lostIn(inserted(line, after.rows));
      assert.ok(lost.includes(name), lost.join());
    });
  it("is listed as a return in the training function", () => {
    assert.deepEqual(trained("def go():\n    return\n    t.train()\ngo()"), ["return"]);
  });
  it("is not listed after the training, behind a condition or in another function", () => {
    assert.deepEqual(lostIn(inserted("exit()", statements.length)), []);
    for (const line of [
      "import sys\nif len(sys.argv) > 9: sys.exit('too many')",
      "def check(n):\n    return n + 1",
      "def check(n):\n    if n: raise ValueError('x')\n    return n",
    ])
      assert.deepEqual(lostIn(inserted(line, after.rows)), [], line);
  });
});

describe("imported module that is not read", () => {
  for (const line of ["import mypatch", "from mypatch import *", "from . import mypatch", "import os, mypatch as m"])
    it(`is listed: ${line}`, () => {
      assert.deepEqual(lostIn(inserted(line, after.imports)), [line]);
    });
  it("is represented by the call that uses it", () => {
    assert.deepEqual(lostIn(inserted("import mypatch\nmypatch.go()", after.imports)), ["mypatch.go"]);
  });
  it("is not listed for the standard library or common packages", () => {
    const line = "import os, json\nimport torch\nimport pandas as pd\nfrom accelerate import Accelerator\nimport wandb";
    assert.deepEqual(lostIn(inserted(line, after.imports)), []);
    assert.deepEqual(lostIn(inserted("if False: import mypatch", after.imports)), []);
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { pythonCodeErrorIn } from "#kernel/apps/jupyter/cells/compile/python.js";
import { Notebook, traceback } from "./notebook.js";

interface NotebookFile {
  readonly cells: readonly { readonly cell_type: string; readonly source: string | readonly string[] }[];
}
function cellsOf(text: string): readonly string[] {
  const { cells } = JSON.parse(text) as NotebookFile;
  return cells.filter((one) => one.cell_type === "code").map(({ source }) => [source].flat().join(""));
}

describe("traceback", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open()));
  after(() => book.close());

  it("shows the cell, line and column of the TypeScript source, and no internal frame", async () => {
    const first = await book.run(
      "interface Gone { from: string }\n\nfunction deep(x: any): number {\n  return x.y.z;\n}",
    );
    assert.equal(traceback(first), "");
    const ran = await book.run("type AlsoGone = 1;\n\nawait Promise.resolve();\ndeep({});");
    assert.deepEqual(traceback(ran).split("\n"), [
      "TypeError: Cannot read properties of undefined (reading 'z')",
      "  --> Cell [1]:4:14",
      "   |",
      " 4 |   return x.y.z;",
      "   |              ^",
      "    at deep (Cell [1]:4:14)",
      "    at Cell [2]:4:5",
    ]);
    assert.equal(ran.outcome.status === "error" && ran.outcome.ename, "TypeError");
    assert.equal(
      ran.outcome.status === "error" && ran.outcome.evalue,
      "Cannot read properties of undefined (reading 'z')",
    );
  });
  it("follows awaits and files in the notebook's folder", async () => {
    book.file(
      "thrower.ts",
      "// a comment\nexport interface T {}\nexport async function fail(): Promise<never> {\n  await null;\n  throw new RangeError('far away');\n}\n",
    );
    const text = traceback(
      await book.run(
        "import { fail } from './thrower';\nasync function middle() {\n  await fail();\n}\nawait middle();",
      ),
    );
    assert.match(text, /^RangeError: far away\n {2}--> \S+thrower\.ts:5:9/);
    assert.match(text, / at fail \(\S+thrower\.ts:5:9\)/);
    assert.doesNotMatch(text, /kernel\/apps|node:internal|node:vm/);
  });
  it("is correct in console.error output too", async () => {
    const ran = await book.run("\n\nconst e = new Error('printed');\nconsole.error(e);");
    assert.match(ran.output.stderr, /Error: printed\n {4}at Cell \[\d+\]:3:11\n/);
  });
  it("shows causes and properties", async () => {
    const text = traceback(
      await book.run("throw Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E1' });"),
    );
    assert.match(text, /\[cause\]: TypeError: inner/);
    assert.match(text, /code: 'E1'/);
  });
  it("shows thrown values that are not errors", async () => {
    const { outcome } = await book.run("throw { odd: 1 };");
    assert.deepEqual(outcome, {
      status: "error",
      ename: "Thrown",
      evalue: "{ odd: 1 }",
      traceback: ["Thrown: { odd: 1 }"],
    });
  });
  it("lists all compiler diagnostics with their places", async () => {
    const ran = await book.run("const a: string = 5;\n\tfoo(1);\nlet fine = 1;");
    assert.equal(ran.outcome.status === "error" && ran.outcome.ename, "TypeScriptError");
    assert.deepEqual(traceback(ran).split("\n"), [
      "error[TS2322]: Type 'number' is not assignable to type 'string'.",
      `  --> Cell [${ran.cell}]:1:7`,
      "   |",
      " 1 | const a: string = 5;",
      "   |       ^",
      "",
      "error[TS2304]: Cannot find name 'foo'.",
      `  --> Cell [${ran.cell}]:2:2`,
      "   |",
      " 2 | \tfoo(1);",
      "   | \t^^^",
    ]);
    assert.equal((await book.run("typeof fine")).outcome.status, "error", "nothing of the cell ran");
  });
  it("hints at Tune if TypeScript fails to parse", async () => {
    assert.match(
      traceback(await book.run("const ok = 1;\nmodel router { base: 'x' }")),
      /help: Write Tune in a separate cell: `model`/,
    );
    assert.match(traceback(await book.run("modle router { base: 'x' }")), /help: did you mean `model`\?/);
    for (const line of ['export router to "folder"', "save router", 'push router to "me/router"'])
      assert.match(traceback(await book.run(line)), /help: write `deploy`/, line);
    assert.match(traceback(await book.run('ask router "hello"')), /help: write `predict`/);
    assert.doesNotMatch(traceback(await book.run("const x: string = 1;")), /help:/);
    assert.doesNotMatch(traceback(await book.run("export default router +;")), /deploy/);
  });
  it("recognises Python and suggests the equivalent", async () => {
    const cells: readonly (readonly [string, RegExp])[] = [
      ["from transformers import AutoModel", /nothing is imported/],
      ["import pandas as pd", /nothing is imported/],
      ["!pip install peft", /`npm install NAME`/],
      ["%pip install x", /`npm install NAME`/],
      ['df = pd.read_csv("a.csv")', /`data d \{ source: csv\("a\.csv"\) … \}`/],
      ['# the data\nds = load_dataset("imdb")', /`data d \{ source: /],
      ["def f(x):", /`function f\(…\) \{ … \}`/],
      ["def f(x):\n    return x + 1", /`function f/],
      ["for x in xs:\n    print(x)", /nothing is imported/],
      ["print(x)", /`console\.log\(x\)`/],
      ["train(model=m, data=d, epochs=3)", /`train m on d \{ epochs: 3 \}`/],
      ['model = AutoModel.from_pretrained("x")', /`model m \{ base: "x" … \}`/],
    ];
    for (const [code, help] of cells) {
      const told = traceback(await book.run(code));
      assert.match(told, /^error\[python\]: this is Python; cells are Tune or TypeScript\n/, code);
      assert.equal(told.match(/error\[/g)?.length, 1, code);
      assert.match(told.split("\nhelp: ")[1] ?? "", help, code);
    }
  });
  it("never takes wrong TypeScript for Python", async () => {
    const wrong = [
      "let epochs = 1;\nconst n: string = Math.max(epochs = 3);",
      "const done: number = !missing;",
      'const print = (x: number) => x;\nprint("a");',
      'import { a } from "./nowhere";\nconst b: string = 1;',
      "const f = (x = 3): string => x;",
      "if (1 > 0) { nothing(); }",
      "switch (1 as number) { case 1: nothing(); default: }",
    ];
    for (const code of wrong) {
      const told = traceback(await book.run(code));
      assert.match(told, /^error\[/, code);
      assert.doesNotMatch(told, /Python/, code);
    }
  });
  it("never takes a cell of the notebooks for Python, even with a diagnostic on every line", () => {
    const folder = new URL("../../../../../../notebooks/", import.meta.url);
    const codes = readdirSync(folder)
      .filter((name) => name.endsWith(".ipynb"))
      .flatMap((name) => cellsOf(readFileSync(new URL(name, folder), "utf8")));
    assert.ok(codes.length > 20, String(codes.length));
    for (const code of codes) {
      const complaints = code.split("\n").flatMap((_, i) =>
        ["TS1005", "TS2304"].map((told) => ({
          ...{ code: told, message: "wrong", notes: [], line: i + 1, column: 1, length: 1 },
        })),
      );
      assert.equal(pythonCodeErrorIn(complaints, code), undefined, code);
    }
  });
});

import assert from "node:assert/strict";
import { Notebook, traceback } from "./notebook.js";

describe("a traceback", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open()));
  after(() => book.close());

  it("has the cell, the line and the column of the TypeScript source, and no frame of ours", async () => {
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
  it("goes through awaits and files beside the notebook", async () => {
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
    assert.doesNotMatch(text, /kernel\/cells|node:internal|node:vm/);
  });
  it("is right in what console.error prints too", async () => {
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
  it("shows what is thrown and is no error", async () => {
    const { outcome } = await book.run("throw { odd: 1 };");
    assert.deepEqual(outcome, {
      status: "error",
      ename: "Thrown",
      evalue: "{ odd: 1 }",
      traceback: ["Thrown: { odd: 1 }"],
    });
  });
  it("lists all complaints of the compiler with their places", async () => {
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
  it("hints at Tune where TypeScript does not parse", async () => {
    assert.match(
      traceback(await book.run("const ok = 1;\nmodel router { base: 'x' }")),
      /help: Tune goes in a cell of its own: `model`/,
    );
    assert.match(traceback(await book.run("modle router { base: 'x' }")), /help: did you mean `model`\?/);
    for (const line of ['export router to "folder"', "save router", 'push router to "me/router"'])
      assert.match(
        traceback(await book.run(line)),
        /help: `deploy` is to do that .* `await router\.save\("folder"\)`/,
        line,
      );
    assert.match(traceback(await book.run('ask router "hello"')), /help: write `predict`/);
    assert.doesNotMatch(traceback(await book.run("const x: string = 1;")), /help:/);
    assert.doesNotMatch(traceback(await book.run("export default router +;")), /deploy/);
  });
});

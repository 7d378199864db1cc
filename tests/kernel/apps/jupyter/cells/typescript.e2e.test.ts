import assert from "node:assert/strict";
import { Notebook, traceback } from "./notebook.js";

describe("TypeScript cell", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open()));
  after(() => book.close());

  const gives = async (code: string, text: unknown): Promise<void> => {
    const ran = await book.run(code);
    assert.equal(traceback(ran), "");
    assert.equal(ran.text, text);
  };

  it("shows its last value as Node prints it, and nothing for undefined", async () => {
    await gives("1 + 1", "2");
    await gives("({ a: [1, 'x'], m: new Map([[1, 2]]) })", "{ a: [ 1, 'x' ], m: Map(1) { 1 => 2 } }");
    await gives("const silent = 1", undefined);
    await gives("undefined", undefined);
    await gives("null", "null");
    await gives("", undefined);
    await gives("// only a comment", undefined);
  });
  it("exposes its names and types to later cells", async () => {
    await gives("interface Point { x: number; y?: number }\nconst point: Point = { x: 2 };", undefined);
    await gives("const twice = (p: Point): Point => ({ x: p.x * 2 }); twice(point).x", "4");
    const wrong = await book.run("const name: string = twice(point).x;");
    assert.match(traceback(wrong), /TS2322.*number.*string/);
  });
  it("may redeclare a name with another type", async () => {
    await gives("const again = 1;", undefined);
    await gives("const again = 'text';", undefined);
    await gives("again.toUpperCase()", "'TEXT'");
    await gives("function fresh() { return 1; }", undefined);
    await gives("const usesFresh = () => fresh();", undefined);
    await gives("function fresh() { return 2; }", undefined);
    await gives("usesFresh()", "2");
  });
  it("shares one variable between a closure and later cells", async () => {
    await gives("let count = 0; function next() { return ++count; } next()", "1");
    await gives("count = 10; next()", "11");
    await gives("count", "11");
    await gives("({ count })", "{ count: 11 }");
    await gives("({ count } = { count: 5 }); next()", "6");
  });
  it("supports top-level await, including `for await`", async () => {
    await gives("const later = await Promise.resolve(20);\nlater + 1", "21");
    await gives("let sum = 0; for await (const x of [Promise.resolve(1), 2]) sum += x; sum", "3");
  });
  it("reports a forgotten await with its place", async () => {
    await gives("const soon = (async () => [{ label: 'yes' }])();", undefined);
    for (const code of ["soon[0].label", "const first = soon[0].label", "(async () => soon[0])()"])
      assert.match(traceback(await book.run(code)), /TS2773.*`soon` is a Promise.*`\(await soon\)\[0\]`/, code);
    assert.match(traceback(await book.run("soon.map((x) => x.label)")), /TS2339.*Did you forget to use 'await'/s);
    await gives("(await soon)[0].label", "'yes'");
    await gives("typeof soon['then']", "'function'");
    await gives("soon[Symbol.toStringTag]", "'Promise'");
  });
  it("supports classes, enums, generators, destructuring, getters and labels", async () => {
    await gives("class Base { #v = 1; get v() { return this.#v; } static of() { return new this(); } }", undefined);
    await gives("class Child extends Base { constructor() { super(); } }\nChild.of().v", "1");
    await gives("enum Color { Red, Green = 5 }\nColor[5]", "'Green'");
    await gives("const { p, q: [r = 3] } = { p: 1, q: [] as number[] }; [p, r]", "[ 1, 3 ]");
    await gives("function* up() { for (let i = 0; i < 3; i++) yield i; }\n[...up()]", "[ 0, 1, 2 ]");
    await gives("outer: for (const i of [1, 2]) { for (;;) { continue outer; } }\n'done'", "'done'");
    await gives("export const exported = 7; exported", "7");
    await gives("'use strict'; (function (this: unknown) { return this; })()", undefined);
  });
  it("preserves a type that cannot be written as a declaration", async () => {
    await gives("const fs = await import('fs');", undefined);
    await gives("typeof fs.existsSync", "'function'");
    const wrong = await book.run("fs.existsSink");
    assert.match(traceback(wrong), /existsSink/);
  });
  it("shows a function as written", async () => {
    await gives("let factor = 2;", undefined);
    await gives("const scale = (x: number) => Math.abs(x) * factor; String(scale)", "'(x) => (Math.abs(x) * factor)'");
  });
  it("preserves assignments before a failure, and earlier values of names", async () => {
    await gives("const kept = 'old';", undefined);
    const failed = await book.run("let reached = 1; throw new Error('stop'); const kept = 'new';");
    assert.equal(failed.outcome.status, "error");
    await gives("reached", "1");
    await gives("kept", "'old'");
  });
  it("evaluates user expressions", async () => {
    const { outcome } = await book.run("const seven = 7;", { userExpressions: { good: "seven + 1", bad: "nope.x" } });
    assert.ok(outcome.status === "ok");
    assert.deepEqual(outcome.userExpressions["good"], { status: "ok", data: { "text/plain": "8" }, metadata: {} });
    const bad = outcome.userExpressions["bad"] as { status: string; ename: string };
    assert.equal(bad.status, "error");
    assert.equal(bad.ename, "TypeScriptError");
  });
  it("is TypeScript if marked `%%ts`", () => gives("%%ts\nconst marked = 3; marked", "3"));
  it("prompts the user for input and passwords", async () => {
    const ran = await book.run("[await input('name? '), await password('secret? ')]", { answer: "Ada" });
    assert.equal(ran.text, "[ 'Ada', 'Ada' ]");
    assert.deepEqual(ran.output.prompts, ["name? ", "secret?  (hidden)"]);
  });
});

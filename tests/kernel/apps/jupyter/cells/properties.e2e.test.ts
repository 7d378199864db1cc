/**
 * The error for a missing property: it names the property and the nearest one, without printing a type that fills a
 * page.
 */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { modelTypeText } from "#kernel/models/model-handle.js";
import { compileErrorLines, withShortTypes } from "#kernel/apps/jupyter/cells/compile/complaints.js";
import { Converter } from "#kernel/apps/jupyter/cells/compile/converter.js";
import { planOf } from "../../../runs/run-folders.js";
import { Notebook, traceback } from "./notebook.js";

describe("unknown property error", function () {
  this.timeout(60_000);
  let converter: Converter;
  before(() => {
    converter = new Converter(tmpdir(), "");
    converter.setTune(new Map([["m", modelTypeText(planOf("epochs: 1").recipe.model)]]));
  });
  after(() => converter.close());
  const told = (code: string): readonly string[] => {
    const found = converter.convert(code);
    assert.ok("complaints" in found, code);
    const all = converter.explained(found.complaints, code, ["evaluate", "train"]);
    return all.flatMap((one) => compileErrorLines(one, code, "cell")).filter((line) => /^(?:error|note)/.test(line));
  };
  const m = "type '{ name; trained; history; … }'";

  it("suggests the nearest name or the Tune statement for a model, without its full type", () => {
    assert.deepEqual(told("1;\nawait m.evalute()"), [
      `error[TS2339]: Property 'evalute' does not exist on ${m}.`,
      "note: `evaluate` is a statement of Tune: `evaluate m …`, in a separate cell",
    ]);
    assert.deepEqual(told("m?.frobnicate"), [
      `error[TS2339]: Property 'frobnicate' does not exist on ${m}.`,
      "note: it has client, folder, history, labels, landscape, merge, name, predict, save, scores, trained, validations",
    ]);
    assert.deepEqual(told("m.nme"), [`error[TS2551]: Property 'nme' does not exist on ${m}. Did you mean 'name'?`]);
    assert.deepEqual(told("const { evalute } = m;").slice(1), [
      "note: it has client, folder, history, labels, landscape, merge, name, predict, save, scores, trained, validations",
    ]);
  });
  it("suggests the nearest name for other objects, and statements only for Tune objects", () => {
    assert.deepEqual(told("({ first: 1, bcd: 2 }).bce"), [
      "error[TS2339]: Property 'bce' does not exist on type '{ first: number; bcd: number; }'.",
      "note: did you mean `bcd`?",
    ]);
    assert.deepEqual(told("process.trian").length, 1);
  });
  it("shortens the type in other messages too", () => {
    assert.deepEqual(told("const x: number = m;"), [
      "error[TS2322]: Type '{ name; trained; history; … }' is not assignable to type 'number'.",
    ]);
  });
  it("leaves short types and other braces unchanged", () => {
    const overloads = `type '{ ${"(a: string, b: string): number; ".repeat(4)}}'`;
    for (const text of ["Type '{ a: number; }' is wrong.", "'{' expected.", "Cannot find name 'x'.", "", overloads])
      assert.equal(withShortTypes(text), text);
    const inner =
      "a: number; b: { c: string; d(x: { e: number }): void; }; readonly f?: readonly { g: string; }[]; h: 1";
    assert.equal(
      withShortTypes(`Type '(${"{"} ${inner}; }) => { b: 1; }[]' is not 'x'.`),
      "Type '({ a; b; f; … }) => { b: 1; }[]' is not 'x'.",
    );
    assert.equal(withShortTypes(`on type '{ ${inner}: Promise<...>...'.`), "on type '{ a; b; f; … }'.");
  });
  it("appears in a notebook with its suggestion", async () => {
    const book = await Notebook.open();
    try {
      assert.match(traceback(await book.run("({ first: 1, bcd: 2 }).bce")), /\nnote: did you mean `bcd`\?/);
    } finally {
      await book.close();
    }
  });
});

/** What a sweep may start from, and the errors for everything else. */
import { strict as assert } from "node:assert";
import type { FactOf } from "#dsl/language/types/facts.js";
import { compiled, definitions } from "../../world.js";

const earlier = "sweep m on d as earlier { vary: { batch_size: choice(8, 16) }, maximize: accuracy }\n";
const sweep = (start: string, o: { readonly search?: string; readonly vary?: string; readonly goal?: string } = {}) =>
  `sweep m on d as s { vary: { ${o.vary ?? "batch_size: choice(8, 16, 32)"} }, search: ${o.search ?? "tpe"}, start: ${start}, ${o.goal ?? "maximize: accuracy"} }`;
const journal: FactOf<"journal"> = {
  studies: [{ directions: ["maximize"], varies: ["batch_size", "learning_rate"], trials: 4 }],
};
const codes = (text: string, world: Parameters<typeof compiled>[1] = { journal }) =>
  compiled(`${definitions}${text}`, world).codes;

describe("`start` of a sweep", () => {
  const start = (text: string, world: Parameters<typeof compiled>[1] = { journal }) => {
    const { codes: wrong, actions } = compiled(`${definitions}${text}`, world);
    assert.deepEqual(wrong, []);
    const found = actions?.findLast((one) => one.verb === "sweep");
    return found?.sweep.start;
  };
  it("accepts a sweep's name, a journal file in quotes, or a list", () => {
    assert.deepEqual(start(`${earlier}${sweep("earlier")}`), [{ sweep: "earlier" }]);
    assert.deepEqual(start(sweep("yesterday")), [{ sweep: "yesterday" }]);
    const both = [{ sweep: "earlier" }, { journal: "study.log", folder: "." }];
    assert.deepEqual(start(`${earlier}${sweep('[earlier, "study.log"]')}`), both);
    assert.equal(start(earlier), undefined);
  });
  it("accepts an earlier sweep of the same name, even before its journal exists", () => {
    const cell = `${definitions}${earlier}`;
    const again = sweep("earlier").replace("as s", "as earlier");
    assert.deepEqual(compiled([cell, again], {}).codes, []);
    assert.deepEqual(compiled([cell, sweep("earlier")], {}).codes, []);
    assert.deepEqual(codes(again, {}), ["no-such-sweep"]);
  });
  it("reports an unknown sweep with the nearest name", () => {
    const { diagnostics } = compiled(`${definitions}${earlier}${sweep("earlyer")}`);
    const [wrong] = diagnostics;
    assert.equal(wrong?.code, "no-such-sweep");
    assert.equal(wrong.fix?.edits[0]?.text, "earlier");
    assert.deepEqual(codes(sweep("m"), {}), ["no-such-sweep"]);
    assert.deepEqual(codes(sweep('journal("a.log")')), ["wrong-type"]);
  });
  it("requires a shared parameter, under any known name, and the same goal directions", () => {
    assert.deepEqual(codes(sweep("x", { vary: "epochs: choice(1, 2)" })), ["nothing-shared"]);
    assert.deepEqual(codes(sweep("x", { vary: "optimizer.learning_rate: log(1e-5..1e-3)" })), []);
    assert.deepEqual(codes(`${earlier}${sweep("earlier", { vary: "epochs: choice(1, 2)" })}`), ["nothing-shared"]);
    assert.deepEqual(codes(sweep("x", { goal: "minimize: loss" })), ["other-goals"]);
    assert.deepEqual(codes(sweep("x", { goal: "maximize: [accuracy, f1(macro)]" })), ["other-goals"]);
    const both = earlier.replace("maximize: accuracy", "maximize: accuracy, minimize: latency");
    assert.notEqual(both, earlier);
    assert.deepEqual(codes(`${both}${sweep("earlier")}`), []);
    assert.deepEqual(codes(`${both}${sweep("earlier", { goal: "minimize: [loss, latency]" })}`), ["other-goals"]);
  });
  it("is reported as unused for a search that does not learn", () => {
    for (const search of ["random", "sobol", "grid"])
      assert.deepEqual(codes(sweep("x", { search })), ["start-unread"], search);
    assert.deepEqual(codes(sweep("x", { search: "gp" })), []);
  });
});

describe("wrong paths in `vary`", () => {
  const fixed = (path: string, space: string) => {
    const text = `${definitions}sweep m on d as s { vary: { ${path}: ${space} }, maximize: accuracy }`;
    const { diagnostics } = compiled(text);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["not-varied"],
    );
    return diagnostics[0]?.fix?.edits[0]?.text;
  };
  it("get a fix for their last part, too", () => {
    assert.equal(fixed("optimizer.lr", "log(1e-5..1e-3)"), "optimizer.learning_rate");
    assert.equal(fixed("optimizer.learning_rat", "log(1e-5..1e-3)"), "optimizer.learning_rate");
    assert.equal(fixed("optimiser.learning_rate", "log(1e-5..1e-3)"), "optimizer.learning_rate");
    assert.equal(fixed("optimizer.beta", "choice(1, 2)"), undefined);
  });
});

describe("keys of a sweep", () => {
  it("accept only words for `runner`, and do not include `run`", () => {
    const key = (name: string) =>
      codes(`sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy, ${name}: x }`);
    assert.deepEqual(key("runner"), ["unknown-word"]);
    assert.deepEqual(key("run"), ["unknown-key"]);
  });
  it("allow a recipe with `validate: none` only if there is a validation split", () => {
    const recipe = "recipe r { validate: none }\n";
    const text = "sweep m on d with r as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }";
    assert.deepEqual(codes(`${recipe}${text}`), []);
    const undivided = definitions.replace("train: 80%, validation: 10%", "train: 90%");
    assert.deepEqual(compiled(`${undivided}${recipe}${text}`).codes, ["needs-validation"]);
  });
});

describe("misspelt members of a name", () => {
  const sweep = `${definitions}sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }`;
  for (const [text, mended] of [
    ["train m on d with s.bst as winner", "best"],
    ["evaluate s.bst on d.test", "best"],
    ["evaluate m.bas on d.test", "base"],
  ] as const)
    it(text, () => {
      const { diagnostics } = compiled([sweep, text]);
      assert.deepEqual(
        diagnostics.map(({ code, fix }) => [code, fix?.edits[0]?.text]),
        [["wrong-operand", mended]],
      );
    });
});

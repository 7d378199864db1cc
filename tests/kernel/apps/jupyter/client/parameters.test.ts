import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { newCodeCell, type Notebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { injectParameters, readParameter, parseParameterValue } from "#kernel/apps/jupyter/client/parameters.js";

const notebook = (...sources: readonly [string, ...string[]][]): Notebook => ({
  cells: sources.map(([source, ...tags]) => newCodeCell(source, tags.length > 0 ? { tags } : {})),
  metadata: {},
});
const sources = (book: Notebook): readonly string[] => book.cells.map((cell) => cell.source);

describe("parameters from the command line", () => {
  it("consist of a name, an equals sign and any value", () => {
    assert.deepEqual(readParameter("rate=2e-3", { rate: "1", x: "2" }), { rate: "2e-3", x: "2" });
    assert.deepEqual(readParameter("text=a=b c"), { text: "a=b c" });
    for (const written of ["rate", "=1", "1x=2", "a b=1"])
      assert.throws(
        () => readParameter(written),
        (e) => e instanceof CodedError && e.code === "bad-parameter",
      );
  });
  it("have the same meaning as in Tune", () => {
    const read = [
      "3",
      "-2e-3",
      "1_000",
      "80%",
      "10min",
      "512MB",
      "2GiB",
      "true",
      "auto",
      '"3"',
      "3 apples",
      "5x",
      "",
    ].map(parseParameterValue);
    const meant = [3, -0.002, 1000, { share: 0.8 }, 600_000, 512e6, 2 ** 31, true, "auto", "3", "3 apples", "5x", ""];
    assert.deepEqual(read, meant);
  });
  it("are inserted after the cell tagged `parameters`, in its language", () => {
    const tune = notebook(
      ["display(1)"],
      ["parameters { rate: 1, name: x, when: 5min }", "parameters"],
      ["train a on b"],
    );
    assert.deepEqual(injectParameters(tune, { rate: "2e-3", name: 'the "x"', when: "10min" }), []);
    assert.equal(sources(tune)[2], 'parameters {\n  rate: 2e-3\n  name: "the \\"x\\""\n  when: 10min\n}');
    assert.deepEqual(tune.cells[2]?.metadata, { tags: ["injected-parameters"] });

    const typescript = notebook(["const rate = 1;\nlet on = false", "parameters"], ["rate"]);
    assert.deepEqual(injectParameters(typescript, { rate: "2e-3", on: "true", more: "a" }), ["more"]);
    assert.equal(sources(typescript)[1], 'let rate = 0.002;\nlet on = true;\nlet more = "a";');
  });
  it("replace earlier injected ones, and find a Tune `parameters` cell without a tag", () => {
    const book = notebook(["parameters { rate: 1 }"], ["old", "injected-parameters"], ["1 + 1"]);
    injectParameters(book, { rate: "3" });
    assert.deepEqual(sources(book), ["parameters { rate: 1 }", "parameters {\n  rate: 3\n}", "1 + 1"]);
    injectParameters(book, {});
    assert.deepEqual(sources(book), ["parameters { rate: 1 }", "1 + 1"]);
  });
  it("are injected after each `parameters` statement, which may split its cell", () => {
    const data = 'data d { source: csv("a.csv") }';
    const book = notebook(
      ["parameters { rate: 1, seed: 2 }\n" + data],
      ["%%tune\n" + data + "\nparameters { rate: 4 }"],
    );
    assert.deepEqual(injectParameters(book, { rate: "3" }), []);
    const injected = "parameters {\n  rate: 3\n}";
    const parted = ["parameters { rate: 1, seed: 2 }", injected, data];
    assert.deepEqual(sources(book), [...parted, `%%tune\n${data}\nparameters { rate: 4 }`, injected]);
    injectParameters(book, { rate: "5", seed: "6" });
    assert.equal(sources(book)[1], "parameters {\n  rate: 5\n  seed: 6\n}");
    assert.equal(book.cells.length, 5);
  });
  it("come first if no cell states defaults", () => {
    const book = notebook(["x + 1"]);
    assert.deepEqual(injectParameters(book, { x: "2" }), ["x"]);
    assert.deepEqual(sources(book), ["let x = 2;", "x + 1"]);
  });
});

import assert from "node:assert/strict";
import { circlesIn, importsOf } from "#tests/imports.js";

/** Each layer imports only itself and the layers before it. The verbs' folders are one layer. */
const layers = [
  "language/diagnostics",
  "language/syntax",
  "language/types",
  "compiler/plan",
  "compiler/checks",
  "compiler/statement",
  "compiler/drafts",
  "verbs",
  "compiler/program",
  "assist",
];
const verbs = new Set(
  "annotate attach compress define deploy evaluate experiment federate report show sweep train update".split(" "),
);
/** The tensor compiler: it may use error codes and source positions, but nothing else of the language. */
const tensors = ["tensor", "backends"];

/** The package's table of codes, which is above the layers because each layer contributes codes. */
const TABLE = "dsl/codes.ts";

const imports = new Map(importsOf("dsl"));
imports.delete(TABLE);
function layerOf(file: string): string {
  const [, first = "", second = ""] = file.split("/");
  if (first === "tensor") return second === "backends" ? "backends" : "tensor";
  if (first === "compiler" && verbs.has(second)) return "verbs";
  return first === "language" || first === "compiler" ? `${first}/${second}` : first;
}

describe("layers of dsl", () => {
  it("cover all its folders", () => {
    const rooms = new Set([...imports.keys()].map(layerOf));
    assert.deepEqual([...rooms].sort(), [...layers, ...tensors].sort());
  });

  it("import in one direction only", () => {
    const against = [...imports].flatMap(([file, imported]) =>
      imported
        .filter((other) => other.startsWith("dsl/") && !mayImport(layerOf(file), layerOf(other), file))
        .map((other) => `${file} → ${other}`),
    );
    assert.deepEqual(against, [], `each layer imports only what stands before it: ${layers.join(" → ")}`);
  });

  it("have no import cycle, including type imports", () => {
    assert.deepEqual(circlesIn(importsOf("dsl")), []);
  });

  it("are checked by a search that finds a cycle in a sample graph", () => {
    const circle = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["d", "a"]],
      ["d", []],
    ]);
    assert.deepEqual(circlesIn(circle), [["a", "b", "c"]]);
  });
});

function mayImport(from: string, to: string, file: string): boolean {
  if (from === to) return true;
  if (tensors.includes(from)) return to === "language/diagnostics" || to === "tensor";
  // Only one function requests a plan's cost from the tensor compiler.
  if (tensors.includes(to)) return file === "dsl/compiler/plan/estimates.ts";
  return layers.indexOf(to) < layers.indexOf(from);
}

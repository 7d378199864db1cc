import assert from "node:assert/strict";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import fc from "fast-check";
import { tuneLanguage } from "#editors/codemirror/language.js";
import { vocabularyOf } from "#editors/vocabulary.js";
import { registry } from "#stdlib/registry.js";

const language = tuneLanguage(vocabularyOf(registry));
const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions: [language] });

/** Returns the coloured pieces in order: text and style. Pieces without a style are omitted. */
function colours(state: EditorState): readonly (readonly [string, string])[] {
  const tree = ensureSyntaxTree(state, state.doc.length, 10_000);
  assert.ok(tree, "the text was not read to its end");
  const found: [string, string][] = [];
  tree.iterate({
    enter: ({ name, from, to }) => {
      if (name !== "Document") found.push([state.sliceDoc(from, to), name]);
    },
  });
  return found;
}
const coloursOf = (text: string): readonly (readonly [string, string])[] => colours(stateOf(text));
function colourOf(text: string, piece: string): string | undefined {
  return coloursOf(text).find(([found]) => found === piece)?.[1];
}

describe("Tune highlighting in CodeMirror", () => {
  it("distinguishes verb, name, connector, word, key and number", () => {
    assert.deepEqual(coloursOf('model tagger = lora on "base" { rank: 8 }'), [
      ["model", "keyword"],
      ["tagger", "variableName"],
      ["lora", "variableName"],
      ["on", "keyword"],
      ['"base"', "string"],
      ["{", "bracket"],
      ["rank", "propertyName"],
      [":", "punctuation"],
      ["8", "number"],
      ["}", "bracket"],
    ]);
    assert.equal(colourOf("train tagger on rows", "on"), "keyword");
    assert.equal(colourOf("model m { technique: lora }", "lora"), "variableName.standard");
  });

  it("highlights a verb only at the start of a statement", () => {
    assert.deepEqual(coloursOf("data train"), [
      ["data", "keyword"],
      ["train", "variableName"],
    ]);
    assert.deepEqual(
      coloursOf("data a\ntrain m").map(([, style]) => style),
      ["keyword", "variableName", "keyword", "variableName"],
    );
    assert.equal(colourOf("data rows { train }", "train"), "variableName");
    assert.equal(colourOf("recipe r { data: 1 }", "data"), "propertyName");
    const vary = "sweep m on d as s { vary: { technique.rank : choice(4), optimizer.learning_rate: log(1e-4..1e-2) } }";
    for (const part of ["technique", "rank", "optimizer", "learning_rate"])
      assert.equal(colourOf(vary, part), "propertyName", part);
    assert.equal(colourOf("show m { on: d.test, by: length }", "d"), "variableName");
  });

  it("highlights a connector only on the statement's own line", () => {
    assert.equal(colourOf("on", "on"), "variableName");
    assert.equal(colourOf("evaluate m\non", "on"), "variableName");
    assert.equal(colourOf("evaluate m on rows.test", "on"), "keyword");
  });

  it("continues a statement's line in brackets and ends it at its block", () => {
    assert.equal(colourOf("train m on [a,\nb] with quick", "with"), "keyword");
    assert.equal(colourOf("model m { rank: 8 } with quick", "with"), "variableName");
  });

  it("finds a statement after unmatched closing brackets", () => {
    assert.equal(colourOf(")]}\ndata d", "data"), "keyword");
  });

  it("highlights numbers with units, percent and exponents", () => {
    for (const number of ["8", "-1", "1_000", "2e-5", "0.5", "80%", "30min", "1.5GB"])
      assert.equal(colourOf(`recipe r { a: ${number} }`, number), "number", number);
  });

  it("highlights literals, references and the magic line", () => {
    for (const atom of ["true", "false", "none", "auto"])
      assert.equal(colourOf(`recipe r { a: ${atom} }`, atom), "atom", atom);
    assert.equal(colourOf("recipe r { rate: $rates.low }", "$rates.low"), "variableName.special");
    assert.equal(colourOf("%%tune\ndata d", "%%tune"), "meta");
  });

  it("continues comments and strings over lines, to the end of the text if unclosed", () => {
    assert.deepEqual(coloursOf("/* a\nb */ data d"), [
      ["/* a", "comment"],
      ["b */", "comment"],
      ["data", "keyword"],
      ["d", "variableName"],
    ]);
    assert.deepEqual(
      coloursOf('data d { a: """x\ndata\n""" }').filter(([, style]) => style === "string"),
      [
        ['"""x', "string"],
        ["data", "string"],
        ['"""', "string"],
      ],
    );
    assert.equal(colourOf("/* a\ndata d", "data d"), "comment");
    assert.equal(colourOf('data d { a: "x\\"y" }', '"x\\"y"'), "string");
    assert.equal(colourOf("data d // on", "// on"), "comment");
    assert.equal(colourOf("# data", "# data"), "comment");
  });

  const piece = fc.constantFrom(
    ...["data ", "train ", "on ", "lora", "rank: ", "8", "{", "}", "(", ")", "\n", '"', '"""', "/*", "*/", "// "],
    ...["$a.b", "é"],
  );
  const textOf = (maxLength: number): fc.Arbitrary<string> =>
    fc.array(piece, { maxLength }).map((pieces) => pieces.join(""));
  const editsHold = (before: string, a: number, b: number, insert: string): void => {
    const [from = 0, to = 0] = [a % (before.length + 1), b % (before.length + 1)].sort((x, y) => x - y);
    const state = stateOf(before);
    colours(state);
    const edited = state.update({ changes: { from, to, insert } }).state;
    assert.deepEqual(colours(edited), coloursOf(edited.doc.toString()));
  };

  it("equals that of the full text after any edit", () => {
    fc.assert(fc.property(textOf(30), fc.nat(), fc.nat(), textOf(30), editsHold), { numRuns: 300 });
  });

  it("equals that of the full text after edits of long texts", () => {
    const lines = 'data d {\n  a: lora(rank: 8) // on\n  b: """x\ny""" }\ntrain m on [d,\n  d] with quick\n';
    const long = fc.tuple(textOf(30), textOf(30)).map(([first, then]) => first + lines.repeat(60) + then);
    fc.assert(
      fc.property(long, fc.nat(), fc.nat(40), textOf(10), (before, at, width, insert) =>
        editsHold(before, at, (at % (before.length + 1)) + width, insert),
      ),
      { numRuns: 40 },
    );
  });
});

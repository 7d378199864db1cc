/** A file whose first line is a data row: it is reported once, with the setting that reads it correctly. */
import assert from "node:assert/strict";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { textsOfCode, mustExist } from "#dsl/language/diagnostics/codes.js";
import { compiled } from "../../world.js";

const program =
  'data d { source: csv("a.csv"), columns: { text: text, label: label } }\nmodel m { base: "minilm", task: text_classification }\n';
const told = (headless: string | undefined, text = program) =>
  compiled(text, {
    table: { columns: ["I loved it", "pos"], sample: [], ...(headless !== undefined && { headless }) },
  });

const words = (one: Diagnostic | undefined) => {
  const { code, data } = mustExist(one, "a diagnostic");
  return textsOfCode(code, data);
};
const mended = ({ fix }: Diagnostic): string =>
  mustExist(fix, "a fix").edits.reduce(
    (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
    program,
  );

describe("file without a header", () => {
  it("is reported once, however many columns are missing", () => {
    const { diagnostics } = told("header: none, names: [text, label]");
    const [only, ...more] = diagnostics;
    assert.deepEqual(more, []);
    assert.equal(only?.code, "unknown-column");
    assert.equal(words(only).help, "write `header: none, names: [text, label]`, with your own names");
    assert.deepEqual(words(only).notes, [
      "the first line of a.csv looks like data, not like column names: I loved it, pos",
    ]);
  });
  it("gets a fix that adds arguments to its source", () => {
    const [only] = told("header: none, names: [text, label]").diagnostics;
    assert.ok(
      mended(mustExist(only, "a diagnostic")).includes('csv("a.csv", header: none, names: [text, label]), columns'),
    );
  });
  it("gets a fix that replaces its source if another one can read it", () => {
    const [only] = told('fasttext("a.csv")').diagnostics;
    assert.equal(words(only).help, 'write `fasttext("a.csv")`');
    assert.ok(mended(mustExist(only, "a diagnostic")).includes('source: fasttext("a.csv"), columns'));
  });
  it("gets a fix that is marked uncertain", () => {
    assert.equal(told("header: none, names: [text, label]").diagnostics[0]?.fix?.certain, false);
  });
  it("is not suspected if a wanted column exists, or a similar one", () => {
    const odd = (...columns: string[]) =>
      compiled(program, { table: { columns, sample: [], headless: "header: none, names: [text, label]" } }).diagnostics;
    assert.deepEqual(words(odd("Text", "2019", "label")[0]).help, "write `Text`");
    assert.deepEqual(
      odd("Text", "2019", "Label").map((d) => words(d).help),
      ["write `Text`", "write `Label`"],
    );
  });
  it("gets no fix that drops arguments or comments, or doubles a comma", () => {
    const fixOf = (call: string, headless: string) =>
      compiled(program.replace('csv("a.csv")', call), { table: { columns: ["x y", "7"], sample: [], headless } })
        .diagnostics[0]?.fix;
    assert.equal(fixOf('csv("a.csv", encoding: "windows-1252")', 'fasttext("a.csv")'), undefined);
    assert.equal(fixOf('csv("a.csv" /* here */)', "header: none"), undefined);
    assert.ok(fixOf('csv("a.csv", quote: none,)', "header: none")?.edits[0]?.text === "header: none");
  });
  it("is not suspected if the first line looks like names", () => {
    assert.equal(told(undefined).diagnostics.length, 2);
  });
  it("is reported as a title line or as nameless columns, with the argument to add", () => {
    const one = (headless: string, call = 'csv("a.csv")') => {
      const text = program.replace('csv("a.csv")', call);
      const [only, ...more] = compiled(text, {
        table: { columns: ["Export", "column 2"], sample: [], headless },
      }).diagnostics;
      assert.deepEqual(more, []);
      return { ...words(only), put: mustExist(only, "a diagnostic").fix?.edits[0]?.text };
    };
    const title = one("skip: 1");
    assert.deepEqual([title.help, title.put], ["write `skip: 1`", ", skip: 1"]);
    assert.match(title.notes[0] ?? "", /a\.csv .* title.*: Export, column 2$/);
    const nameless = one("names: [text, label]", 'csv("a.csv", header: none)');
    assert.equal(nameless.help, "write `names: [text, label]`, with your own names");
    assert.equal(nameless.put, ", names: [text, label]");
    assert.match(nameless.notes[0] ?? "", /^the columns of a\.csv have no names, only positions: /);
  });
});

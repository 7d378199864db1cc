import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "#tests/any-text.js";
import { parse } from "#dsl/language/syntax/parse.js";
import { lex } from "#dsl/language/syntax/tokens.js";
import type { BlockNode, Entry, Statement } from "#dsl/language/syntax/tree.js";
import { registry } from "#stdlib/registry.js";
import { beyond, built } from "../../programs.js";

const verbs = registry.verbs().map((v) => v.name);
const read = (text: string) => parse({ id: "s", title: "s", text }, verbs);
const programs = [...Object.values(built), ...beyond];

describe("grammar", () => {
  it("accepts every example program", () => {
    for (const program of programs) assert.deepEqual(read(program).diagnostics, [], program);
  });
  it("returns the written values", () => {
    const [statement] = read(
      'recipe r { a: -1.5e3, b: 80%, c: 10min, d: 1_000, e: "x\\n\\u{1F600}", f: 1..2, g: $x.y, h: a.b(c, d: [1, 2]) }',
    ).tree.statements;
    const values = Object.fromEntries((statement?.block?.entries ?? []).map((e) => [e.key.text, e.value]));
    const number = (key: string) => (values[key]?.is === "number" ? [values[key].value, values[key].unit] : []);
    assert.deepEqual(
      [number("a"), number("b"), number("c"), number("d")],
      [
        [-1500, ""],
        [80, "%"],
        [10, "min"],
        [1000, ""],
      ],
    );
    assert.equal(values["e"]?.is === "string" && values["e"].value, "x\n😀");
    assert.equal(values["f"]?.is, "range");
    assert.equal(values["g"]?.is === "reference" && values["g"].text, "x.y");
    assert.equal(values["h"]?.is === "word" && values["h"].text + String(values["h"].arguments?.length), "a.b2");
  });
  it("removes the closing line's indentation from a triple-quoted text", () => {
    const [statement] = read('parameters {\n  p: """\n    one\n      two\n    """\n}').tree.statements;
    const value = statement?.block?.entries[0]?.value;
    assert.equal(value?.is === "string" && value.value, "one\n  two");
  });
  it("accepts `http://` in a string, and `//` as a comment after a space", () => {
    assert.deepEqual(read('use "http://x" // y').diagnostics, []);
  });
});

interface Fact {
  readonly text: string;
  readonly line: number;
  readonly end: number;
}
/** Returns the information in the tree: one line per entry, under its statement's header. */
function factsOf(text: string): Fact[] {
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const cut = (span: { start: number; end: number }) => text.slice(span.start, span.end).replace(/\s+/g, " ");
  const facts: Fact[] = [];
  const entries = (head: string, block: BlockNode | undefined) => {
    for (const e of block?.entries ?? ([] as Entry[]))
      if (e.value)
        facts.push({
          text: `${head} / ${cut(e.key.span)}: ${cut(e.value.span)}`,
          line: lineOf(e.span.start),
          end: lineOf(e.span.end),
        });
  };
  for (const s of read(text).tree.statements as Statement[]) {
    const head = `${s.verb.text} ${s.operands.map((o) => cut(o.span)).join(", ")}`;
    facts.push({ text: head, line: lineOf(s.verb.span.start), end: lineOf(s.verb.span.start) });
    entries(head, s.block);
  }
  return facts;
}

describe("syntax error recovery: one report per error, other entries preserved", () => {
  const mutations: Readonly<
    Record<
      string,
      {
        readonly make: (s: string, from: number, to: number, image: string) => string | null;
        readonly once: number;
        readonly kept: number;
      }
    >
  > = {
    "a token deleted": { make: (s, from, to) => s.slice(0, from) + s.slice(to), once: 0.95, kept: 0.96 },
    "a bracket deleted": {
      make: (s, from, to, image) => (/^[[\](){}]$/.test(image) ? s.slice(0, from) + s.slice(to) : null),
      once: 0.85,
      kept: 0.96,
    },
    "a stray character": { make: (s, from) => `${s.slice(0, from)}? ${s.slice(from)}`, once: 0.98, kept: 0.98 },
    "the rest of a line missing": {
      make: (s, _, to) => s.slice(0, to) + (s.indexOf("\n", to) < 0 ? "" : s.slice(s.indexOf("\n", to))),
      once: 0.78,
      kept: 0.96,
    },
  };
  for (const [name, { make, once, kept }] of Object.entries(mutations)) {
    it(name, () => {
      let reported = 0;
      let one = 0;
      let whole = 0;
      let still = 0;
      for (const program of programs) {
        const before = factsOf(program);
        for (const token of lex(program).tokens) {
          if (/^\s+$/.test(token.image) || token.image.includes("\n")) continue;
          const mutated = make(program, token.startOffset, token.startOffset + token.image.length, token.image);
          if (mutated === null || mutated === program) continue;
          const { diagnostics } = read(mutated);
          if (diagnostics.length === 0) continue;
          reported++;
          if (diagnostics.length === 1) one++;
          const after = new Set(factsOf(mutated).map((f) => f.text));
          const line = token.startLine ?? 0;
          for (const fact of before) {
            if (fact.line <= line && fact.end >= line) continue;
            whole++;
            if (after.has(fact.text)) still++;
          }
        }
      }
      assert.ok(reported > 100, `${reported} mutations`);
      assert.ok(
        one / reported >= once,
        `exactly one report in ${((100 * one) / reported).toFixed(1)} % of ${reported}`,
      );
      assert.ok(still / whole >= kept, `${((100 * still) / whole).toFixed(1)} % of the rest kept`);
    });
  }
});

describe("parser on random text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "data",
      "model",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      ":",
      ",",
      "\n",
      '"',
      "'",
      "=",
      "1,000",
      "$x",
      "..",
      ".5",
      "#",
      ";",
      '"""',
      "−1",
      "\\",
      "//",
      "/*",
      "é",
      "😀",
      "lora",
      "80 %",
    ),
    anyText({ maxLength: 4 }),
  );
  it("never throws, and reports only spans inside the text", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom("", " "), (pieces, between) => {
        const text = pieces.join(between);
        const { diagnostics } = read(text);
        for (const d of diagnostics) {
          for (const span of [d.span, ...d.labels.map((l) => l.span), ...(d.fix?.edits ?? [])])
            assert.ok(
              span.start >= 0 && span.start <= span.end && span.end <= text.length,
              `${d.code} ${span.start}..${span.end} of ${text.length}`,
            );
        }
      }),
      { numRuns: 2000 },
    );
  });
});

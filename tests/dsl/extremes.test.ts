/**
 * Texts that nobody writes: each is answered in time that grows with its length, with codes, never an exception, and what
 * is rendered of it stays short. Times are of the processor, with room for a machine that is busy.
 */
import assert from "node:assert/strict";
import { complete } from "#dsl/assist/complete.js";
import { hover } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { occurrencesIn, symbolsIn } from "#dsl/assist/occurrences.js";
import { signatureAt } from "#dsl/assist/signature.js";
import { renderAnsi } from "#dsl/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/diagnostics/render-html.js";
import { toJson } from "#dsl/diagnostics/render-json.js";
import { compile } from "#dsl/compile/compile.js";
import { nothingOutside } from "#dsl/plan/outside.js";
import { Facts } from "#dsl/types/facts.js";
import { isTune } from "#dsl/syntax/cell.js";
import { format } from "#dsl/syntax/format.js";
import { limits } from "#dsl/syntax/limits.js";
import { parse } from "#dsl/syntax/parse.js";
import { registry } from "#stdlib/registry.js";
import { compiled, definitions } from "./world.js";

const verbs = registry.verbs().map((v) => v.name);
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const sourceOf = (text: string) => ({ id: "x", title: "x", text });
const check = (text: string) => compile([sourceOf(text)], registry, Facts.none, "run", nothingOutside).diagnostics;

/** Seconds of the processor that all answers about one text may take together. */
const patience = 12;
/** Characters that any rendering for people may have. */
const short = 250_000;

const texts: Readonly<Record<string, { readonly text: string; readonly code?: string }>> = {
  "lists 1,000 deep": { text: `model m { base: ${"[".repeat(1000)}${"]".repeat(1000)} }`, code: "too-much" },
  "records 1,000 deep": { text: `model m { a: ${"{ a: ".repeat(1000)}1${" }".repeat(1000)} }`, code: "too-much" },
  "calls 1,000 deep": { text: `recipe r { rate: ${"f(".repeat(1000)}1${")".repeat(1000)} }`, code: "too-much" },
  "calls 90 deep": { text: `recipe r { rate: ${"f(".repeat(90)}1${")".repeat(90)} }` },
  "`{ a:` 50,000 times": { text: `model m { ${"{ a:".repeat(50_000)}`, code: "too-much" },
  "`( ]` 60,000 times": { text: "( ] ".repeat(60_000), code: "too-much" },
  "`)` 50,000 times": { text: ")".repeat(50_000), code: "stray-bracket" },
  "50,000 statements": { text: lines(50_000, (i) => `recipe r${i} { epochs: 1 }`), code: "too-much" },
  "10,000 statements": { text: lines(10_000, (i) => `recipe r${i} { epochs: 1 }`), code: "too-much" },
  "5,000 statements on a line": {
    text: Array.from({ length: 5000 }, (_, i) => `recipe r${i} { epochs: 1 }`).join(" "),
    code: "too-much",
  },
  "a comment opened 1,000,000 times": { text: "/*".repeat(1_000_000), code: "too-much" },
  "a comment opened 100,000 times": { text: "/*\n".repeat(80_000), code: "unknown-character" },
  "a text opened 50,000 times": { text: '"""\n "'.repeat(40_000), code: "unclosed-string" },
  "a circle of 1,500 recipes": { text: lines(1500, (i) => `recipe r${i} like r${(i + 1) % 1500} { epochs: 2 }`) },
  "a chain of 1,990 recipes": {
    text: `recipe r0 { epochs: 1 }\n${lines(1990, (i) => `recipe r${i + 1} like r${i} { epochs: 2 }`)}`,
  },
  "5,000 parameters in a circle": {
    text: `parameters {\n${lines(5000, (i) => `p${i}: $p${(i + 1) % 5000}`)}\n}\nrecipe r { epochs: $p0 }`,
  },
  "20,000 references": { text: `model m { x: [${lines(20_000, (i) => `$r${i},`)}] }` },
  "10,000 keys": { text: `model m {\n${lines(10_000, (i) => `k${i}: 1`)}\n}`, code: "unknown-key" },
  "10 MB of a string": { text: `model m { base: "${"x".repeat(10_000_000)}" }`, code: "too-much" },
  "240,000 letters of a name": { text: `model ${"m".repeat(240_000)} { base: "x" }` },
  "240,000 letters of a key": { text: `model m { ${"k".repeat(240_000)} : 1 }`, code: "unknown-key" },
  "10 MB of blanks": { text: " ".repeat(10_000_000), code: "too-much" },
  "240,000 blanks": { text: `${" ".repeat(240_000)}x`, code: "unknown-verb" },
  "240,000 new lines": { text: "\n".repeat(240_000) },
  "100,000 `#` at the head": { text: "#\n".repeat(100_000) },
  "60,000 lines of two words": { text: "a b\n".repeat(60_000), code: "too-much" },
  "600 lines, each set in further": { text: lines(600, (i) => `${" ".repeat(i)}a:`), code: "too-much" },
  "an allowance of 30,000 codes": {
    text: `recipe r { allow: { ${"a-b: 1, ".repeat(30_000)} } }`,
    code: "unknown-allowance",
  },
  "`**a` 45,000 times": { text: `recipe r = f(${"**a, ".repeat(45_000)})`, code: "equals-for-colon" },
  "`<` 120,000 times": { text: "< ".repeat(120_000), code: "unknown-character" },
};

describe("texts that nobody writes", function () {
  this.timeout(120_000);
  for (const [name, { text, code }] of Object.entries(texts))
    it(name, () => {
      const source = sourceOf(text);
      const context = { registry, earlier: [], facts: Facts.none, outside: nothingOutside };
      const begun = process.cpuUsage();
      const diagnostics = check(text);
      if (code !== undefined)
        assert.ok(
          diagnostics.some((d) => d.code === code),
          [...new Set(diagnostics.map((d) => d.code))].join(),
        );
      assert.ok(renderAnsi(diagnostics, [source], { color: true }).length < short);
      assert.ok(renderHtml(diagnostics, [source]).length < short);
      toJson(diagnostics, [source]);
      format(text, verbs);
      isComplete(text, verbs);
      isTune(text, verbs);
      for (const offset of [text.length >> 1, text.length]) {
        complete(text, offset, context);
        hover(text, offset, context);
        signatureAt(text, offset, registry);
      }
      occurrencesIn(source, registry);
      symbolsIn(source, registry);
      const { user, system } = process.cpuUsage(begun);
      assert.ok(user + system < patience * 1e6, `${((user + system) / 1e6).toFixed(1)} s`);
    });

  it("reads 2,000 statements, 100 brackets in brackets and 250,000 characters", () => {
    const none = (text: string): void =>
      assert.deepEqual(
        check(text).filter((d) => d.code === "too-much"),
        [],
      );
    none(lines(limits.statements, (i) => `recipe r${i} { epochs: 1 }`));
    none(`recipe r { epochs: ${"[".repeat(limits.depth - 1)}${"]".repeat(limits.depth - 1)} }`);
    none(`recipe r { epochs: 1 }`.padEnd(limits.characters));
  });
});

describe("20,000 of something", function () {
  this.timeout(60_000);
  const many = (of: (i: number) => string, count = 20_000): string =>
    Array.from({ length: count }, (_, i) => of(i)).join(",");
  const circle = 14_000;
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["unknown keys", `recipe r { ${many((i) => `k${i}:1`)} }`, "unknown-key"],
    ["keys that nearly are", `recipe r { ${many((i) => `seed${i}:1`)} }`, "unknown-key"],
    ["times the same key", `recipe r { ${many(() => "seed: 1")} }`, "duplicate-key"],
    ["unknown metrics", `${definitions}evaluate m on d.test { metrics: [${many((i) => `acc${i}`)}] }`, "unknown-word"],
    ["models that are none", `${definitions}evaluate ${many((i) => `m${i}`)} on d.test`, "unknown-name"],
    [
      "labels",
      `data e { source: csv("a.csv"), columns: { text: t, label: l }, labels: [${many((i) => `l${i}`)}] }`,
      null,
    ],
    [
      "values of a sweep",
      `${definitions}sweep m on d as s { vary: { seed: choice(${many(String)}) }, trials: 2, maximize: accuracy }`,
      null,
    ],
    [
      "values of the wrong type",
      `${definitions}sweep m on d as s { vary: { seed: choice(${many((i) => `"${i}"`)}) }, trials: 2, maximize: accuracy }`,
      "wrong-type",
    ],
    [
      "settings that don't vary",
      `${definitions}sweep m on d as s { vary: { ${many((i) => `k${i}:0`)} }, trials: 2, maximize: accuracy }`,
      "not-varied",
    ],
    ["roles", `data e { source: csv("a.csv"), columns: { ${many((i) => `r${i}:c`)} } }`, "unknown-record-key"],
    ["sources", `data e { source: { ${many((i) => `s${i}:csv("a")`, 14_000)} }, columns: { text: t } }`, null],
    [
      "parameters in a circle",
      `parameters { ${many((i) => `p${i}:$p${(i + 1) % circle}`, circle)} }`,
      "unknown-reference",
    ],
    ["models in a circle", lines(1_990, (i) => `model m${i} { base: m${(i + 1) % 1_990}, task: fill_mask }`), null],
    ["models like each other", lines(1_990, (i) => `model m${i} like m${(i + 1) % 1_990} { }`), "unknown-name"],
    [
      "columns of data that lack the one",
      'data e { source: csv("a.csv"), columns: { text: colum_7 } }',
      "unknown-column",
    ],
  ];
  for (const [name, text, code] of cases)
    it(`${name}: told in seconds, and bounded`, () => {
      const table = Array.from({ length: 20_000 }, (_, i) => `column_${i}`);
      const begun = process.cpuUsage();
      const { diagnostics, sources } = compiled(text, name.startsWith("columns") ? { table } : {});
      const { user, system } = process.cpuUsage(begun);
      assert.ok(user + system < 5e6, `${((user + system) / 1e6).toFixed(1)} s`);
      assert.ok(diagnostics.length <= limits.reports + 1);
      if (code !== null) assert.ok(diagnostics.some((d) => d.code === code));
      assert.ok(renderAnsi(diagnostics, sources, { color: false }).length < short);
    });
});

describe("what is rendered of many mistakes", () => {
  const sizes = (text: string): readonly number[] => {
    const [diagnostics, sources] = [check(text), [sourceOf(text)]];
    return [
      renderAnsi(diagnostics, sources, { color: false }).length,
      renderHtml(diagnostics, sources).length,
      JSON.stringify(toJson(diagnostics, sources)).length,
    ];
  };
  it("does not grow with the square of the text: 4,000 control characters, then 40,000", () => {
    const few = sizes("\u0001 ".repeat(4000));
    const many = sizes("\u0001 ".repeat(40_000));
    for (const [i, size] of few.entries()) {
      assert.ok(size < 200_000, `${i}: ${size}`);
      assert.ok((many[i] ?? 0) < 1.2 * size, `${i}: ${size} and ${many[i]}`);
    }
  });
  it("says how many mistakes more there are, errors before warnings", () => {
    const text = `recipe r {\n${lines(3000, (i) => `k${i}: 1`)}\n}`;
    const [diagnostics, sources] = [check(text), [sourceOf(text)]];
    assert.match(renderAnsi(diagnostics, sources, { color: false }), /\n\nand 2,900 errors more$/);
    assert.match(renderHtml(diagnostics, sources), /<div>and 2,900 errors more<\/div><\/div>$/);
    const { diagnostics: told, more } = toJson(diagnostics, sources);
    assert.deepEqual([told.length, more], [1000, { errors: 2000, warnings: 0 }]);
  });
  it("quotes what stands around the place, and marks it there", () => {
    const text = `recipe r { ${"a".repeat(500)}: 1, epoch: 2, ${"b".repeat(500)}: 3 }`;
    const diagnostics = check(text).filter((d) => d.span.start === text.indexOf("epoch"));
    const [quoted = "", marks = ""] = renderAnsi(diagnostics, [sourceOf(text)], { color: false })
      .split("\n")
      .slice(3, 5);
    assert.match(quoted, /^ 1 \| …a+: 1, epoch: 2, b+…$/);
    assert.ok(quoted.length < 180);
    assert.equal(quoted.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1), "epoch");
  });
  it("marks the place beside characters that are written as codes, and never half of a pair", () => {
    const text = `model m { base: "\u0001\u0001", 😀: 1 }`;
    const diagnostics = check(text).filter((d) => d.span.start === text.indexOf("😀"));
    const [quoted = "", marks = ""] = renderAnsi(diagnostics, [sourceOf(text)], { color: false })
      .split("\n")
      .slice(3, 5);
    assert.equal([...quoted][marks.indexOf("^")], "😀");
  });
});

describe("what is kept of parsed texts", () => {
  it("is known by the verbs, not by their number", () => {
    const source = sourceOf("recipe r { epochs: 1 } spell x");
    assert.equal(parse(source, ["recipe", "model"]).tree.statements.length, 1);
    assert.equal(parse(source, ["recipe", "spell"]).tree.statements.length, 2);
  });
});

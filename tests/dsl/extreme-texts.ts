/**
 * Extreme texts, and what must hold for every answer about them: errors have codes, nothing throws, and renderings stay
 * short. The tests use small sizes; `npm run extremes` uses full sizes and measures time.
 */
import assert from "node:assert/strict";
import { complete } from "#dsl/assist/complete.js";
import { hoverAt } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { nameOccurrencesIn, symbolsIn } from "#dsl/assist/occurrences.js";
import { signatureAt } from "#dsl/assist/signature.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { Facts } from "#dsl/language/types/facts.js";
import { isTuneCell } from "#dsl/language/syntax/cell.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { parseLimits } from "#dsl/language/syntax/limits.js";
import { registry } from "#stdlib/registry.js";
import { compiled, definitions } from "./world.js";

/**
 * Returns the count to use. `least` is enough to trigger the effect of the text; if unset, small sizes are a tenth of
 * `whole`.
 */
export type Size = (whole: number, least?: number) => number;
export const whole: Size = (count) => count;
export const small: Size = (count, least) => least ?? count / 10;

interface Extreme {
  readonly text: string;
  readonly code?: string;
}

const verbs = registry.verbs().map((v) => v.name);
export const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
export const sourceOf = (text: string) => ({ id: "x", title: "x", text });
export const check = (text: string) =>
  compile([sourceOf(text)], registry, Facts.none, "run", emptyEnvironment).diagnostics;

/** Maximum characters of a rendering for people. */
const short = 250_000;

export const textsOf = (n: Size): Readonly<Record<string, Extreme>> => ({
  "lists 1,000 deep": { text: `model m { base: ${"[".repeat(1000)}${"]".repeat(1000)} }`, code: "too-much" },
  "records 1,000 deep": { text: `model m { a: ${"{ a: ".repeat(1000)}1${" }".repeat(1000)} }`, code: "too-much" },
  "calls 1,000 deep": { text: `recipe r { rate: ${"f(".repeat(1000)}1${")".repeat(1000)} }`, code: "too-much" },
  "calls 90 deep": { text: `recipe r { rate: ${"f(".repeat(90)}1${")".repeat(90)} }` },
  "`{ a:` again and again": { text: `model m { ${"{ a:".repeat(n(50_000))}`, code: "too-much" },
  "`( ]` again and again": { text: "( ] ".repeat(n(60_000)), code: "too-much" },
  "`)` again and again": { text: ")".repeat(n(50_000)), code: "stray-bracket" },
  "50,000 statements": { text: lines(50_000, (i) => `recipe r${i} { epochs: 1 }`), code: "too-much" },
  "10,000 statements": { text: lines(10_000, (i) => `recipe r${i} { epochs: 1 }`), code: "too-much" },
  "thousands of statements on a line": {
    text: Array.from({ length: n(5000, 2100) }, (_, i) => `recipe r${i} { epochs: 1 }`).join(" "),
    code: "too-much",
  },
  "a comment opened 1,000,000 times": { text: "/*".repeat(1_000_000), code: "too-much" },
  "a comment opened on every line": { text: "/*\n".repeat(n(80_000)), code: "unknown-character" },
  "a text opened again and again": { text: '"""\n "'.repeat(n(40_000)), code: "unclosed-string" },
  "a circle of recipes": { text: lines(n(1500), (i) => `recipe r${i} like r${(i + 1) % n(1500)} { epochs: 2 }`) },
  "a chain of recipes": {
    text: `recipe r0 { epochs: 1 }\n${lines(n(1990), (i) => `recipe r${i + 1} like r${i} { epochs: 2 }`)}`,
  },
  "parameters in a circle": {
    text: `parameters {\n${lines(n(5000), (i) => `p${i}: $p${(i + 1) % n(5000)}`)}\n}\nrecipe r { epochs: $p0 }`,
  },
  references: { text: `model m { x: [${lines(n(20_000), (i) => `$r${i},`)}] }` },
  "keys upon keys": { text: `model m {\n${lines(n(10_000), (i) => `k${i}: 1`)}\n}`, code: "unknown-key" },
  "10 MB of a string": { text: `model m { base: "${"x".repeat(10_000_000)}" }`, code: "too-much" },
  "240,000 letters of a name": { text: `model ${"m".repeat(240_000)} { base: "x" }` },
  "240,000 letters of a key": { text: `model m { ${"k".repeat(240_000)} : 1 }`, code: "unknown-key" },
  "10 MB of blanks": { text: " ".repeat(10_000_000), code: "too-much" },
  "240,000 blanks": { text: `${" ".repeat(240_000)}x`, code: "unknown-verb" },
  "new lines": { text: "\n".repeat(n(240_000)) },
  "`#` at the head": { text: "#\n".repeat(n(100_000)) },
  "lines of two words": { text: "a b\n".repeat(n(60_000)), code: "too-much" },
  "lines, each set in further": { text: lines(n(600, 300), (i) => `${" ".repeat(i)}a:`), code: "too-much" },
  "an allowance of very many codes": {
    text: `recipe r { allow: { ${"a-b: 1, ".repeat(n(30_000))} } }`,
    code: "unknown-allowance",
  },
  "`**a` again and again": { text: `recipe r = f(${"**a, ".repeat(n(45_000))})`, code: "equals-for-colon" },
  "`<` again and again": { text: "< ".repeat(n(120_000)), code: "unknown-character" },
});

/** Runs every request that a cell or an editor makes about a text. */
export function answer({ text, code }: Extreme): void {
  const source = sourceOf(text);
  const context = { registry, earlier: [], facts: Facts.none, outside: emptyEnvironment };
  const diagnostics = check(text);
  if (code !== undefined)
    assert.ok(
      diagnostics.some((d) => d.code === code),
      [...new Set(diagnostics.map((d) => d.code))].join(),
    );
  assert.ok(renderAnsi(diagnostics, [source], { color: true }).length < short);
  assert.ok(renderHtml(diagnostics, [source]).length < short);
  diagnosticsToJson(diagnostics, [source]);
  formatSource(text, verbs);
  isComplete(text, verbs);
  isTuneCell(text, verbs);
  for (const offset of [text.length >> 1, text.length]) {
    complete(text, offset, context);
    hoverAt(text, offset, context);
    signatureAt(text, offset, registry);
  }
  nameOccurrencesIn(source, registry);
  symbolsIn(source, registry);
}

/** Returns texts with very many items of one kind. */
export function maniesOf(n: Size): readonly (readonly [name: string, text: string, code: string | null])[] {
  // More than the report limit, even in the small size.
  const count = n(20_000, parseLimits.reports + 1000);
  const many = (of: (i: number) => string, times = count): string =>
    Array.from({ length: times }, (_, i) => of(i)).join(",");
  const circle = n(14_000);
  const ring = n(1990);
  return [
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
    ["sources", `data e { source: { ${many((i) => `s${i}:csv("a")`, circle)} }, columns: { text: t } }`, null],
    [
      "parameters in a circle",
      `parameters { ${many((i) => `p${i}:$p${(i + 1) % circle}`, circle)} }`,
      "unknown-reference",
    ],
    ["models in a circle", lines(ring, (i) => `model m${i} { base: m${(i + 1) % ring}, task: fill_mask }`), null],
    ["models like each other", lines(ring, (i) => `model m${i} like m${(i + 1) % ring} { }`), "unknown-name"],
    [
      "columns of data that lack the one",
      'data e { source: csv("a.csv"), columns: { text: colum_7 } }',
      "unknown-column",
    ],
  ];
}

/** Compiles such a text in a world whose data also has very many columns. */
export function tell(name: string, text: string, code: string | null): void {
  const table = Array.from({ length: 20_000 }, (_, i) => `column_${i}`);
  const { diagnostics, sources } = compiled(text, name.startsWith("columns") ? { table } : {});
  assert.ok(diagnostics.length <= parseLimits.reports + 1);
  if (code !== null) assert.ok(diagnostics.some((d) => d.code === code));
  assert.ok(renderAnsi(diagnostics, sources, { color: false }).length < short);
}

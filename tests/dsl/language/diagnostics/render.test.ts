import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { badTexts, judged } from "../../compiler/program/corpus.js";
import { compiled } from "../../world.js";

const wrong = compiled('data tickets {\n  source: csv("tickets.csv")\n  columns: { text: body, label: labl }\n}', {
  table: ["body", "customer", "label", "team"],
});

/**
 * Several mistakes, notes, labels before and after, spans over several lines, long lines, letters beyond ASCII, markup.
 */
const shown = [
  ...[
    "batchwise-parts-accumulated",
    "block-without-braces-yaml-whole",
    "dash-list-cleaners",
    "defined-twice-as-its-model",
  ],
  ...["empty-split-file-of-its-own", "experiment-name-long", "label-conflict-annotators", "misplaced-version-late"],
  ...["near-leak-signature", "not-for-target-rows-of-a-server", "not-masked-other-mask", "private-clients-scaffold"],
  ...["secure-lost-two-of-six", "technique-made-ranks", "unknown-argument-peft-everything", "unknown-split-eval"],
  ...["unknown-character-arithmetic", "unknown-tokens-letters", "unknown-column-typing", "wrong-operand-file-for-data"],
];
const golden = fileURLToPath(new URL("../../../../../tests/golden/dsl/renderings.txt", import.meta.url));
const bless = process.env["TUNEBOOK_BLESS"] === "1";

describe("diagnostic renderers", () => {
  it("match the committed output for twenty bad programs", () => {
    const programs = badTexts().filter(({ name }) => shown.includes(name));
    assert.equal(programs.length, 20);
    const now = programs
      .map(({ name, text }) => ({ name, ...judged(text) }))
      .flatMap(({ name, diagnostics, sources }) => [
        `== ${name}`,
        renderAnsi(diagnostics, sources, { color: false }),
        renderHtml(diagnostics, sources).replace(/<div class="tune-diagnostic"/g, "\n$&"),
        JSON.stringify(diagnosticsToJson(diagnostics, sources), null, 1),
        "",
      ])
      .join("\n\n");
    if (bless) writeFileSync(golden, now);
    assert.equal(now, readFileSync(golden, "utf8"));
  });
  it("print ANSI without colour in the documented layout", () => {
    assert.equal(
      renderAnsi(wrong.diagnostics, wrong.sources, { color: false }),
      [
        'error[unknown-column]: no column "labl" in tickets.csv',
        "  --> cell 1:3:33",
        "   |",
        " 3 |   columns: { text: body, label: labl }",
        "   |                                 ^^^^ the file has: body, customer, label, team",
        "help: write `label`",
      ].join("\n"),
    );
  });
  it("add colour without changing a character", () => {
    const plain = renderAnsi(wrong.diagnostics, wrong.sources, { color: false });
    const colored = renderAnsi(wrong.diagnostics, wrong.sources, { color: true });
    assert.notEqual(colored, plain);
    assert.equal(colored.replace(/\u001b\[[\d;]*m/g, ""), plain);
  });
  it("count JSON lines and columns from 1 in code points, with exclusive ends", () => {
    const run = compiled('recipe r { epochs: "😀😀", epoch: 3 }');
    const [first, second] = diagnosticsToJson(run.diagnostics, run.sources).diagnostics;
    assert.deepEqual(
      [first?.start, first?.end],
      [
        { line: 1, column: 20 },
        { line: 1, column: 24 },
      ],
    );
    assert.deepEqual(
      [second?.code, second?.start, second?.end],
      ["unknown-key", { line: 1, column: 26 }, { line: 1, column: 31 }],
    );
    assert.deepEqual(second?.fix, {
      title: "write `epochs`",
      edits: [{ start: { line: 1, column: 26 }, end: { line: 1, column: 31 }, text: "epochs" }],
      certain: false,
    });
    assert.deepEqual(Object.keys(second ?? {}).sort(), [
      "code",
      "end",
      "file",
      "fix",
      "help",
      "labels",
      "message",
      "notes",
      "severity",
      "start",
    ]);
  });
  it("escape sources and data in HTML", () => {
    const run = compiled('data d { source: csv("a.csv"), columns: { text: "<script>alert(1)</script>" } }', {
      table: ["<img src=x onerror=alert(1)>"],
    });
    const html = renderHtml(run.diagnostics, run.sources);
    assert.ok(!html.includes("<script") && !html.includes("<img"));
    assert.ok(html.includes("unknown-column"));
  });
  it("replace control characters in data", () => {
    const run = compiled('data d { source: csv("a.csv"), columns: { text: nope } }', { table: ["a\u001b[31mb\u202e"] });
    const text = renderAnsi(run.diagnostics, run.sources, { color: false });
    assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
  });
});

import assert from "node:assert/strict";
import type { CodeData } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";

const text = "train m on d as one\ntrain m on d as two\ntrain m on d as three";
const sources = [{ id: "a", title: "cell 3", text }];
const uneven: CodeData["imbalanced"] = {
  data: "d",
  smallest: { label: "rare", count: 2 },
  largest: { label: "common", count: 80 },
};
const warned = (run: string, data = uneven, severity: Diagnostic["severity"] = "warning"): Diagnostic => {
  const start = text.indexOf(run);
  return { code: "imbalanced", severity, data, labels: [], span: { source: "a", start, end: start + run.length } };
};
const alike = ["one", "two", "three"].map((run) => warned(run));
const times = (of: string, what: string): number => of.split(what).length - 1;

describe("identical warnings", () => {
  it("are grouped with all their places in text and HTML", () => {
    const places = "(40 to 1) (3 places: cell 3:1:17, cell 3:2:17, cell 3:3:17)";
    const plain = renderAnsi(alike, sources, { color: false });
    assert.equal(times(plain, "warning[imbalanced]"), 1);
    assert.ok(plain.includes(places) && plain.includes("--> cell 3:1:17"), plain);
    const html = renderHtml(alike, sources);
    assert.equal(times(html, "warning[imbalanced]"), 1);
    assert.ok(html.includes(places), html);
  });
  it("stay separate in JSON", () => {
    assert.equal(diagnosticsToJson(alike, sources).diagnostics.length, 3);
  });
  it("list only eight of many places", () => {
    const many = Array.from({ length: 400 }, () => warned("two"));
    assert.match(
      renderAnsi(many, sources, { color: false }),
      /\(400 places: (cell 3:2:17, ){7}cell 3:2:17 and 392 more\)/,
    );
  });
  it("stay separate if a value differs, and for errors", () => {
    const other = warned("two", { ...uneven, data: "e" });
    const plain = renderAnsi([warned("one"), other], sources, { color: false });
    assert.equal(times(plain, "warning[imbalanced]"), 2);
    assert.doesNotMatch(plain, /places/);
    const errors = ["one", "two"].map((run) => warned(run, uneven, "error"));
    assert.equal(times(renderHtml(errors, sources), "error[imbalanced]"), 2);
  });
});

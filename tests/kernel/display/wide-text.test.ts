/** Text columns of a table with many columns get enough width to be readable. */
import assert from "node:assert/strict";
import { labelIssuesView } from "#kernel/display/data/label-issues.js";

describe("table with text columns", () => {
  it("leaves a long text wide enough, whatever the other columns contain", () => {
    const issue = {
      split: "train",
      row: 3,
      label: "billing",
      likely: "technical",
      chance: 0.02,
      trained: { margin: -1.2, forgotten: 2, by: "both" as const },
    };
    const of = { data: "d", rows: 100, all: 100, accuracy: 0.9, share: 0.05 };
    const text = "the card was charged twice ".repeat(20).trim();
    const { bundle } = labelIssuesView([{ ...issue, text }], of);
    assert.match(String(bundle["text/html"]), /<td style="[^"]*min-width:20em;[^"]*">the card/);
    assert.ok(String(bundle["text/html"]).includes(text), "the text is whole");
    assert.match(String(bundle["text/html"]), /<tr [^>]*><th [^>]*>text</, "the text comes first");
    assert.doesNotMatch(String(bundle["text/html"]), /<th [^>]*>[^<]{13,}</, "no head takes the text's room");
    const short = labelIssuesView([{ ...issue, text: "the card was charged" }], of);
    assert.match(String(short.bundle["text/html"]), /<td style="[^"]*min-width:10em;[^"]*">the card/);
  });
});

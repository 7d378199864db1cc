/**
 * Text of the label issues table: how often its judges agree with the labels, and how many of its rows are probably
 * right.
 */
import assert from "node:assert/strict";
import { labelIssuesView, type LabelIssueRow } from "#kernel/display/data/label-issues.js";

describe("label issues view", () => {
  const issue = (chance: number, by?: "probe" | "training"): LabelIssueRow => ({
    split: "all",
    row: 3,
    text: "a text",
    label: "a",
    likely: "b",
    chance,
    ...(by ? { trained: { margin: -1, forgotten: 0, by } } : {}),
  });
  const told = (issues: readonly LabelIssueRow[]): string =>
    String(labelIssuesView(issues, { data: "d", rows: 90, all: 90, accuracy: 0.52, share: 0.1 }).bundle["text/plain"]);

  it("shows how many listed labels are expected to be right", () => {
    assert.match(
      told([issue(0.1), issue(0.5)]),
      /agree with 52 % of the labels. By that about 10 % of all labels are wrong, and about 30 % of the listed ones are correct labels:/,
    );
  });
  it("excludes issues that only the training found, and omits the estimate without issues", () => {
    assert.match(
      told([issue(0.2, "probe"), issue(0.9, "training")]),
      /about 20 % of the listed ones are correct labels/,
    );
    assert.doesNotMatch(told([]), /are right/);
  });
  it("distinguishes probably wrong labels from possibly wrong ones", () => {
    assert.match(told([issue(0.1), issue(0.829)]), /d: 1 label of 90 rows is probably wrong, 1 more may be\n/);
    assert.match(told([issue(0.1), issue(0.4)]), /d: 2 labels of 90 rows are probably wrong\n/);
    assert.match(told([issue(0.6)]), /d: no label of 90 rows is probably wrong, 1 may be\n/);
    assert.match(told([]), /d: no label of 90 rows is probably wrong\n/);
  });
});

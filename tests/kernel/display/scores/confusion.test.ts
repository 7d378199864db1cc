/** Confusion views: all labels if there are few; a list and the most frequent labels if there are many. */
import assert from "node:assert/strict";
import { confusionFigure, confusionView } from "#kernel/display/scores/confusion.js";
import { drawFigure } from "#kernel/display/svg/draw.js";
import { labelScoresView } from "#kernel/display/scores/labels-table.js";
import type { DisplayOutput } from "#kernel/display/html.js";

const plain = (shown: DisplayOutput | undefined): string => String(shown?.bundle["text/plain"]);
const names = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `label${String(i)}`);
/** Label i occurs i + 1 times and is confused once with the next label. */
const square = (n: number): readonly (readonly number[])[] =>
  names(n).map((_, i) => names(n).map((__, j) => (i === j ? i : j === (i + 1) % n ? 1 : 0)));

describe("confusion matrix view", () => {
  it("shows few labels as one square in label order, with empty cells for zeros", () => {
    const shown = confusionView(
      ["a", "b"],
      [
        [3, 0],
        [1, 0],
      ],
    );
    assert.equal(shown.length, 1);
    assert.deepEqual(plain(shown[0]).split("\n").slice(3), ["a                  3", "b                  1"]);
    const [trace] = confusionFigure(
      ["a", "b"],
      [
        [3, 0],
        [1, 0],
      ],
    ).data;
    assert.deepEqual(trace?.["z"], [
      [1, null],
      [1, null],
    ]);
    assert.deepEqual(trace?.["text"], [
      ["3", ""],
      ["1", ""],
    ]);
  });
  it("shows the largest confusions first for many labels, with the number left out", () => {
    const confusion = square(30).map((row, i) =>
      row.map((n, j) => (i === 7 && j === 20 ? 9 : i === 3 && j === 2 ? 4 : n)),
    );
    const [list, grid, ...rest] = confusionView(names(30), confusion);
    assert.equal(rest.length, 0);
    const lines = plain(list).split("\n");
    assert.equal(lines[0], "Largest confusions");
    assert.match(lines[3] ?? "", /^label7 +label20 +9 +52\.9 %$/);
    assert.match(lines[4] ?? "", /^label3 +label2 +4 +50\.0 %$/);
    assert.match(plain(list), /and 22 more; 43 rows were taken for another label/);
    assert.match(plain(grid), /^Confusion matrix: the 12 most frequent labels, and 18 more/);
    const [trace] = confusionFigure(names(30), confusion).data;
    const shown = trace?.["x"];
    assert.ok(Array.isArray(shown) && shown.length === 12 && shown[0] === "label29", String(shown));
  });
  it("shows only the square for many labels without a mistake", () => {
    const right = names(20).map((_, i) => names(20).map((__, j) => (i === j ? 2 : 0)));
    assert.equal(confusionView(names(20), right).length, 1);
  });
  it("names the unit that is counted: words, for tagging tasks", () => {
    const [list] = confusionView(names(20), square(20), { several: "words" });
    assert.match(plain(list), /truth +predicted +words +of that truth/);
  });
  it("distinguishes labels with a common prefix: in the figure, its image, the text and the list", () => {
    const begun = "customer complains about delivery";
    const labels = [`${begun} late`, `${begun} damage`, "other"];
    const confusion = [
      [50, 0, 0],
      [0, 0, 40],
      [0, 0, 9],
    ];
    const figure = confusionFigure(labels, confusion);
    for (const axis of ["x", "y"])
      assert.deepEqual(figure.data[0]?.[axis], ["customer compla…late", "customer compla…damage", "other"]);
    const { svg } = drawFigure(figure);
    for (const name of ["late", "damage"])
      assert.equal(svg.match(new RegExp(`>customer compla…${name}<`, "g"))?.length, 2, name);
    const text = plain(confusionView(labels, confusion)[0]).split("\n");
    assert.match(text[1] ?? "", /predicted +customer …late +customer …damage +other$/);
    assert.match(text[3] ?? "", /^customer complain…late +50$/);
    assert.match(text[4] ?? "", /^customer complain…damage +40$/);
  });
  it("distinguishes labels with a common prefix in the list of confusions", () => {
    const labels = names(20).map((name) => `${"the customer complains about ".repeat(3)}${name}`);
    const [list] = confusionView(labels, square(20));
    const rows = plain(list).split("\n").slice(3, 13);
    assert.equal(new Set(rows.map((row) => row.split(/ {2,}/).slice(0, 2).join())).size, 10);
    for (const row of rows) assert.match(row, /label\d+ {2,}.*label\d+ {2,}1 /);
  });
  it("distinguishes labels with a common prefix in the table of labels", () => {
    const begun = "the customer complains about ".repeat(3);
    const rows = ["late", "damaged"].map((end) => ({ label: `${begun}${end}`, hit: 1, given: 1, have: 1 }));
    assert.match(plain(labelScoresView({ of: ["row", "rows"], head: "label", rows })), /…late .*\n.*…damaged /);
  });
});

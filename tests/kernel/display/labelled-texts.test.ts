import assert from "node:assert/strict";
import { labelledTextsView, type LabelledRowsReport } from "#kernel/display/labelled-texts.js";

const told: LabelledRowsReport = {
  model: "m",
  data: "more",
  rows: 4,
  made: 0,
  labelled: 8,
  sure: 0.8,
  unsure: 1,
  agrees: null,
  labels: [["yes", 4]],
};
const textOf = (o: LabelledRowsReport): string => String(labelledTextsView("s", o).bundle["text/plain"]);

describe("pseudo-labelled rows", () => {
  it("show the confidence for single answers, and none for several", () => {
    assert.match(textOf(told), /probability of its labels is 80 %; 1 row below one half/);
    assert.doesNotMatch(textOf({ ...told, sure: null }), /probability of|below one half/);
  });
});

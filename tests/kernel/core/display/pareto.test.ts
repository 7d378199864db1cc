import assert from "node:assert/strict";
import { paretoFigure, paretoShown, type ParetoShown } from "#kernel/core/display/pareto.js";
import { beside } from "./made-pareto.js";

const textOf = (o: ParetoShown): string => String(paretoShown(o).bundle["text/plain"]);
const lineOf = (o: ParetoShown, name: string): string =>
  textOf(o)
    .split("\n")
    .find((line) => line.startsWith(name))!;

describe("models made smaller beside their original", () => {
  it("marks what no other beats in score and size, and in score and time", () => {
    // As good as any and largest; smaller and nearly as good; smallest; smaller than none at its score.
    const ends = (name: string): string => lineOf(beside, name).trim().split(/ {2,}/).at(-1)!;
    assert.equal(ends("mood"), "size, time");
    assert.equal(ends("small "), "size, time");
    assert.equal(ends("small_distilled"), "time");
    assert.equal(ends("fours"), "size");
    assert.equal(ends("slim"), "size, time");
  });
  it("of losses the least are best", () => {
    const turned: ParetoShown = { ...beside, metric: "loss", better: "less" };
    assert.doesNotMatch(lineOf(turned, "mood"), /size|time/);
    assert.match(lineOf(turned, "fours"), /size/);
  });
  it("joins what is on the front from the smallest on, and says each in words", () => {
    const figure = paretoFigure(beside)!;
    const fronts = figure.data.filter(({ mode }) => mode === "lines");
    assert.deepEqual(
      fronts.map(({ x }) => x),
      [
        [17.1, 17.5, 75, 90.9],
        [3.2, 4.4, 5.2, 6.1],
      ],
    );
    const marks = figure.data.filter(({ name }) => ["mood", "small", "small_distilled"].includes(String(name)));
    const symbols = new Set(marks.map(({ marker }) => (marker as { symbol: string }).symbol));
    assert.equal(symbols.size, 3, "shapes tell models apart, not colours alone");
  });
  it("draws nothing of one model, and of a cost that nobody knows no panel", () => {
    const [first] = beside.models;
    assert.equal(paretoFigure({ ...beside, models: [first!] }), null);
    const untimed = paretoFigure({ ...beside, models: beside.models.map((one) => ({ ...one, median: null })) })!;
    assert.equal(untimed.data.filter(({ mode }) => mode === "lines").length, 1);
  });
});

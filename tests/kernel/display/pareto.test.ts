import assert from "node:assert/strict";
import { paretoFigure, paretoTableView, type ModelParetoReport } from "#kernel/display/pareto.js";
import { beside } from "./made-pareto.js";

const textOf = (o: ModelParetoReport): string => String(paretoTableView(o).bundle["text/plain"]);
const lineOf = (o: ModelParetoReport, name: string): string =>
  textOf(o)
    .split("\n")
    .find((line) => line.startsWith(name))!;

/** Returns the text of the `front` column in a model's row. */
function frontOf(o: ModelParetoReport, name: string): string {
  const head = lineOf(o, "model");
  const [from, to] = [head.indexOf("front"), head.indexOf("on disk")];
  return /^(?:size)?(?:, )?(?:time)?(?= |$)/.exec(lineOf(o, name).slice(from, to))![0];
}

describe("smaller models compared with the original", () => {
  it("mark the Pareto fronts of score and size, and of score and time", () => {
    // The models in order: as good as any and largest; smaller and nearly as good; smallest; not smaller than others at
    // its score.
    const ends = (name: string): string => frontOf(beside, name);
    assert.equal(ends("mood"), "size, time");
    // Quantised models run in f32 on this engine, so their time cannot put them on the front.
    assert.equal(ends("small "), "size");
    assert.equal(ends("small_distilled"), "time");
    assert.equal(ends("fours"), "size");
    assert.equal(ends("slim"), "size, time");
  });
  it("tie in time within the spread of rounds, and then rank by score", () => {
    const [first] = beside.models as [(typeof beside.models)[number]];
    const near = (value: number, ms: number) => ({
      ...first,
      name: "near",
      is: "stage" as const,
      median: ms,
      spread: { low: 0.9 * ms, high: 1.1 * ms },
      score: { value, interval: null },
    });
    const time = (one: ReturnType<typeof near>): boolean =>
      /time$/.test(frontOf({ ...beside, models: [first, one] }, "near"));
    assert.equal(time(near(0.9, 5.8)), false, "quicker within noise, and worse");
    assert.equal(time(near(0.9, 4)), true, "quicker beyond it");
    assert.equal(time(near(0.92, 6.4)), true, "better, and no slower beyond it");
    const timed = { ...near(0.9, 4), spread: null };
    assert.equal(time({ ...timed, median: 5 } as never), false, "timed at another time: a fifth says nothing");
  });
  it("report a significantly better model than the original, with its cause", () => {
    const [first, second] = beside.models as [(typeof beside.models)[number], (typeof beside.models)[number]];
    const told = (low: number, high: number, better: "greater" | "less" = "greater"): boolean => {
      const stage = { ...second, name: "own", difference: { value: (low + high) / 2, interval: { low, high } } };
      const words = "own scores better than mood: a model trained longer";
      return textOf({ ...beside, better, models: [first, { ...stage, is: "stage" }] }).includes(words);
    };
    assert.deepEqual([told(0.01, 0.05), told(-0.01, 0.05), told(-0.05, -0.01)], [true, false, false]);
    assert.deepEqual([told(0.01, 0.05, "less"), told(-0.05, -0.01, "less")], [false, true]);
  });
  it("rank lower losses as better", () => {
    const turned: ModelParetoReport = { ...beside, metric: "loss", better: "less" };
    assert.doesNotMatch(lineOf(turned, "mood"), /size|time/);
    assert.match(lineOf(turned, "fours"), /size/);
  });
  it("connect the front from the smallest model, and describe each point in words", () => {
    const figure = paretoFigure(beside)!;
    const fronts = figure.data.filter(({ mode }) => mode === "lines");
    assert.deepEqual(
      fronts.map(({ x }) => x),
      [
        [17.1, 17.5, 75, 90.9],
        [3.2, 5.2, 6.1],
      ],
    );
    const marks = figure.data.filter(({ name }) => ["mood", "small", "small_distilled"].includes(String(name)));
    const symbols = new Set(marks.map(({ marker }) => (marker as { symbol: string }).symbol));
    assert.equal(symbols.size, 3, "shapes tell models apart, not colours alone");
  });
  it("draw nothing for one model, and no panel for an unknown cost", () => {
    const [first] = beside.models;
    assert.equal(paretoFigure({ ...beside, models: [first!] }), null);
    const untimed = paretoFigure({ ...beside, models: beside.models.map((one) => ({ ...one, median: null })) })!;
    assert.equal(untimed.data.filter(({ mode }) => mode === "lines").length, 1);
  });
});

/** The table of slices: long form, with the differences between slices below it. */
import assert from "node:assert/strict";
import { slicesView, type SlicesReport } from "#kernel/display/scores/slices.js";

const score = { value: 0.5, interval: { low: 0.4, high: 0.6 } };
function report(metrics: readonly string[], more: Partial<SlicesReport> = {}): SlicesReport {
  const slice = (name: string) => ({ name, rows: 30, scores: [metrics.map(() => score)] });
  return {
    by: "gender",
    on: "d.test",
    models: ["m"],
    metrics,
    slices: [slice("f"), slice("m")],
    methods: "",
    notes: [],
    ...more,
  };
}
const textOf = (of: SlicesReport): string => String(slicesView(of).bundle["text/plain"]);
const columns = (of: SlicesReport): number => [...String(slicesView(of).bundle["text/html"]).matchAll(/<th /g)].length;

describe("table of slices", () => {
  const ten = Array.from({ length: 10 }, (_, i) => `metric_${String(i)}`);
  it("has as many columns for ten metrics as for one", () => {
    assert.equal(columns(report(ten)), columns(report(["accuracy"])));
    const widest = Math.max(
      ...textOf(report(ten))
        .split("\n")
        .map((line) => line.length),
    );
    assert.ok(widest < 60, `${String(widest)} letters`);
  });
  it("has a line for each slice, metric and model, and marks slices with too few rows", () => {
    const text = textOf(
      report(["accuracy", "f1"], {
        slices: [...report(["accuracy", "f1"]).slices, { name: "x", rows: 3, scores: null }],
      }),
    );
    assert.deepEqual(
      text
        .split("\n")
        .slice(3, 8)
        .map((line) => line.split(/ {2,}/).filter(Boolean).slice(0, 3)),
      [
        ["f", "30", "accuracy"],
        ["f1", "0.5000", "0.400 … 0.600"],
        ["m", "30", "accuracy"],
        ["f1", "0.5000", "0.400 … 0.600"],
        ["x", "3", "too few rows"],
      ],
    );
  });
  it("lists differences between slices below, and explains a missing interval", () => {
    const differing = { model: 0, metric: 0, greatest: "f", least: "m", value: 0.2 };
    const text = textOf(
      report(["accuracy"], {
        differences: [
          { ...differing, interval: { low: 0.1, high: 0.3 }, verdict: "differs" },
          { ...differing, interval: null, verdict: null, without: "m" },
        ],
      }),
    );
    assert.match(text, /^accuracy +f minus m +0\.2000 +0\.100 … 0\.300 +differs$/m);
    assert.match(text, /^accuracy +f minus m +0\.2000 +m has no interval$/m);
    assert.doesNotMatch(textOf(report(["accuracy"])), /difference of/);
  });
});

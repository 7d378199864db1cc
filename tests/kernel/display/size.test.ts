/** Size limits of a notebook and speed limits of a page, for everything that is displayed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import { evaluationView } from "#kernel/display/scores/evaluation.js";
import { figureView, plotlyMime } from "#kernel/display/figure.js";
import { tableView } from "#kernel/display/table.js";
import { largestTriangleIndices } from "#kernel/display/curves/thin.js";
import { runEvents } from "./examples.js";

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), "utf8");

describe("size of display output", () => {
  it("stays within 2 MB for ten charts of long runs", () => {
    const events = runEvents(30_000);
    const noisy = Array.from({ length: 200_000 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453);
    const charts = [
      ...Array.from({ length: 5 }, () => figureView(curvesFigure(events))),
      figureView({ data: [{ type: "histogram", x: noisy }] }),
      figureView({ data: [{ type: "scatter", mode: "markers", x: Float64Array.from(noisy), y: noisy }] }),
      figureView({ data: Array.from({ length: 20 }, () => ({ y: noisy.slice(0, 20_000) })) }),
      figureView({ data: [{ type: "heatmap", z: Array.from({ length: 20 }, () => noisy.slice(0, 20)) }] }),
      figureView({ data: [{ y: noisy.slice(0, 900) }] }),
    ];
    const size = charts.reduce((sum, chart) => sum + sizeOf(chart.bundle), 0);
    assert.ok(size <= 2_000_000, `${size} bytes`);
  });
  it("stays within 20 kB for a confusion matrix of 2,000 labels", () => {
    const labels = Array.from({ length: 2000 }, (_, i) => `label ${i}`);
    const confusion = labels.map((_, i) => labels.map((__, j) => (i === j ? 1 : 0)));
    const report = { on: "d.test", rows: 2000, metrics: [], constants: [], methods: "", warnings: [], notes: [] };
    const shown = evaluationView({ ...report, models: [{ name: "m", labels, confusion, worst: [] }] });
    assert.match(String(shown.at(-1)?.bundle["text/plain"]), /the 12 most frequent labels, and 1,988 more/);
    assert.ok(sizeOf(shown) < 20_000);
  });
  it("thinning keeps the order, both ends and isolated peaks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 5000 }), fc.nat(), (length, where) => {
        const peak = 1 + (where % (length - 2));
        const y = Array.from({ length }, (_, i) => (i === peak ? 100 : Math.sin(i)));
        const keep = largestTriangleIndices(
          y.map((_, i) => i),
          y,
          300,
        );
        assert.equal(keep.length, 300);
        assert.deepEqual([keep[0], keep.at(-1)], [0, length - 1]);
        assert.ok(keep.every((at, i) => i === 0 || at > keep[i - 1]!));
        assert.ok(keep.includes(peak));
      }),
      { numRuns: 40 },
    );
  });
  it("a live figure and its image have the same points", () => {
    const shown = figureView({ data: [{ x: [1, 2, 3], y: [3, 1, 2], mode: "lines" }] });
    const { data } = shown.bundle[plotlyMime] as { data: { x: number[] }[] };
    assert.deepEqual(data[0]!.x, [1, 2, 3]);
    const svg = Buffer.from(/base64,([^"]+)/.exec(shown.bundle["text/html"] as string)![1]!, "base64").toString("utf8");
    assert.equal(/<path d="([^"]*)"[^>]*stroke-linejoin/.exec(svg)![1]!.match(/[ML]/g)?.length, 3);
  });
  it("an endless table is read only as far as it is shown", () => {
    let read = 0;
    function* endless(): Generator<readonly unknown[]> {
      for (;;) yield [read++];
    }
    const shown = tableView(["n"], endless(), { limit: 5 });
    assert.equal(read, 6);
    assert.match(shown.bundle["text/plain"] as string, /first 5 rows/);
  });
});

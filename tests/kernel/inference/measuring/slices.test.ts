/** Slices of scored rows: their rows, metrics and intervals, and when nothing is reported. */
import assert from "node:assert/strict";
import { resampleMetrics, type MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import {
  MIN_SLICE_ROWS,
  sampledRowNumbers,
  measureSlice,
  slicesOf,
  canCompareSlices,
  type RowSlices,
} from "#kernel/inference/measuring/slices.js";

const right = Array.from({ length: 120 }, (_, row) => Number(row % 3 !== 0 || row >= 60));
const share = (drawn: Uint32Array): number => drawn.reduce((sum, row) => sum + right[row]!, 0) / drawn.length;
const accuracy: MeasuredMetric = {
  name: "accuracy",
  call: { kind: "metric", word: "accuracy", arguments: {} },
  value: share(Uint32Array.from(right, (_, row) => row)),
  better: "greater",
  share: true,
  resampling: { unit: "row", units: right.length, single: true, score: share },
};

function sliced(count: number, nameOf: (row: number) => string | undefined): RowSlices {
  const looked = sampledRowNumbers(count);
  const names = [...new Set(Array.from(looked, nameOf))].filter((name) => name !== undefined);
  const of = Int32Array.from(looked, (row) => names.indexOf(nameOf(row) ?? ""));
  return slicesOf(looked, { by: "half", names, partOfRow: of, notes: [] }, count);
}

describe("evaluation slices", () => {
  const halves = (row: number) => (row >= 60 ? "first" : row > 1 ? "second" : row > 0 ? "third" : undefined);

  it("are sorted by size and leave out rows without a slice", () => {
    const found = sliced(right.length, halves);
    assert.deepEqual(
      found.slices.map(({ name, rows }) => [name, rows.length]),
      [
        ["first", 60],
        ["second", 58],
        ["third", 1],
      ],
    );
    assert.deepEqual([found.looked, found.total], [120, 120]);
    assert.ok(canCompareSlices(found));
  });
  it("keep their natural order if they have one", () => {
    const looked = sampledRowNumbers(4);
    const parted = { by: "n", names: ["1", "2", "3"], partOfRow: Int32Array.of(2, 0, 2, -1), notes: [] };
    const names = (ordered?: true) =>
      slicesOf(looked, ordered ? { ...parted, ordered } : parted, 4).slices.map(({ name }) => name);
    assert.deepEqual(
      [names(true), names()],
      [
        ["1", "3"],
        ["3", "1"],
      ],
    );
  });
  it("are compared only if at least two have enough rows", () => {
    assert.ok(!canCompareSlices(sliced(MIN_SLICE_ROWS * 2 - 1, (row) => (row < MIN_SLICE_ROWS ? "a" : "b"))));
    assert.ok(canCompareSlices(sliced(MIN_SLICE_ROWS * 2, (row) => (row < MIN_SLICE_ROWS ? "a" : "b"))));
  });
  it("sample evenly spaced rows of a very large split", () => {
    const found = sliced(250_000, (row) => String(row % 2));
    assert.deepEqual([found.looked, found.slices[0]!.rows[1], found.total], [83_334, 6, 250_000]);
    assert.deepEqual([...sampledRowNumbers(3)], [0, 1, 2]);
  });
  it("score like their rows alone, with Wilson's interval for shares", async () => {
    const [first, second] = sliced(right.length, halves).slices;
    const parts = [first!, second!].map((slice) => measureSlice([accuracy], slice, right.length)[0]!);
    const drawn = await resampleMetrics(parts);
    const [a, b] = parts.map((part) => drawn.get(part)!.score);
    assert.deepEqual([a!.value, b!.value, b!.by], [1, 39 / 58, "Wilson"]);
    assert.ok(a!.interval!.low > 0.9 && a!.interval!.low < 1);
    assert.ok(b!.interval!.low > 0.53 && b!.interval!.low < 0.56 && b!.interval!.high < 0.8, JSON.stringify(b));
    // The same without Wilson's method: resamples of the slice's own rows.
    const means = [first!, second!].map(
      (slice) => measureSlice([{ ...accuracy, share: false }], slice, right.length)[0]!,
    );
    const booted = [...(await resampleMetrics(means)).values()].map(({ score }) => score);
    assert.deepEqual(
      [booted[0]!.interval, booted[1]!.by],
      [null, "bootstrap"],
      "of rows that are all right none differs",
    );
    assert.ok(Math.abs(booted[1]!.interval!.low - b!.interval!.low) < 0.05);
  });
  it("leave out metrics that cannot be computed from these rows", () => {
    const [first] = sliced(right.length, halves).slices;
    const { resampling } = accuracy;
    const groups: MeasuredMetric = { ...accuracy, resampling: { ...resampling!, unit: "group of rows" } };
    const others: MeasuredMetric = { ...accuracy, resampling: { ...resampling!, units: 7 } };
    const none: MeasuredMetric = { ...accuracy, resampling: null };
    assert.deepEqual(measureSlice([groups, others, none], first!, right.length), [null, null, null]);
  });
});

/** Lines of parallel coordinates: plotly draws them one pixel wide, so thicker lines are drawn as several copies. */
import assert from "node:assert/strict";
import { thickened } from "#editors/jupyterlab/src/thickened.js";

const trace = {
  type: "parcoords",
  dimensions: [
    { label: "rate", values: [1, 2, 3] },
    { label: "score", values: [0.5, 0.5, 0.5], range: [0, 1] },
  ],
  line: { width: 3, color: [0.1, 0.2, 0.3] },
};
interface Dimension {
  readonly values: readonly number[];
  readonly range: readonly number[];
}

describe("thick lines of parallel coordinates", () => {
  const thick = thickened(trace);
  const dimensions = thick["dimensions"] as readonly Dimension[];
  const { color } = thick["line"] as { readonly color: readonly number[] };
  it("consist of copies next to each line, in its colour, on the same axes", () => {
    const copies = color.length / 3;
    assert.ok(copies >= 3 && Number.isInteger(copies));
    assert.deepEqual(color.slice(-3), [0.1, 0.2, 0.3]);
    for (const { values } of dimensions) assert.equal(values.length, color.length);
    assert.deepEqual(
      dimensions.map(({ range }) => range),
      [
        [1, 3],
        [0, 1],
      ],
    );
    const scores = dimensions[1]?.values ?? [];
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    assert.ok(Math.abs((low + high) / 2 - 0.5) < 1e-9 && high - low > 0.005 && high - low < 0.02);
  });
  it("are not added for one pixel, for too many lines, or in other figures", () => {
    for (const other of [
      { ...trace, line: { color: [1, 2, 3] } },
      { ...trace, dimensions: [{ values: Array.from({ length: 1000 }, (_, i) => i) }] },
      { ...trace, type: "scatter" },
      { type: "parcoords", dimensions: "none", line: null },
    ])
      assert.equal(thickened(other), other);
  });
});

/** Student's t compared with SciPy's (scipy.stats.t.cdf and ppf). */
import assert from "node:assert/strict";
import { studentCdf, studentQuantile } from "#stdlib/statistics/student.js";

describe("Student's t", () => {
  it("matches SciPy for odd and even degrees of freedom", () => {
    for (const [t, freedom, share] of [
      [0, 1, 0.5],
      [-1.5, 1, 0.18716704181099886],
      [2, 1, 0.8524163823495667],
      [0.7, 2, 0.7218034876835673],
      [-3, 2, 0.04773298313335456],
      [1.1, 3, 0.8241584025326745],
      [4.5, 4, 0.9945887247686959],
      [2.25, 9, 0.9744983696465246],
      [-2.25, 10, 0.02408982512575594],
      [1.7, 332, 0.9549662591900477],
      [3.1, 57, 0.9984973520599196],
    ] as const)
      assert.ok(Math.abs(studentCdf(t, freedom) - share) < 1e-13, `${t} ${freedom}`);
  });
  it("is inverted by its quantile", () => {
    for (const [share, freedom, t] of [
      [0.95, 1, 6.313751514675037],
      [0.995, 1, 63.656741162871526],
      [0.95, 2, 2.9199855803537242],
      [0.995, 4, 4.604094871349992],
      [0.9995, 5, 6.868826625881276],
      [0.95, 19, 1.7291328115213682],
      [0.995, 40, 2.7044592674331622],
      [0.975, 332, 1.9671350567190558],
    ] as const)
      assert.ok(Math.abs(studentQuantile(share, freedom) / t - 1) < 1e-12, `${share} ${freedom}`);
  });
});

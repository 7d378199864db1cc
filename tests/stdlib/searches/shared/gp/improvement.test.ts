/**
 * The logarithm of expected improvement compared with mpmath's, and the minimum of functions whose minimum is known.
 */
import assert from "node:assert/strict";
import { logExpectedImprovement } from "#stdlib/searches/shared/gp/improvement.js";
import { minimizeNear, type SmoothFunction } from "#stdlib/searches/shared/gp/minimum.js";

describe("log expected improvement", () => {
  it("is accurate from far above the best to a thousand deviations below", () => {
    for (const [z, wanted] of [
      [8, 2.07944154167984],
      [2, 0.697383545788228],
      [0.5, -0.359827683745064],
      [0, -0.918938533204673],
      [-0.5, -1.62051626438732],
      [-1, -2.48512102571264],
      [-1.5, -3.52993592080571],
      [-5, -16.744301162661],
      [-20, -206.917838509425],
      [-45, -1021.03374244191],
      [-49.9, -1253.7451836641],
      [-50.1, -1263.75317410147],
      [-80, -3209.68346029647],
      [-1000, -500014.734452091],
    ] as const) {
      const { value, slope } = logExpectedImprovement(z);
      assert.ok(Math.abs(value - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)), `${z}: ${value}`);
      const step = 1e-4 * Math.max(1, Math.abs(z));
      const differences =
        (logExpectedImprovement(z + step).value - logExpectedImprovement(z - step).value) / (2 * step);
      assert.ok(Math.abs(slope - differences) <= 1e-4 * Math.max(1, Math.abs(slope)), `${z}: ${slope}, ${differences}`);
    }
  });
});

describe("local minimizer", () => {
  const valley: SmoothFunction = (x, slope) => {
    const [a, b] = [x[0]!, x[1]!];
    slope[0] = -400 * a * (b - a * a) - 2 * (1 - a);
    slope[1] = 200 * (b - a * a);
    return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
  };
  const free = { low: () => -5, high: () => 5, most: 200, flat: 1e-8 };

  it("finds Rosenbrock's minimum at (1, 1) with fewer evaluations than steepest descent", () => {
    const { x, value } = minimizeNear(valley, Float64Array.of(-1.2, 1), free);
    assert.ok(value < 1e-12 && Math.abs(x[0]! - 1) < 1e-5 && Math.abs(x[1]! - 1) < 1e-5, String(x));
  });
  it("stops at a bound if the function decreases towards it", () => {
    const { x } = minimizeNear(valley, Float64Array.of(-1.2, 1), { ...free, high: (i) => (i === 0 ? 0.5 : 5) });
    assert.ok(Math.abs(x[0]! - 0.5) < 1e-9 && Math.abs(x[1]! - 0.25) < 1e-5, String(x));
  });
  it("respects its limit of evaluations", () => {
    let asked = 0;
    const counted: SmoothFunction = (x, slope) => (asked++, valley(x, slope));
    minimizeNear(counted, Float64Array.of(-1.2, 1), { ...free, most: 12 });
    assert.ok(asked <= 12, String(asked));
  });
});

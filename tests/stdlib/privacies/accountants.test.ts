/** ε by our accountants compared with that of Opacus and dp-accounting (tests/golden/oracle/accountants.json). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { fourierTransform, epsilonByPrv } from "#stdlib/privacies/shared/prv.js";
import { leastNoiseFor, privacyGuaranteeOf } from "#stdlib/privacies/shared/budget.js";
import { epsilonByRdp, epsilonOfRdp, RDP_ORDERS, rdpOfStep } from "#stdlib/privacies/shared/rdp.js";
import type { NoisySampledSteps } from "#stdlib/privacies/kind.js";

interface Case {
  readonly phases: readonly NoisySampledSteps[];
  readonly delta: number;
  /** `edge`: its best order is its first or last, beyond which our orders go. `wide`: its ε with our orders. */
  readonly opacus: { readonly rdp: number; readonly edge: boolean; readonly wide: number; readonly prv: number };
  readonly google: { readonly rdp: number; readonly pld: number };
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/accountants.json", import.meta.url), "utf8"),
) as {
  readonly cases: readonly Case[];
  readonly steps: readonly {
    readonly noise: number;
    readonly rate: number;
    readonly order: number;
    readonly rdp: number;
  }[];
  readonly noises: readonly (Omit<NoisySampledSteps, "noise"> & {
    readonly epsilon: number;
    readonly delta: number;
    readonly rdp: number;
    readonly prv: number;
  })[];
};

/** Number of grid cells that composing a case takes. */
function cells({ phases, delta, opacus }: Case): number {
  const steps = phases.reduce((sum, one) => sum + one.steps, 0);
  return ((2 * (opacus.prv + 3)) / 0.01) * Math.sqrt((steps * Math.log(12_000 / delta)) / 2);
}

describe("privacy accountants", () => {
  it("match Opacus for one step, order by order", () => {
    assert.ok(golden.steps.length > 500);
    for (const { noise, rate, order, rdp } of golden.steps)
      near(rdpOfStep(order, noise, rate), rdp, 1e-12 + 1e-6 * rdp, { noise, rate, order });
  });

  it("match the ε of Opacus and dp-accounting with Rényi orders", () => {
    assert.ok(golden.cases.length >= 100);
    for (const one of golden.cases) {
      const epsilon = epsilonByRdp(one.phases, one.delta);
      near(epsilon, one.opacus.wide, 1e-6, one);
      if (!one.opacus.edge) near(epsilon, one.opacus.rdp, 1e-6, one);
      // dp-accounting also has the order 11, and sums the terms of fractional orders without their signs.
      assert.ok(epsilon <= 1.01 * one.google.rdp, JSON.stringify(one));
      if (epsilon < 8) near(epsilon, one.google.rdp, 0.03 + 0.03 * epsilon, one);
    }
    const inner = golden.cases.filter(({ opacus }) => !opacus.edge);
    assert.ok(inner.length >= 80, `${String(inner.length)} cases lie within Opacus' own orders`);
  });

  it("report the same ε from the evaluated orders as from all orders", () => {
    for (const { phases, delta } of golden.cases.filter((_, i) => i % 9 === 0)) {
      const all = RDP_ORDERS.map((order) => {
        const rdp = phases.reduce((sum, { noise, rate, steps }) => sum + steps * rdpOfStep(order, noise, rate), 0);
        return epsilonOfRdp(rdp, order, delta);
      });
      assert.equal(epsilonByRdp(phases, delta), Math.max(0, Math.min(...all)));
    }
    // Includes a δ so large that the ε of high orders rises again, and a series that gives no number.
    for (const noise of [0.02, 0.3, 1, 20])
      for (const delta of [1e-9, 0.01, 0.4]) {
        const of = { noise, rate: 0.01, steps: 40 };
        const all = RDP_ORDERS.map((order) => epsilonOfRdp(of.steps * rdpOfStep(order, noise, of.rate), order, delta));
        assert.equal(epsilonByRdp([of], delta), Math.max(0, Math.min(...all)), JSON.stringify([noise, delta]));
      }
  });

  it("match Opacus by numerical composition, with no less than dp-accounting's privacy loss distribution", () => {
    const light = golden.cases.filter((one) => cells(one) < 80_000);
    assert.ok(light.length >= 50, `${String(light.length)} cases take less than a second`);
    for (const one of light) {
      const epsilon = epsilonByPrv(one.phases, one.delta) ?? NaN;
      near(epsilon, one.opacus.prv, 1e-3, one);
      // The bound includes the error allowed for the grid, 0.01 and a thousandth of δ; theirs includes none.
      assert.ok(epsilon > one.google.pld && epsilon < one.google.pld + 0.0135, JSON.stringify([epsilon, one]));
    }
  }).timeout(60_000);

  it("find the noise that Opacus finds, rounded up to three decimals", () => {
    for (const { epsilon, delta, rate, steps, rdp, prv } of golden.noises) {
      const byRdp = (noise: number): number => epsilonByRdp([{ noise, rate, steps }], delta);
      const noise = leastNoiseFor(epsilon, byRdp) ?? NaN;
      near(noise, rdp, 0.0011, { epsilon, rate, steps });
      assert.ok(byRdp(noise) <= epsilon && byRdp(noise - 0.001) > epsilon, String(noise));
      if (steps > 100) continue;
      const byPrv = (tried: number): number => epsilonByPrv([{ noise: tried, rate, steps }], delta) ?? NaN;
      near(leastNoiseFor(epsilon, byPrv, noise) ?? NaN, prv, 0.0011, { epsilon, rate, steps });
      // A search by way of a coarse grid finds the same noise, to the last digit.
      const call = { word: "differential", kind: "privacy", arguments: { epsilon, delta, accountant: "prv", clip: 1 } };
      const found = privacyGuaranteeOf(call, { rate, steps, units: 1000 });
      const least = "noise" in found ? found.noise : NaN;
      assert.ok(byPrv(least) <= epsilon && byPrv(least - 0.001) > epsilon, JSON.stringify({ least, prv }));
    }
  }).timeout(60_000);

  it("report the least ε they can reach if it is set too small, and raise noise to respect a maximum ε", () => {
    const promise = (given: object, of: object) =>
      privacyGuaranteeOf(
        { word: "differential", kind: "privacy", arguments: { delta: 1e-5, clip: 1, ...given } },
        { rate: 0.1, steps: 50, units: 1000, ...of },
      );
    const told = (accountant: string): string => {
      const found = promise({ epsilon: 1e-3, accountant }, { rate: 1 });
      return "why" in found ? found.why : "";
    };
    assert.match(told("prv"), /`prv` still computes ε 0\.01\d, including its error bound/);
    assert.match(told("rdp"), /`rdp` still computes ε 0\.00\d+/);
    const open = promise({ noise: 1, accountant: "rdp" }, {});
    const held = promise({ noise: 1, accountant: "rdp" }, { most: 1 });
    const idle = promise({ noise: 1, accountant: "rdp" }, { most: 50 });
    assert.ok("noise" in open && "noise" in held && "noise" in idle && open.epsilon > 1 && open.noise === 1);
    assert.ok(held.epsilon === 1 && held.noise > 1 && idle.noise === 1 && idle.epsilon === open.epsilon);
  });

  it("guarantee nothing without noise, and spend nothing without steps", () => {
    for (const of of [epsilonByRdp, epsilonByPrv]) {
      assert.equal(of([], 1e-5), 0);
      assert.equal(of([{ noise: 0, rate: 0.1, steps: 0 }], 1e-5), 0);
      assert.equal(of([{ noise: 1, rate: 0, steps: 100 }], 1e-5), 0);
      assert.equal(of([{ noise: 0, rate: 0.1, steps: 1 }], 1e-5), Infinity);
    }
    assert.equal(
      leastNoiseFor(1, () => 2),
      null,
    );
    assert.equal(epsilonByPrv([{ noise: 0.01, rate: 1, steps: 100 }], 1e-5), null);
  });

  it("never report less ε for more steps, less noise or a larger sampling rate", () => {
    const phase = fc.record({
      noise: fc.double({ min: 0.4, max: 20, noNaN: true }),
      rate: fc.double({ min: 1e-4, max: 1, noNaN: true }),
      steps: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(
        phase,
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 3000 }),
        (one, by, more) => {
          const spent = (other: Partial<NoisySampledSteps>): number => epsilonByRdp([{ ...one, ...other }], 1e-5);
          const now = spent({});
          const slack = 1e-9 + 1e-9 * now;
          assert.ok(spent({ steps: one.steps + more }) >= now - slack);
          assert.ok(spent({ noise: one.noise / by }) >= now - slack);
          assert.ok(spent({ rate: Math.min(1, one.rate * by) }) >= now - slack);
          const halves = [one, one].map((half) => ({ ...half, steps: more }));
          assert.ok(
            Math.abs(epsilonByRdp(halves, 1e-5) - spent({ steps: 2 * more })) <=
              slack + 1e-9 * spent({ steps: 2 * more }),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("list the Rényi orders in ascending order", () => {
    assert.deepEqual(
      [...RDP_ORDERS].sort((a, b) => a - b),
      RDP_ORDERS,
    );
  });

  it("invert their Fourier transform", () => {
    const numbers = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    const [real, imaginary] = [Float64Array.from(numbers), new Float64Array(64)];
    fourierTransform(real, imaginary);
    const direct = numbers.reduce((sum, x, i) => sum + x * Math.cos((2 * Math.PI * 5 * i) / 64), 0);
    near(real[5] ?? NaN, direct, 1e-12, "the fifth frequency");
    fourierTransform(real, imaginary, true);
    numbers.forEach((x, i) => {
      near((real[i] ?? NaN) / 64, x, 1e-12, i);
    });
  });
});

function near(found: number, wanted: number, within: number, of: unknown): void {
  assert.ok(Math.abs(found - wanted) <= within, `${String(found)} for ${String(wanted)}: ${JSON.stringify(of)}`);
}

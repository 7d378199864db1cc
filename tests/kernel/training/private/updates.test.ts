/** The rows of a private update, their parts and their noise, and the privacy that steps spend. */
import assert from "node:assert/strict";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import type { RunEvent } from "#kernel/events/events.js";
import { toFloats, readScalar, scalarF32 } from "#kernel/engines/feeds.js";
import { StepPipeline } from "#kernel/training/pipeline.js";
import { privateStepOptions, PrivacySpending, spentStepCount } from "#kernel/training/private/private.js";
import { secureNormal, poissonSample, UniformGenerator } from "#kernel/training/private/secret.js";
import { privacyUnitsOf, type PrivacyUnits, PrivateUpdates } from "#kernel/training/private/updates.js";

const mean = (all: ArrayLike<number>): number => Array.from(all).reduce((a, b) => a + b, 0) / all.length;

describe("random numbers for private training", () => {
  it("are uniform between 0 and 1, in steps of 2⁻⁵³", () => {
    const uniform = new UniformGenerator((into) => {
      into.fill(0xff);
      into.fill(0, 8, 16);
    });
    assert.equal(uniform.next(), 1 - 2 ** -53);
    assert.equal(uniform.next(), 0);
    const honest = new UniformGenerator();
    const drawn = Float64Array.from({ length: 50_000 }, () => honest.next());
    assert.ok(drawn.every((one) => one >= 0 && one < 1));
    // Seven standard deviations of the mean.
    assert.ok(Math.abs(mean(drawn) - 0.5) < 7 * Math.sqrt(1 / 12 / drawn.length));
    assert.ok(new Set(drawn).size > 49_990);
  });

  it("select each row independently with its probability, anew at every draw", () => {
    const uniform = new UniformGenerator();
    assert.deepEqual([...poissonSample(5, 1, uniform)], [0, 1, 2, 3, 4]);
    assert.equal(poissonSample(1000, 0, uniform).length, 0);
    const [rows, draws, rate] = [200, 400, 0.1];
    const often = new Uint32Array(rows);
    const sizes = Array.from({ length: draws }, () => {
      const drawn = poissonSample(rows, rate, uniform);
      for (const row of drawn) often[row]!++;
      return drawn.length;
    });
    assert.ok(Math.abs(mean(sizes) - rows * rate) < 7 * Math.sqrt((rows * rate * (1 - rate)) / draws));
    // A batch of fixed size has no variance; a Poisson-sampled batch has the variance of all its rows.
    const spread = mean(sizes.map((size) => (size - rows * rate) ** 2)) / (rows * rate * (1 - rate));
    assert.ok(spread > 0.5 && spread < 1.7, String(spread));
    assert.ok(often.every((count) => Math.abs(count - draws * rate) < 7 * Math.sqrt(draws * rate)));
  });

  it("are normal with the requested deviation, and differ between draws", () => {
    const uniform = new UniformGenerator();
    const [n, deviation] = [40_000, 3.5];
    const drawn = toFloats(secureNormal([200, 200], deviation, uniform));
    const moment = (k: number): number => mean(Array.from(drawn, (one) => (one / deviation) ** k));
    assert.equal(drawn.length, n);
    assert.ok(Math.abs(moment(1)) < 7 / Math.sqrt(n));
    assert.ok(Math.abs(moment(2) - 1) < 7 * Math.sqrt(2 / n));
    assert.ok(Math.abs(moment(3)) < 7 * Math.sqrt(15 / n));
    assert.ok(Math.abs(moment(4) - 3) < 7 * Math.sqrt(96 / n));
    const within = (bound: number): number => drawn.filter((one) => Math.abs(one) < bound * deviation).length / n;
    assert.ok(Math.abs(within(1) - 0.6827) < 0.017 && Math.abs(within(2) - 0.9545) < 0.0075);
    // Neighbouring draws are uncorrelated, and so are their squares.
    for (const far of [1, 2, 3, 4]) {
      const both = (of: (x: number) => number): number =>
        mean(Array.from({ length: n - far }, (_, i) => of(drawn[i]! / deviation) * of(drawn[i + far]! / deviation)));
      assert.ok(Math.abs(both((x) => x)) < 7 / Math.sqrt(n), String(far));
      assert.ok(Math.abs(both((x) => x * x - 1)) < 7 * Math.sqrt(4 / n), String(far));
    }
    assert.deepEqual(toFloats(secureNormal([3, 2], 1, uniform)).length, 6);
    assert.notDeepEqual(toFloats(secureNormal([4], 1, uniform)), toFloats(secureNormal([4], 1, uniform)));
  });
});

describe("unit of privacy", () => {
  it("is each row as fed to the model, or all windows of a text", () => {
    const texts = new TextsInMemory(
      [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2], [], [3, 4, 5]].map((t) => Int32Array.from(t)),
    );
    const windows = new TokenWindows(texts, 4, null);
    const asked = {} as Parameters<typeof privacyUnitsOf>[0]["taskInputs"];
    const units = privacyUnitsOf({ ids: windows, lengths: windows.lengths, count: 4, taskInputs: asked });
    assert.deepEqual([units.count, units.several], [4, true]);
    assert.deepEqual(
      Array.from({ length: 4 }, (_, unit) => [...units.rows(unit)]),
      [[0, 1], [2], [], [3]],
    );
    const plain = privacyUnitsOf({ ids: texts, lengths: texts.lengths, count: 4, taskInputs: asked });
    assert.deepEqual([plain.count, plain.several, [...plain.rows(2)]], [4, false, [2]]);
  });
});

const apply: Pick<Program, "inputs"> = {
  inputs: { "noise/w": { type: { dtype: "f32", shape: [20, 30] }, ref: { node: 0, output: 0 } } },
};
const LENGTHS = [5, 3, 8, 2, 9, 4, 7, 6];
const loader = {
  drawn: (rows: Uint32Array, { place }: { readonly place: number }) => ({
    feeds: {
      rows: { dtype: "i32", shape: [rows.length], bytes: new Uint8Array() } as NDArray,
      draws: scalarF32(place),
    },
    tokens: 0,
    counts: -1,
    rows,
  }),
  losses: (row: number) => (row === 3 ? 0 : row + 1),
  lengthOf: (row: number) => LENGTHS[row]!,
};
const each: PrivacyUnits = { count: 8, rows: (unit) => Uint32Array.of(unit), several: false };
const updatesOf = (more: Partial<ConstructorParameters<typeof PrivateUpdates>[0]> = {}): PrivateUpdates =>
  new PrivateUpdates({
    ...{ loader, units: each, privacy: { clip: 0.5, noise: 2, rate: 0.25 }, batchSize: 3, apart: true, apply },
    ...more,
  });

describe("batches of a private update", () => {
  it("group rows of similar length, and weight each row by its own losses", () => {
    const update = updatesOf().updateFor(9, Uint32Array.of(0, 1, 2, 3, 4, 5, 6));
    assert.deepEqual([update.epoch, update.parts, update.counts, update.tokens], [2, 3, 24, 38]);
    const parts = [0, 1, 2].map((i) => update.part(i));
    assert.deepEqual(
      parts.map(({ rows }) => [...rows!]),
      [
        [4, 2],
        [6, 0],
        [5, 1, 3],
      ],
    );
    assert.deepEqual(
      parts.map(({ feeds }) => Array.from(toFloats(feeds["share"]!), (one) => Number(one.toFixed(5)))),
      [
        [0.2, 0.33333],
        [0.14286, 1],
        [0.16667, 0.5, 0],
      ],
    );
    assert.deepEqual(
      parts.map(({ feeds }) => [readScalar(feeds["draws"]), readScalar(feeds["told"])]),
      [0, 2, 4].map((place) => [place, Math.fround(1 / 24)]),
    );
    assert.deepEqual([0, 1, 2].map(update.programOf!), ["accumulate", "accumulate", "accumulate"]);
  });

  it("run a unit of several rows in its own pass, and every unit if gradients cannot be split by row", () => {
    const units: PrivacyUnits = {
      count: 3,
      rows: (unit) => [Uint32Array.of(0, 1), Uint32Array.of(2), Uint32Array.of()][unit]!,
      several: true,
    };
    const update = updatesOf({ units }).updateFor(1, Uint32Array.of(0, 1, 2));
    assert.equal(update.parts, 2);
    assert.deepEqual([0, 1].map(update.programOf!), ["accumulate", "alone"]);
    const { feeds, rows } = update.part(1);
    assert.deepEqual([[...rows!], feeds["share"]!.shape, readScalar(feeds["share"])], [[0, 1], [], Math.fround(1 / 3)]);
    const alone = updatesOf({ apart: false }).updateFor(1, Uint32Array.of(1, 2));
    assert.deepEqual([0, 1].map(alone.programOf!), ["alone", "alone"]);
  });

  it("add fresh noise of the clip's deviation, and average over the expected number of rows", () => {
    const update = updatesOf().updateFor(1, Uint32Array.of());
    assert.equal(update.parts, 0);
    const [one, other] = [update.apply!(), update.apply!()];
    assert.deepEqual(Object.keys(one), ["noise/w", "mean"]);
    assert.equal(readScalar(one["mean"]), 0.5);
    assert.deepEqual(one["noise/w"]!.shape, [20, 30]);
    assert.notDeepEqual(toFloats(one["noise/w"]!), toFloats(other["noise/w"]!));
    const spread = Math.sqrt(mean(toFloats(one["noise/w"]!).map((value) => value ** 2)));
    assert.ok(Math.abs(spread - 1) < 0.25, String(spread));
  });

  it("are drawn at random: repeating a step selects other rows", () => {
    const updates = updatesOf({ privacy: { clip: 1, noise: 1, rate: 0.5 } });
    const drawn = Array.from({ length: 40 }, () => updates.update(1)).map((update) =>
      Array.from({ length: update.parts }, (_, i) => [...update.part(i).rows!])
        .flat()
        .toSorted()
        .join(),
    );
    assert.ok(new Set(drawn).size > 15);
  });

  it("apply only noise if no row is drawn, and report the loss of the previous update", async () => {
    const asked: string[] = [];
    const session = {
      run(program: string, feeds: Readonly<Record<string, NDArray>>) {
        asked.push(program);
        const fed = Object.keys(feeds);
        if (program === "apply") assert.deepEqual(fed, ["rate", "step", "noise/w", "mean"]);
        else assert.ok(fed.includes("told") && fed.includes("share"));
        return Promise.resolve(program === "apply" ? { norm: scalarF32(1) } : { loss: scalarF32(0.25) });
      },
    };
    const updates = updatesOf();
    const units = [Uint32Array.of(), Uint32Array.of(0, 1, 2, 3), Uint32Array.of()];
    const steps = privateStepOptions(
      session,
      { update: (step) => updates.updateFor(step, units[step - 1]!) },
      () => 0.1,
    );
    const pipeline = new StepPipeline(steps, 0);
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) losses.push((await pipeline.next(3))!.loss);
    assert.deepEqual(losses, [0, 0.5, 0.5]);
    assert.deepEqual(asked, ["apply", "accumulate", "accumulate", "apply", "apply"]);
  });
});

describe("privacy budget spent by private steps", () => {
  const plan = { call: { kind: "privacy", word: "any", arguments: {} }, noise: 2, rate: 0.25 };
  it("counts all steps ever made, including those rolled back after a crash", () => {
    const spent: number[] = [];
    const accountant = {
      spent: (_: unknown, done: readonly { readonly steps: number }[]) => {
        spent.push(done[0]!.steps);
        return done[0]!.steps / 10;
      },
    };
    const at = { at: "", run: "r" };
    const step = (n: number) =>
      ({ ...at, kind: "step", step: n, epoch: 1, tokens: 1, loss: 1, rate: 1, norm: 1, seconds: 1 }) as RunEvent;
    const log = [1, 2, 3, 4, 3, 4, 5].map(step);
    assert.equal(spentStepCount(log, undefined), 7);
    // A log that lost its end has fewer steps than the checkpoint.
    assert.equal(spentStepCount(log, { noise: 2, rate: 0.25, steps: 9 }), 9);
    const spending = new PrivacySpending(plan, accountant, spentStepCount(log, { noise: 2, rate: 0.25, steps: 4 }));
    assert.equal(spending.spend(false), 0.8);
    assert.equal(spending.spend(false), 0.9);
    assert.deepEqual(spending.done, { noise: 2, rate: 0.25, steps: 9 });
    assert.deepEqual(spent, [8, 9]);
  });

  it("is computed only when due, not at every step, if the accountant is slow", () => {
    const accountant = {
      spent(_: unknown, done: readonly { readonly steps: number }[]) {
        for (const until = performance.now() + 15; performance.now() < until;);
        return done[0]!.steps;
      },
    };
    const spending = new PrivacySpending(plan, accountant, 0);
    assert.equal(spending.spend(false), 1);
    assert.equal(spending.spend(false), undefined);
    assert.equal(spending.spend(true), 3);
  });
});

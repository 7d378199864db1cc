/** Squared gradients per row: a complete batch in one pass compared with the same rows one by one. */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { registry } from "#stdlib/registry.js";
import { ewc } from "#stdlib/strategies/ewc.js";
import { buildConsolidationPrograms, SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import type { FisherEstimator } from "#stdlib/programs/options.js";
import { fisherDirectionsOf } from "#kernel/features/update/fisher-rows.js";
import { classifierParts, labelled, type Feeds } from "../programs/small-models.js";

const strategies = [{ call: { kind: "strategy", word: "ewc", arguments: {} }, implementation: ewc }] as const;
const ROWS = 8;
/** The row of each pair: one row occurs in three pairs, others in none. */
const PAIRS = [3, 0, 0, 6, 3, 5, 7, 3];

function begin(programs: readonly Program[]): Record<string, ArrayValues> {
  const states = Object.assign({}, ...programs.map((p) => p.state)) as Program["state"];
  return Object.fromEntries(
    Object.entries(states).map(([name, { type }], k) => {
      const y = makeArrayValues(type.shape as number[]);
      if (!name.startsWith(SQUARED_GRADIENTS_PREFIX))
        y.data.forEach((_, i) => (y.data[i] = 0.3 * Math.sin(1.3 * i + k) + (/norm|ln_/i.test(name) ? 1 : 0)));
      return [name, y];
    }),
  );
}
const decoded = (feeds: Feeds): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(feeds).map(([name, a]) => [name, fromNDArray(a)]));
const rowOf = (name: string, all: ArrayValues, from: number, to: number): ArrayValues => {
  const width = all.data.length / ROWS;
  assert.ok(name);
  return makeArrayValues([to - from, ...all.shape.slice(1)], [...all.data.slice(from * width, to * width)]);
};
/** Returns the feeds of the program's inputs only, for some rows. */
function fed(program: Program, of: FisherEstimator, from: number, to: number): Record<string, ArrayValues> {
  const all = decoded(labelled(0, ROWS).feeds);
  all["labels"] = makeArrayValues([ROWS], [0, 1, 2, 0, 1, 2, 0, 1]);
  // Rows of several lengths.
  all["attention_mask"]!.data.forEach((_, i) => (all["attention_mask"]!.data[i] = i % 5 <= (i >> 2) % 5 ? 1 : 0));
  all["directions"] = makeArrayValues(
    [ROWS, 3],
    Array.from({ length: ROWS * 3 }, (_, i) => Math.cos(2.1 * i)),
  );
  all["row_of"] = makeArrayValues([ROWS], PAIRS);
  assert.ok(of === "loss" || !("labels" in program.inputs));
  return Object.fromEntries(
    Object.keys(program.inputs).flatMap((name) =>
      all[name] ? [[name, rowOf(name, all[name], from, to)] as const] : [],
    ),
  );
}

describe("per-row squared gradients", () => {
  for (const [technique, settings] of [
    ["full", {}],
    ["lora", { rank: 2 }],
    ["lora", { rank: 2, dora: true }],
    ["head_only", {}],
    ["bitfit", {}],
    ["ia3", {}],
    ["adapters", { size: 3 }],
  ] as const)
    for (const family of ["bert", "distilbert", "roberta"] as const)
      for (const of of ["directions", "pairs", "loss"] as const)
        it(`${family}, ${technique} ${JSON.stringify(settings)}, ${of}: are the same in one pass and row by row`, async () => {
          const implementation = await implementationOf(registry, "technique", technique);
          const call = { kind: "technique" as const, word: technique, arguments: settings };
          const parts = { ...(await classifierParts(family)), technique: { call, implementation }, strategies };
          const programs = buildConsolidationPrograms(parts, []);
          const apart = programs!.fisher!(of, true);
          const one = programs!.fisher!(of === "pairs" ? "directions" : of, false);
          assert.ok(apart.perRow, "has rules for all of its ops");
          assert.ok(!one.perRow);
          validateProgram(apart.program);
          let state = begin([apart.program, one.program]);
          const together = evaluateProgram(apart.program, fed(apart.program, of, 0, ROWS), state).state;
          for (let at = 0; at < ROWS; at++) {
            const row = of === "pairs" ? PAIRS[at]! : at;
            const own = fed(one.program, of, row, row + 1);
            const along = of === "loss" ? {} : { directions: fed(apart.program, of, 0, ROWS)["directions"]! };
            const directions = along.directions && { directions: rowOf("directions", along.directions, at, at + 1) };
            const feeds = { ...own, ...directions, share: makeArrayValues([], [1]) };
            state = { ...state, ...evaluateProgram(one.program, feeds, state).state };
          }
          const names = Object.keys(apart.program.state).filter((name) => name.startsWith(SQUARED_GRADIENTS_PREFIX));
          assert.ok(names.length > 0);
          assert.deepEqual(
            names.toSorted(),
            Object.keys(one.program.state)
              .filter((name) => name.startsWith(SQUARED_GRADIENTS_PREFIX))
              .toSorted(),
          );
          for (const name of names) {
            const want = state[name]!.data;
            const most = Math.max(...want);
            together[name]!.data.forEach((value, i) =>
              assert.ok(
                Math.abs(value - want[i]!) <= 1e-9 * most,
                `${name}[${String(i)}]: ${String(value)}, one by one ${String(want[i])}`,
              ),
            );
          }
          assert.ok(names.some((name) => together[name]!.data.some((value) => value > 0)));
        });

  it("differ from the squared gradient of the batch", async () => {
    const programs = buildConsolidationPrograms({ ...(await classifierParts("bert")), strategies }, []);
    const [one, apart] = [false, true].map((how) => programs!.fisher!("loss", how));
    assert.deepEqual([one!.perRow, apart!.perRow], [false, true]);
    const state = begin([one!.program]);
    const share = { share: makeArrayValues([], [1]) };
    const whole = evaluateProgram(one!.program, { ...fed(one!.program, "loss", 0, ROWS), ...share }, state).state;
    const rows = evaluateProgram(apart!.program, fed(apart!.program, "loss", 0, ROWS), begin([apart!.program])).state;
    const name = `${SQUARED_GRADIENTS_PREFIX}classifier.weight`;
    assert.ok(whole[name]!.data.some((value, i) => Math.abs(value - rows[name]!.data[i]!) > 1e-3));
  });
});

describe("Fisher information directions of a row", () => {
  const logits = Float32Array.of(0.3, -1.2, 2.5, 0, -30);
  const exp = [...logits].map((one) => Math.exp(one));
  it("exact: sum to the Fisher information of all labels, with one direction fewer than labels", () => {
    for (const seen of [new Set([0, 1, 2, 3]), new Set([1, 2]), new Set([0, 1, 2, 3, 4])]) {
      const sum = exp.reduce((all, one, i) => all + (seen.has(i) ? one : 0), 0);
      const p = exp.map((one, i) => (seen.has(i) ? one / sum : 0));
      const found = fisherDirectionsOf(logits, seen, "exact", seededRandom(1));
      assert.ok(found.length <= seen.size - 1);
      for (let a = 0; a < 5; a++)
        for (let b = 0; b < 5; b++) {
          const want = p.reduce(
            (all, py, y) => all + py * ((y === a ? 1 : 0) - p[a]!) * ((y === b ? 1 : 0) - p[b]!),
            0,
          );
          const got = found.reduce((all, one) => all + one[a]! * one[b]!, 0);
          assert.ok(Math.abs(got - want) <= 1e-12, `${String(a)}, ${String(b)}: ${String(got)}, ${String(want)}`);
        }
    }
  });
  it("omit labels without probability, and are empty for a single label", () => {
    assert.equal(fisherDirectionsOf(logits, new Set([0, 1, 2, 4]), "exact", seededRandom(1)).length, 2);
    assert.equal(fisherDirectionsOf(logits, new Set([2]), "exact", seededRandom(1)).length, 0);
    assert.equal(
      fisherDirectionsOf(Float32Array.of(80, 0, -5), new Set([0, 1, 2]), "exact", seededRandom(1)).length,
      0,
    );
  });
  it("folded: are some exact ones, plus one whose square averages to the squares of the others", () => {
    const seen = new Set([0, 1, 2, 3, 4]);
    const exact = fisherDirectionsOf(Float32Array.of(0.3, -1.2, 2.5, 0, 0.1), seen, "exact", seededRandom(1));
    const of = (i: number) =>
      fisherDirectionsOf(Float32Array.of(0.3, -1.2, 2.5, 0, 0.1), seen, { folded: 2 }, seededRandom(1, 43, i));
    assert.equal(exact.length, 4);
    const N = 4000;
    const sums = Array.from({ length: 25 }, () => 0);
    for (let i = 0; i < N; i++) {
      const found = of(i);
      assert.equal(found.length, 2);
      assert.deepEqual(found[0], exact[0]);
      sums.forEach((_, at) => (sums[at]! += (found[1]![Math.floor(at / 5)]! * found[1]![at % 5]!) / N));
    }
    sums.forEach((got, at) => {
      const want = exact.slice(1).reduce((all, one) => all + one[Math.floor(at / 5)]! * one[at % 5]!, 0);
      assert.ok(Math.abs(got - want) < 0.01, `${String(at)}: ${String(got)}, ${String(want)}`);
    });
    assert.deepEqual(
      fisherDirectionsOf(logits, seen, { folded: 4 }, seededRandom(1)),
      fisherDirectionsOf(logits, seen, "exact", seededRandom(1)),
    );
  });
  it("sampled: select each label with its probability", () => {
    const seen = new Set([0, 1, 2]);
    const often = [0, 0, 0];
    const N = 20_000;
    for (let i = 0; i < N; i++) {
      const [one] = fisherDirectionsOf(logits, seen, "sampled", seededRandom(1, 43, i));
      often[one!.findIndex((value) => value > 0)]! += 1;
    }
    const sum = exp[0]! + exp[1]! + exp[2]!;
    often.forEach((count, i) => assert.ok(Math.abs(count / N - exp[i]! / sum) < 0.015, String(often)));
  });
});

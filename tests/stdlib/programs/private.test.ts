/**
 * Per-row gradients, each clipped and then summed: a complete batch in one pass compared with its rows one by one, in
 * float64.
 */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { buildGradientAccumulationProgram, GRADIENT_SUM_PREFIX } from "#stdlib/programs/accumulate.js";
import { buildPrivateTrainingPrograms, NOISE_INPUT_PREFIX } from "#stdlib/programs/private.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import {
  baseShapes,
  call,
  calls,
  feeds,
  loaded,
  optionsFor,
  start,
  subjects,
  type Subject,
} from "#tests/stdlib/techniques/subjects.js";

type Sgd = AssembleOptions["optimizer"]["implementation"];
const list = await subjects();
const ROWS = 4;
type Feeds = Readonly<Record<string, ArrayValues>>;

/** Returns the feeds of a single row; of the positions, only those of the row. */
function rowOf(all: Feeds, row: number): Feeds {
  const width = all["input_ids"]!.shape[1]!;
  const own = (place: number): boolean => Math.floor(place / width) === row;
  const kept = [...(all["targets"]?.data ?? [])].flatMap((place, i) => (own(place) ? [i] : []));
  return Object.fromEntries(
    Object.entries(all).map(([name, { shape, data }]) => {
      if (shape.length === 0) return [name, makeArrayValues([], [...data])];
      if (name === "targets")
        return [
          name,
          makeArrayValues(
            [kept.length],
            kept.map((i) => data[i]! - row * width),
          ),
        ];
      if (name === "labels" && all["targets"])
        return [
          name,
          makeArrayValues(
            [kept.length],
            kept.map((i) => data[i]!),
          ),
        ];
      const each = data.length / ROWS;
      return [name, makeArrayValues([1, ...shape.slice(1)], [...data.slice(row * each, (row + 1) * each)])];
    }),
  );
}
const fedTo = (program: Program, all: Feeds): Record<string, ArrayValues> =>
  Object.fromEntries(Object.keys(program.inputs).map((name) => [name, all[name]!]));
const zeroed = (state: Record<string, ArrayValues>): Record<string, ArrayValues> =>
  Object.fromEntries(
    Object.entries(state).map(([name, one]) => [
      name,
      name.startsWith(GRADIENT_SUM_PREFIX) ? makeArrayValues([...one.shape]) : one,
    ]),
  );
const sumsIn = (state: Record<string, ArrayValues>): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith(GRADIENT_SUM_PREFIX)));
const lengthOf = (sums: Record<string, ArrayValues>): number =>
  Math.sqrt(Object.values(sums).reduce((all, { data }) => data.reduce((sum, one) => sum + one * one, all), 0));

function near(got: Record<string, ArrayValues>, want: Record<string, ArrayValues>, title: string): void {
  assert.deepEqual(Object.keys(got).toSorted(), Object.keys(want).toSorted(), title);
  const most = Math.max(...Object.values(want).flatMap(({ data }) => [...data].map(Math.abs)));
  assert.ok(most > 0, title);
  for (const [name, { data }] of Object.entries(want))
    data.forEach((one, i) =>
      assert.ok(
        Math.abs(got[name]!.data[i]! - one) <= 1e-9 * most,
        `${title}: ${name}[${String(i)}] is ${String(got[name]!.data[i])}, one by one ${String(one)}`,
      ),
    );
}

function gradientsOf(o: AssembleOptions, rows: readonly Feeds[], shares: readonly number[]) {
  const plain = buildGradientAccumulationProgram(o);
  const state = zeroed(start(plain.state));
  return rows.map((row, r) =>
    sumsIn(evaluateProgram(plain, fedTo(plain, { ...row, share: makeArrayValues([], [shares[r]!]) }), state).state),
  );
}

/** @returns whether the program computes gradients per row of a batch */
async function holds(subject: Subject, technique: Call): Promise<boolean> {
  const title = `${subject.word.name}, ${technique.word}(${JSON.stringify(technique.arguments)})`;
  const o = await optionsFor(subject, technique);
  const all: Feeds = feeds(subject, 1);
  const rows = Array.from({ length: ROWS }, (_, row) => rowOf(all, row));
  const shares = rows.map((row) => 1 / (row["targets"]?.data.length ?? 1));
  const own = gradientsOf(o, rows, shares);
  const lengths = own.map(lengthOf);
  const clip = Math.fround((Math.min(...lengths) + Math.max(...lengths)) / 2);
  const want = Object.fromEntries(
    Object.entries(own[0]!).map(([name, { shape }]) => {
      const sum = makeArrayValues([...shape]);
      own.forEach((row, r) =>
        row[name]!.data.forEach((one, i) => (sum.data[i]! += one * Math.min(1, clip / lengths[r]!))),
      );
      return [name, sum];
    }),
  );
  const { apart, alone } = buildPrivateTrainingPrograms(o, { clip });
  const told = makeArrayValues([], [0.25]);
  if (apart) {
    validateProgram(apart);
    const fed = { ...all, share: makeArrayValues([ROWS], shares), told };
    const made = evaluateProgram(apart, fedTo(apart, fed), zeroed(start(apart.state)));
    made.outputs["norms"]!.data.forEach((one, r) =>
      assert.ok(Math.abs(one - lengths[r]!) <= 1e-9 * lengths[r]!, `${title}: ${String(one)}, ${String(lengths[r])}`),
    );
    near(sumsIn(made.state), want, title);
  }
  if (!apart || technique.word === "lora") {
    validateProgram(alone);
    let state = zeroed(start(alone.state));
    rows.forEach((row, r) => {
      const fed = { ...row, share: makeArrayValues([], [shares[r]!]), told };
      const made = evaluateProgram(alone, fedTo(alone, fed), state);
      assert.ok(Math.abs(made.outputs["norms"]!.data[0]! - lengths[r]!) <= 1e-9 * lengths[r]!, title);
      state = made.state;
    });
    near(sumsIn(state), want, `${title}, alone`);
  }
  return apart !== null;
}

/** Cases whose rows are passed one by one, since one of their ops has no rule for per-row gradients. */
const WHOLE: Readonly<Record<string, (shape: string) => boolean>> = {
  // Its states are slices of one parameter.
  prefix_tuning: () => true,
  // A trained output embedding receives the positions of all rows as one flat list.
  full: (shape) => shape !== "encoder",
};

describe("per-row gradient clipping", () => {
  for (const subject of list)
    it(`${subject.word.name}: gives a batch in one pass the sum of its rows one by one, for all techniques`, async () => {
      for (const technique of calls(subject.word, await baseShapes(subject))) {
        // It trains on several data sets, which privacy does not support.
        if (technique.word === "routed_lora") continue;
        const apart = await holds(subject, technique);
        assert.equal(apart, !(WHOLE[technique.word]?.(subject.family.shape) ?? false), technique.word);
      }
    });
});

describe("private update step", () => {
  it("is the optimizer's step on the mean of sum and noise over the expected rows, with no other clip", async () => {
    const subject = list.find(({ word }) => word.name === "bert")!;
    const sgd = {
      call: call("optimizer", "sgd", { momentum: 0 }),
      implementation: await loaded<Sgd>("optimizer", "sgd"),
    };
    const o = await optionsFor(subject, call("technique", "head_only"), { optimizer: sgd, clip: 1e-3 });
    const { apply } = buildPrivateTrainingPrograms(o, { clip: 1 });
    validateProgram(apply);
    const before = start(apply.state);
    const noise = Object.keys(apply.inputs).filter((name) => name.startsWith(NOISE_INPUT_PREFIX));
    assert.equal(noise.length, Object.keys(sumsIn(before)).length);
    const fed = Object.fromEntries(
      noise.map((name, k) => {
        const drawn = makeArrayValues(apply.inputs[name]!.type.shape as number[]);
        drawn.data.forEach((_, i) => (drawn.data[i] = Math.cos(3.1 * i + k)));
        return [name, drawn];
      }),
    );
    const scalars = {
      rate: makeArrayValues([], [0.5]),
      step: makeArrayValues([], [1]),
      mean: makeArrayValues([], [0.125]),
    };
    const { state, outputs } = evaluateProgram(apply, { ...fed, ...scalars }, before);
    let square = 0;
    for (const name of noise.map((one) => one.slice(NOISE_INPUT_PREFIX.length)))
      before[name]!.data.forEach((value, i) => {
        const sum = before[GRADIENT_SUM_PREFIX + name]!.data[i]! + fed[NOISE_INPUT_PREFIX + name]!.data[i]!;
        square += (sum * 0.125) ** 2;
        assert.ok(Math.abs(state[name]!.data[i]! - (value - 0.5 * 0.125 * sum)) < 1e-12, name);
        assert.equal(state[GRADIENT_SUM_PREFIX + name]!.data[i], 0);
      });
    assert.ok(Math.abs(outputs["norm"]!.data[0]! - Math.sqrt(square)) < 1e-9);
  });

  it("leaves room for rounding in half precision", async () => {
    const subject = list.find(({ word }) => word.name === "bert")!;
    const o = await optionsFor(subject, call("technique", "lora", { rank: 2, targets: ["query"] }));
    const lengths = (["f32", "bf16"] as const).map((precision) => {
      const { apart } = buildPrivateTrainingPrograms(
        { ...o, passes: { precision, recompute: "none" } },
        { clip: 1e-3 },
      );
      const fed = {
        ...feeds(subject, 1),
        share: makeArrayValues([ROWS], [1, 1, 1, 1]),
        told: makeArrayValues([], [1]),
      };
      return lengthOf(sumsIn(evaluateProgram(apart!, fedTo(apart!, fed), zeroed(start(apart!.state))).state));
    });
    assert.ok(lengths[1]! < lengths[0]! * 0.99 && lengths[1]! > lengths[0]! * 0.97, lengths.join());
  });
});

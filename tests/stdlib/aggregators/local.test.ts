/**
 * Complete runs of FedProx and SCAFFOLD: clients make their steps with the optimizer's own program, which the
 * aggregator modifies.
 */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RoundStateVectors, ClientSideAlgorithm } from "#stdlib/aggregators/kind.js";
import { sgd } from "#stdlib/optimizers/sgd.js";
import { updateByOptimizer } from "#stdlib/programs/strategies.js";
import { registry } from "#stdlib/registry.js";
import { callOf, golden, served, titleOf, zeros, type LocalRun } from "./golden.js";

const SHAPES: Readonly<Record<string, readonly number[]>> = { a: [2, 2], b: [5] };
const LENGTH = 9;
type Vector = readonly number[] | Float32Array | Float64Array;

/** Builds the program of one step, with inputs `d.a`, `d.b`, rate, step. */
function programOf(call: Call, { strategy }: ClientSideAlgorithm): Program {
  const graph = new Graph();
  const rate = graph.input("rate", { dtype: "f64", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const learning = Object.entries(SHAPES).map(([name, shape]) => ({
    name,
    value: graph.state(name, { type: { dtype: "f64", shape }, trains: true, initial: { zeros: true } }),
    gradient: graph.input(`d.${name}`, { dtype: "f64", shape }),
  }));
  const optimizer = {
    call: { kind: "optimizer" as const, word: "sgd", arguments: { momentum: 0, weight_decay: 0 } },
    implementation: sgd,
  };
  const strategies = [{ call, implementation: strategy }];
  updateByOptimizer({ optimizer, clip: null, strategies }, graph, learning, { rate, step });
  return graph.program();
}

/** Splits a vector into the tensors of a state, named `prefix + name`; `whole` joins them again. */
function parted(vector: Vector, prefix = ""): Record<string, ArrayValues> {
  let at = 0;
  return Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const own = Array.from(vector).slice(at, (at += size));
      return [prefix + name, makeArrayValues(shape, own)];
    }),
  );
}
const whole = (state: Readonly<Record<string, ArrayValues>>, prefix = ""): Float64Array =>
  Float64Array.from(Object.keys(SHAPES).flatMap((name) => Array.from(state[prefix + name]!.data)));

/** Gradient of half the mean squared error. */
function gradient({ x, y }: LocalRun["clients"][number], w: Vector): readonly number[] {
  const off = x.map((row, i) => row.reduce((sum, value, k) => sum + value * w[k]!, -y[i]!));
  return Array.from({ length: LENGTH }, (_, k) => off.reduce((sum, one, i) => sum + one * x[i]![k]!, 0) / y.length);
}

/** Runs a client's round: returns its update, and the states that it saves and sends. */
function trained(
  run: LocalRun,
  of: {
    readonly local: ClientSideAlgorithm;
    readonly call: Call;
    readonly program: Program;
    readonly k: number;
    readonly steps: number;
  },
  told: { readonly weights: Float32Array; readonly sent: RoundStateVectors; readonly saved: RoundStateVectors },
) {
  const vectors = of.local.initialStates(of.call, told);
  assert.deepEqual(Object.keys(vectors).sort(), [...of.local.strategy.states].sort());
  let state: Record<string, ArrayValues> = parted(told.weights);
  for (const [prefix, vector] of Object.entries(vectors)) state = { ...state, ...parted(vector, prefix) };
  for (let step = 1; step <= of.steps; step++) {
    const feeds = { rate: makeArrayValues([], [run.rate]), step: makeArrayValues([], [step]) };
    const gradients = parted(gradient(run.clients[of.k]!, whole(state)), "d.");
    state = { ...state, ...evaluateProgram(of.program, { ...feeds, ...gradients }, state).state };
  }
  const delta = Float32Array.from(whole(state), (weight, at) => weight - told.weights[at]!);
  const states = Object.fromEntries(of.local.strategy.states.map((prefix) => [prefix, whole(state, prefix)]));
  const { steps } = of;
  return { delta, ...of.local.after(of.call, { delta, steps, states, sent: told.sent, saved: told.saved }) };
}

describe("aggregators that modify clients' steps", () => {
  for (const run of golden.local)
    it(`${titleOf(run)}: match the paper for every weight after every round`, async () => {
      const implementation = await implementationOf(registry, "aggregator", run.word);
      const local = implementation.local!;
      const call = callOf(run.word, run.settings);
      const program = programOf(call, local);
      const kept = zeros(implementation.keeps, LENGTH);
      const own: RoundStateVectors[] = run.clients.map(() => zeros(local.keeps, LENGTH));
      const all = run.clients.reduce((sum, { y }) => sum + y.length, 0);
      let weights: Float64Array = Float64Array.from(run.begin);
      run.rounds.forEach((round, i) => {
        const sent = Object.fromEntries(local.sent.map((name) => [name, Float64Array.from(kept[name]!)]));
        const answers = round.clients.map((k, j) => {
          const of = { local, call, program, k, steps: round.steps[j]! };
          const {
            delta,
            given,
            saved: keeps,
          } = trained(run, of, { weights: Float32Array.from(weights), sent, saved: own[k]! });
          own[k] = keeps;
          return { delta, given, steps: of.steps, rows: run.clients[k]!.y.length };
        });
        const rows = answers.reduce((sum, answer) => sum + answer.rows, 0);
        const given = Object.fromEntries(
          local.sent.map((name) => [
            name,
            kept[name]!.map((_, at) =>
              answers.reduce((sum, one) => sum + (one.rows / rows) * one.given[name]![at]!, 0),
            ),
          ]),
        );
        weights = served(implementation, call, {
          ...{ round: i + 1, weights, updates: answers, kept, given, share: rows / all },
        });
        const near = (got: Vector, wanted: readonly number[], what: string): void =>
          wanted.forEach((want, at) =>
            assert.ok(
              Math.abs(got[at]! - want) <= 1e-6 * Math.max(1, Math.abs(want)),
              `${what} ${i}, ${at}: ${got[at]}, ${want}`,
            ),
          );
        near(weights, round.weights, "weights");
        if (round.control) near(kept["control"]!, round.control, "control");
      });
    });
});

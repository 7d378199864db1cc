/**
 * Strategies with replayed logits, fed as in trainings: compared with PyTorch's weights after every step of three data
 * sets.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { binaryCrossEntropies, reduceRowLosses } from "#dsl/tensor/losses.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { StrategyImplementation } from "#stdlib/strategies/kind.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { multilabelClassification } from "#stdlib/tasks/multilabel_classification.run.js";
import { sumOfLossTerms, weighsReplayedRows } from "#stdlib/programs/objective.js";
import { replayRowWeightsFeed, cachedOutputFeeds, type CachedOutputs } from "#kernel/data/rows/cached-outputs.js";

interface Run {
  readonly word: "lwf" | "der";
  readonly settings: Readonly<Record<string, number>>;
  readonly decides: "one" | "several";
  readonly begin: { readonly weight: number[][]; readonly bias: number[] };
  readonly keeps: number;
  readonly known: readonly number[];
  readonly tasks: readonly {
    readonly x: number[][];
    readonly y: (number | number[])[];
    readonly seen: number[];
    readonly steps: readonly {
      readonly rows: number[];
      readonly kept: number[];
      readonly loss: number;
      readonly weight: number[][];
      readonly bias: number[];
    }[];
  }[];
}
const file = new URL("../../../../tests/golden/oracle/strategies-recalled.json", import.meta.url);
const runs = JSON.parse(readFileSync(file, "utf8")) as readonly Run[];
const [LABELS, FEATURES, RATE] = [5, 3, 0.3];

type Strategies = readonly {
  readonly call: { kind: "strategy"; word: string; arguments: Run["settings"] };
  readonly implementation: StrategyImplementation;
}[];

/** A step of SGD. Inputs: x, labels, the row weights if rows are weighted, and the cached outputs. Output: loss. */
function trains({ decides }: Run, strategies: Strategies): Program {
  const graph = new Graph();
  const x = graph.input("x", { dtype: "f32", shape: ["batch", FEATURES] });
  const state = (name: string, shape: number[]) =>
    graph.state(name, { type: { dtype: "f32", shape }, trains: true, initial: { zeros: true } });
  const parameters = { weight: state("weight", [LABELS, FEATURES]), bias: state("bias", [LABELS]) };
  const logits = x.linear(parameters.weight, parameters.bias);
  const weighed = weighsReplayedRows(strategies);
  const each = weighed ? graph.input("each", { dtype: "f32", shape: ["batch"] }) : undefined;
  const reduction = weighed ? "sum" : "mean";
  const labels = graph.input(
    "labels",
    decides === "one" ? { dtype: "i32", shape: ["batch"] } : { dtype: "f32", shape: ["batch", LABELS] },
  );
  const own =
    decides === "one"
      ? logits.crossEntropy(labels, { reduction, each })
      : reduceRowLosses(binaryCrossEntropies(logits, labels, {}).mean([1]), reduction, each);
  const implementation = decides === "one" ? textClassification : multilabelClassification;
  const task = { call: { kind: "task" as const, word: "", arguments: {} }, implementation };
  const whole = sumOfLossTerms({ strategies, task, labels: LABELS }, graph, {
    loss: own,
    model: { logits: () => logits },
    inputs: { attention_mask: x },
    supervised: { labels },
    references: {},
    projection: () => assert.fail("no term has a projection"),
  });
  const names = ["weight", "bias"] as const;
  gradientsOfLoss(
    graph,
    whole,
    names.map((name) => parameters[name]),
  ).forEach((d, i) => graph.update(names[i]!, parameters[names[i]!].subtract(d!.multiply(RATE))));
  graph.output("loss", whole);
  return graph.program();
}

const rowsOf = (all: readonly (number | number[])[]): ArrayValues =>
  makeArrayValues(Array.isArray(all[0]) ? [all.length, all[0].length] : [all.length], all.flat());
const near = (value: number, want: number, what: string): void =>
  assert.ok(Math.abs(value - want) <= 1e-6 * Math.max(1, Math.abs(want)), `${what}: ${value}, the oracle says ${want}`);

/** A replayed row and its replayed outputs. */
interface Kept {
  readonly x: number[];
  readonly y: number | number[];
  readonly said: number[];
}

describe("strategies with replayed outputs", () => {
  it("all have oracles for one label and for several", async () => {
    for (const { name, planned } of registry.ofKind("strategy")) {
      if (planned || !(await implementationOf(registry, "strategy", name)).replayedOutputs) continue;
      assert.deepEqual(
        [...new Set(runs.filter(({ word }) => word === name).map((run) => run.decides))],
        ["one", "several"],
        `no oracle has runs of ${name} for one label and for several: add them to tests/oracles/strategies.py, then \`npm run oracles -- --bless\` writes tests/golden/oracle/strategies-recalled.json`,
      );
    }
  });
  for (const run of runs)
    it(`${run.word} ${JSON.stringify(run.settings)}, ${run.decides}: match every weight and step of 3 data sets`, async () => {
      const implementation = await implementationOf(registry, "strategy", run.word);
      const call = { kind: "strategy" as const, word: run.word, arguments: run.settings };
      const program = trains(run, [{ call, implementation }]);
      validateProgram(program);
      const beside = implementation.replay?.(call).appended;
      let state: Record<string, ArrayValues> = {
        weight: rowsOf(run.begin.weight),
        bias: makeArrayValues([LABELS], run.begin.bias),
      };
      const say = (x: number[][]): number[][] => {
        const w = state["weight"]!.data;
        const b = state["bias"]!.data;
        return x.map((row) =>
          Array.from(b, (bias, l) => row.reduce((sum, v, f) => sum + v * w[l * FEATURES + f]!, bias)),
        );
      };
      const kept: Kept[] = [];
      for (const [t, task] of run.tasks.entries()) {
        const from = task.x.length;
        const said =
          run.word === "lwf"
            ? say(task.x).map((row) => row.map((v, l) => (task.seen.includes(l) ? v : NaN)))
            : kept.map((one) => one.said);
        const cached: CachedOutputs = {
          source: run.word,
          labels: LABELS,
          first: run.word === "lwf" ? 0 : from,
          logits: Float32Array.from(said.flat()),
        };
        const all = [...task.x.map((x, i) => ({ x, y: task.y[i]! })), ...kept];
        for (const [s, step] of task.steps.entries()) {
          const batch = [...step.rows, ...step.kept.map((row) => from + row)];
          const counts = { fresh: step.rows.length, replayed: step.kept.length };
          const feeds = {
            ...cachedOutputFeeds([cached], [batch])(batch),
            ...(beside && { each: replayRowWeightsFeed({ from, ...beside }, batch, counts, undefined) }),
          };
          const fed = Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, fromNDArray(array)]));
          const [x, labels] = [batch.map((row) => all[row]!.x), batch.map((row) => all[row]!.y)];
          const done = evaluateProgram(program, { ...fed, x: rowsOf(x), labels: rowsOf(labels) }, state);
          state = { ...state, ...done.state };
          const place = `data set ${t}, step ${s}`;
          near(done.outputs["loss"]!.data[0]!, step.loss, `${place}: loss`);
          step.weight.flat().forEach((want, i) => near(state["weight"]!.data[i]!, want, `${place}: weight[${i}]`));
          step.bias.forEach((want, i) => near(state["bias"]!.data[i]!, want, `${place}: bias[${i}]`));
        }
        const own = say(task.x.slice(0, run.keeps));
        own.forEach((row, i) =>
          kept.push({ x: task.x[i]!, y: task.y[i]!, said: row.map((v, l) => (l < run.known[t]! ? v : NaN)) }),
        );
      }
    });
  for (const run of runs.filter(({ settings }) => settings["temperature"] === 2 || settings["beta"] === 0.5))
    it(`${run.word}, ${run.decides}: have gradients that equal finite differences`, async () => {
      const implementation = await implementationOf(registry, "strategy", run.word);
      const program = trains(run, [
        { call: { kind: "strategy", word: run.word, arguments: { ...run.settings, strength: 3 } }, implementation },
      ]);
      const [before, task] = [run.tasks[0]!.steps.at(-1)!, run.tasks[1]!];
      const state: Record<string, ArrayValues> = {
        weight: rowsOf(before.weight),
        bias: makeArrayValues([LABELS], before.bias),
      };
      // Two rows with logits for some of the labels, and one row without any.
      const logits = Float32Array.of(1, -2, NaN, 0.5, NaN, -1, 0.25, 2, NaN, NaN);
      const cached: CachedOutputs = { source: run.word, labels: LABELS, first: 1, logits };
      const batch = [0, 1, 2];
      const fed = Object.entries(cachedOutputFeeds([cached], [batch])(batch)).map(
        ([name, array]) => [name, fromNDArray(array)] as const,
      );
      const feeds: Record<string, ArrayValues> = {
        ...Object.fromEntries(fed),
        ...(implementation.replay && { each: makeArrayValues([3], [1, 0.25, 0.25]) }),
        x: rowsOf(task.x.slice(0, 3)),
        labels: rowsOf(task.y.slice(0, 3)),
      };
      const loss = (name: string, at: number, by: number): number => {
        const data = state[name]!.data.slice();
        data[at]! += by;
        return evaluateProgram(program, feeds, { ...state, [name]: { ...state[name]!, data } }).outputs["loss"]!
          .data[0]!;
      };
      const after = evaluateProgram(program, feeds, state).state;
      for (const name of ["weight", "bias"])
        state[name]!.data.forEach((value, at) => {
          const own = (value - after[name]!.data[at]!) / Math.fround(RATE);
          const wanted = (loss(name, at, 1e-5) - loss(name, at, -1e-5)) / 2e-5;
          assert.ok(Math.abs(own - wanted) < 1e-7, `${name}[${at}]: ${own}, by differences ${wanted}`);
        });
    });
});

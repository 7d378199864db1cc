/**
 * Strategies that give each data set separate ranks: compared with PyTorch's weights after every step of three data
 * sets, and with a growing LoRA.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { addStackedLoraPart } from "#stdlib/strategies/shared/stacked-parts.js";
import { loraSettings } from "#stdlib/techniques/shared/lora-settings.js";
import { updateByOptimizer } from "#stdlib/programs/strategies.js";
import { oLora } from "#stdlib/strategies/o_lora.js";

interface Run {
  readonly strength: number;
  readonly decay: number;
  readonly clip: number | null;
  readonly rate: number;
  readonly scale: number;
  readonly weight: number[][];
  readonly bias: number[];
  readonly ranks: number[];
  readonly tasks: readonly {
    readonly begin: { readonly a: number[][]; readonly b: number[][] };
    readonly steps: readonly {
      readonly x: number[][];
      readonly y: number[];
      readonly norm: number;
      readonly a: number[][];
      readonly b: number[][];
      readonly bias: number[];
    }[];
  }[];
}
const file = new URL("../../../../tests/golden/oracle/strategies-stacked.json", import.meta.url);
const runs = JSON.parse(readFileSync(file, "utf8")) as readonly Run[];
const [OUTPUTS, INPUTS] = [4, 6];
const [A, B, BIAS] = ["layer.lora_A.weight", "layer.lora_B.weight", "classifier.bias"] as const;

/** A training step where `rank` counts all ranks and `own` those of the latest data set. Inputs: x, y, rate, step. */
function trains(run: Run, rank: number, own: number): Program {
  const graph = new Graph();
  const f64 = (shape: readonly (number | string)[]) => ({ dtype: "f64" as const, shape });
  const x = graph.input("x", f64(["batch", INPUTS]));
  const y = graph.input("y", { dtype: "i32", shape: ["batch"] });
  const state = (name: string, shape: readonly number[], trains: boolean) =>
    graph.state(name, { type: f64(shape), trains, initial: { zeros: true } });
  const weight = state("weight", [OUTPUTS, INPUTS], false);
  const parameters = [state(A, [rank, INPUTS], true), state(B, [OUTPUTS, rank], true), state(BIAS, [OUTPUTS], true)];
  const [a, b, bias] = parameters as [(typeof parameters)[0], (typeof parameters)[0], (typeof parameters)[0]];
  const logits = x.linear(weight, bias).add(x.linear(a).linear(b).multiply(run.scale));
  const gradients = gradientsOfLoss(graph, logits.crossEntropy(y, { reduction: "mean" }), parameters);
  const names = [A, B, BIAS];
  const learning = parameters.map((value, i) => ({ name: names[i]!, value, gradient: gradients[i]! }));
  const call = { kind: "strategy" as const, word: "o_lora", arguments: { strength: run.strength, rank: own } };
  const optimizer = {
    call: { kind: "optimizer" as const, word: "adamw", arguments: { weight_decay: run.decay } },
    implementation: adamw,
  };
  const [rate, step] = [graph.input("rate", f64([])), graph.input("step", { dtype: "i32", shape: [] })];
  const strategies = [{ call, implementation: oLora }];
  const { norm } = updateByOptimizer({ optimizer, clip: run.clip, strategies }, graph, learning, { rate, step });
  graph.output("norm", norm);
  return graph.program();
}
const matrix = (rows: number[][]): ArrayValues => makeArrayValues([rows.length, rows[0]!.length], rows.flat());

describe("additional LoRA ranks for each data set", () => {
  for (const run of runs)
    it(`strength ${run.strength}, decay ${run.decay}, clip ${run.clip}: match every weight and step of 3 data sets`, () => {
      let [a, b]: [number[][], number[][]] = [[], Array.from({ length: OUTPUTS }, () => [])];
      let bias = run.bias;
      run.tasks.forEach(({ begin, steps }, task) => {
        const own = run.ranks[task]!;
        const [fixedA, fixedB] = [a, b];
        a = [...a, ...begin.a];
        b = b.map((row, i) => [...row, ...begin.b[i]!]);
        const program = trains(run, a.length, own);
        validateProgram(program);
        let state: Record<string, ArrayValues> = Object.fromEntries(
          Object.entries(program.state).map(([name, { type }]) => [
            name,
            makeArrayValues(type.shape as number[], undefined),
          ]),
        );
        state = {
          ...state,
          weight: matrix(run.weight),
          [A]: matrix(a),
          [B]: matrix(b),
          [BIAS]: makeArrayValues([OUTPUTS], bias),
        };
        steps.forEach((step, i) => {
          const feeds = {
            x: matrix(step.x),
            y: makeArrayValues([step.y.length], step.y),
            rate: makeArrayValues([], [run.rate]),
          };
          const done = evaluateProgram(program, { ...feeds, step: makeArrayValues([], [i + 1]) }, state);
          state = { ...state, ...done.state };
          const near = (value: number, want: number, what: string): void =>
            assert.ok(
              Math.abs(value - want) <= 1e-9 * Math.max(1, Math.abs(want)),
              `${what}: ${value}, oracle ${want}`,
            );
          near(done.outputs["norm"]!.data[0]!, step.norm, `data set ${task}, step ${i}: norm`);
          [a, b] = [rowsIn(state[A]!), rowsIn(state[B]!)];
          bias = [...state[BIAS]!.data];
          assert.deepEqual(a.slice(0, fixedA.length), fixedA, "ranks of earlier data are as they were, bit by bit");
          assert.deepEqual(
            b.map((row) => row.slice(0, fixedA.length)),
            fixedB,
          );
          a.slice(fixedA.length)
            .flat()
            .forEach((one, j) => near(one, step.a.flat()[j]!, `data set ${task}, step ${i}: A`));
          b.forEach((row, k) =>
            row.slice(fixedA.length).forEach((one, j) => near(one, step.b[k]![j]!, `data set ${task}, step ${i}: B`)),
          );
          bias.forEach((one, j) => near(one, step.bias[j]!, `data set ${task}, step ${i}: bias`));
        });
      });
    });

  it("extend LoRA, each part scaled like the first", () => {
    const lora = (given: Call["arguments"]): Call => ({ kind: "technique", word: "lora", arguments: given });
    const own = (given: Call["arguments"]): Call => ({ kind: "strategy", word: "o_lora", arguments: given });
    for (const given of [
      { rank: 8, alpha: 16 },
      { rank: 3, alpha: 10 },
      { rank: 8, alpha: 32, rank_stabilized: true },
    ]) {
      let [technique, before, sum]: [Call, Call | null, number] = [lora(given), null, given.rank];
      for (const rank of [undefined, undefined, 5, undefined]) {
        const grown = addStackedLoraPart(own({ strength: 0.5, rank: rank ?? null }), technique, before);
        assert.ok("technique" in grown);
        sum += rank ?? (before?.arguments["rank"] as number | undefined) ?? given.rank;
        [technique, before] = [grown.technique, grown.strategy];
        const { rank: all, scale } = loraSettings(technique);
        assert.equal(all, sum);
        assert.ok(Math.abs(scale / loraSettings(lora(given)).scale - 1) < 1e-14);
      }
    }
    const from = addStackedLoraPart(own({}), lora({ rank: 4, alpha: 8, from: "runs/a/adapter" }), null);
    assert.ok("technique" in from);
    assert.deepEqual(from.technique.arguments, { rank: 8, alpha: 16 });
  });

  it("reject techniques without parts, and suggest an alternative", () => {
    const own: Call = { kind: "strategy", word: "o_lora", arguments: {} };
    for (const technique of [
      { kind: "technique", word: "full", arguments: {} },
      { kind: "technique", word: "lora", arguments: { rank: 8, dora: true } },
    ]) {
      const refused = addStackedLoraPart(own, technique, null);
      assert.ok("instead" in refused);
      assert.match(refused.instead, /^train the model with `/);
    }
  });
});

function rowsIn({ shape: [rows, width], data }: ArrayValues): number[][] {
  return Array.from({ length: rows! }, (_, i) => [...data.slice(i * width!, (i + 1) * width!)]);
}

/**
 * Results of Avalanche's own code for the tiny classifier of fisher.json (tests/oracles/avalanche_ewc.py), where it has
 * the method.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LogitsForLoss } from "#stdlib/losses/loss-term.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { bert } from "#stdlib/models/bert.run.js";
import { distillationFromReplay } from "#stdlib/strategies/shared/distance.js";
import { buildConsolidationPrograms, SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import { ewc } from "#stdlib/strategies/ewc.js";
import { classifierParts } from "../programs/small-models.js";

interface Classifier {
  readonly config: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly ids: readonly (readonly number[])[];
  readonly own: readonly number[];
  readonly weights: Readonly<Record<string, { readonly values: number[] }>>;
}
interface Told {
  readonly batch: number;
  readonly importances: Readonly<Record<string, readonly number[]>>;
  readonly now: readonly (readonly number[])[];
  readonly then: readonly (readonly number[])[];
  readonly distilled: readonly {
    readonly temperature: number;
    readonly known: readonly number[];
    readonly loss: number;
    readonly slopes: readonly (readonly number[])[];
  }[];
}
const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../tests/golden/${path}`, import.meta.url), "utf8"));
const golden = read("oracle/fisher.json") as Classifier;
const told = read("avalanche.json") as Told;

function near(got: ArrayLike<number>, want: readonly number[], { what, to }: { what: string; to: number }): void {
  const most = Math.max(...want.map(Math.abs), 1e-12);
  assert.equal(got.length, want.length, what);
  want.forEach((one, i) =>
    assert.ok(
      Math.abs(got[i]! - one) <= to * most,
      `${what}[${String(i)}]: ${String(got[i])}, Avalanche ${String(one)}`,
    ),
  );
}

describe("strategies compared with Avalanche", () => {
  it("`ewc(fisher: batched)` matches the importances of EWCPlugin, in float64", async () => {
    const strategies = [{ call: { kind: "strategy" as const, word: "ewc", arguments: {} }, implementation: ewc }];
    const config = bert.config(golden.config);
    const parts = { ...(await classifierParts("bert")), config, labels: golden.labels, strategies };
    const { program } = buildConsolidationPrograms(parts, [])!.fisher!("loss", false);
    let state: Record<string, ArrayValues> = {};
    for (const [name, { type }] of Object.entries(program.state))
      state[name] = makeArrayValues(type.shape as number[], golden.weights[name]?.values);
    let batches = 0;
    for (let at = 0; at < golden.ids.length; at += told.batch, batches++) {
      const ids = golden.ids.slice(at, at + told.batch);
      const shape = [ids.length, ids[0]!.length];
      const mask = ids.flat().map((id) => Number(id !== 0));
      const feeds = {
        ...{ input_ids: makeArrayValues(shape, ids.flat()), attention_mask: makeArrayValues(shape, mask) },
        ...{ labels: makeArrayValues([ids.length], golden.own.slice(at, at + told.batch)) },
        share: makeArrayValues([], [1 / ids.length ** 2]),
      };
      state = { ...state, ...evaluateProgram(program, feeds, state).state };
    }
    const names = Object.keys(program.state).filter((name) => name.startsWith(SQUARED_GRADIENTS_PREFIX));
    assert.ok(names.length > 30);
    for (const name of names) {
      const want = told.importances[name.slice(SQUARED_GRADIENTS_PREFIX.length)];
      assert.ok(want, name);
      near(
        state[name]!.data.map((one) => one / batches),
        want,
        // Avalanche sums them in float32.
        { what: name, to: 1e-6 },
      );
    }
  });

  for (const { temperature, known, loss: wanted, slopes } of told.distilled)
    it(`\`lwf(temperature: ${String(temperature)})\` matches LearningWithoutForgetting in loss and gradients`, () => {
      const graph = new Graph();
      const [rows, labels] = [told.now.length, golden.labels];
      const input = (name: string, shape: (number | string)[]) => graph.input(name, { dtype: "f64", shape });
      const logits = input("logits", ["batch", labels]);
      const [replayed, mask] = [input("recalled", ["batch", labels]), input("known", ["batch", labels])];
      const reading = (x: Tensor): LogitsForLoss => ({ logits: x, known: () => mask, decides: "one", places: false });
      const sources = { outputs: () => reading(logits), referenceOutputs: () => reading(replayed) };
      const loss = distillationFromReplay({ ...sources, share: () => input("share", ["batch"]) }, temperature);
      graph.output("loss", loss);
      graph.output("slopes", gradientsOfLoss(graph, loss, [logits])[0]!);
      const knows = Array.from({ length: rows * labels }, (_, i) => Number(known.includes(i % labels)));
      const { outputs } = evaluateProgram(
        graph.program(),
        {
          ...{
            logits: makeArrayValues([rows, labels], told.now.flat()),
            recalled: makeArrayValues([rows, labels], told.then.flat()),
          },
          known: makeArrayValues([rows, labels], knows),
          share: makeArrayValues(
            [rows],
            Array.from({ length: rows }, () => 1 / rows),
          ),
        },
        {},
      );
      near(outputs["loss"]!.data, [wanted], { what: "loss", to: 1e-9 });
      near(outputs["slopes"]!.data, slopes.flat(), { what: "slopes", to: 1e-9 });
    });
});

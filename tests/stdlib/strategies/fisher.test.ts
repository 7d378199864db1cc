/** The Fisher information of a tiny classifier compared with PyTorch's autograd, row by row and label by label. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { bert } from "#stdlib/models/bert.run.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { FisherEstimator } from "#stdlib/programs/options.js";
import { buildConsolidationPrograms, SQUARED_GRADIENTS_PREFIX } from "#stdlib/programs/consolidation.js";
import { ewc } from "#stdlib/strategies/ewc.js";
import { fisherDirectionsOf } from "#kernel/features/update/fisher-rows.js";
import { classifierParts } from "../programs/small-models.js";

interface Golden {
  readonly config: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly ids: readonly (readonly number[])[];
  readonly own: readonly number[];
  readonly weights: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
  readonly runs: readonly {
    readonly how: "exact" | "empirical";
    readonly seen: readonly number[];
    readonly squares: Readonly<Record<string, readonly number[]>>;
  }[];
}
const file = new URL("../../../../tests/golden/oracle/fisher.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

function waysOf(how: string, seen: readonly number[]): readonly (FisherEstimator | "row by row")[] {
  if (how === "empirical") return ["loss", "row by row"];
  return ["directions", "pairs", "row by row", ...(seen.length === 2 ? (["between"] as const) : [])];
}

describe("per-row Fisher information", () => {
  for (const { how, seen, squares } of golden.runs)
    for (const estimator of waysOf(how, seen))
      it(`${how}, labels ${seen.join()}, ${estimator}: matches PyTorch, in float64`, async () => {
        const apart = estimator !== "row by row";
        const parts = {
          ...{ ...(await classifierParts("bert")), config: bert.config(golden.config), labels: golden.labels },
          strategies: [{ call: { kind: "strategy" as const, word: "ewc", arguments: {} }, implementation: ewc }],
        };
        const { program } = buildConsolidationPrograms(parts, [])!.fisher!(
          apart ? estimator : how === "empirical" ? "loss" : "directions",
          apart,
        );
        const begin: Record<string, ArrayValues> = {};
        for (const [name, { type }] of Object.entries(program.state))
          begin[name] = makeArrayValues(type.shape as number[], golden.weights[name]?.values);
        const rows = golden.ids.length;
        const ids = makeArrayValues([rows, golden.ids[0]!.length], golden.ids.flat());
        const mask = makeArrayValues(
          ids.shape,
          golden.ids.flat().map((id) => Number(id !== 0)),
        );
        const asked = { input_ids: ids, attention_mask: mask };
        const logits = evaluateProgram(assemblePrograms(parts).evaluate, asked, begin).outputs["logits"]!.data;
        let state = begin;
        const fed: { readonly row: number; readonly more: Record<string, ArrayValues> }[] = [];
        for (let row = 0; row < rows; row++)
          if (how === "empirical") fed.push({ row, more: { labels: makeArrayValues([1], [golden.own[row]!]) } });
          else {
            const own = logits.slice(row * golden.labels, (row + 1) * golden.labels);
            for (const one of fisherDirectionsOf(own, new Set(seen), how, seededRandom(1)))
              fed.push({ row, more: { directions: makeArrayValues([1, golden.labels], [...one]) } });
          }
        const length = golden.ids[0]!.length;
        const batches = apart ? [fed] : fed.map((one) => [one]);
        const between = makeArrayValues(
          [golden.labels],
          Array.from({ length: golden.labels }, (_, label) => (label === seen[0] ? 1 : label === seen[1] ? -1 : 0)),
        );
        if (estimator === "between")
          state = { ...state, ...evaluateProgram(program, { ...asked, between }, state).state };
        else if (estimator === "pairs") {
          const directions = makeArrayValues(
            [fed.length, golden.labels],
            fed.flatMap(({ more }) => [...more["directions"]!.data]),
          );
          const row_of = makeArrayValues(
            [fed.length],
            fed.map(({ row }) => row),
          );
          state = { ...state, ...evaluateProgram(program, { ...asked, directions, row_of }, state).state };
        } else
          for (const batch of batches) {
            const of = (data: Float64Array) =>
              batch.flatMap(({ row }) => [...data.slice(row * length, (row + 1) * length)]);
            const more = Object.keys(batch[0]!.more).map((name) => {
              const all = batch.map((one) => one.more[name]!);
              const shape = [batch.length, ...all[0]!.shape.slice(1)];
              return [
                name,
                makeArrayValues(
                  shape,
                  all.flatMap(({ data }) => [...data]),
                ),
              ] as const;
            });
            const feeds = {
              ...{ input_ids: makeArrayValues([batch.length, length], of(ids.data)) },
              ...{
                attention_mask: makeArrayValues([batch.length, length], of(mask.data)),
                ...Object.fromEntries(more),
              },
              ...(!apart && { share: makeArrayValues([], [1]) }),
            };
            state = { ...state, ...evaluateProgram(program, feeds, state).state };
          }
        const names = Object.keys(squares).filter((name) => !name.endsWith("position_ids"));
        assert.ok(names.length > 30);
        for (const name of names) {
          const got = state[SQUARED_GRADIENTS_PREFIX + name];
          assert.ok(got, name);
          const most = Math.max(...squares[name]!);
          squares[name]!.forEach((want, i) =>
            assert.ok(
              Math.abs(got.data[i]! - want) <= 1e-9 * Math.max(most, 1e-12),
              `${name}[${String(i)}]: ${String(got.data[i])}, PyTorch says ${String(want)}`,
            ),
          );
        }
      });
});

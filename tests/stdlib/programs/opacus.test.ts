/**
 * Per-row gradients, clipped and summed, compared with Opacus: a tiny BERT whose every weight trains, and low-rank
 * layers in it and in a tiny GPT-2.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { GRADIENT_SUM_PREFIX } from "#stdlib/programs/accumulate.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { buildPrivateTrainingPrograms } from "#stdlib/programs/private.js";
import { registry } from "#stdlib/registry.js";
import { drawsOf } from "#tests/drawn.js";
import { call, optionsFor, type Subject } from "#tests/stdlib/techniques/subjects.js";

interface Case {
  readonly name: "bert" | "gpt2";
  readonly technique: "full" | "lora";
  readonly config: Record<string, unknown>;
  readonly weights: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly clip: number;
  readonly sums: Readonly<Record<string, readonly number[]>>;
}
interface Golden {
  readonly labels: number;
  readonly rank: number;
  readonly alpha: number;
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly own: readonly number[];
  readonly cases: readonly Case[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/private-rows.json", import.meta.url), "utf8"),
) as Golden;
const ROWS = golden.ids.length;
const WIDTH = golden.ids[0]!.length;
const TARGETS = { bert: ["query", "value", "output.dense"], gpt2: ["c_attn", "mlp.c_proj"] };
async function optionsOf({ name, technique, config }: Case): Promise<AssembleOptions> {
  const word = registry.find("model", name)!;
  const subject = {
    ...{ word, json: config, task: name === "bert" ? "text_classification" : "text_generation" },
    family: await word.load!(),
  } as Subject;
  const { rank, alpha } = golden;
  const settings = technique === "lora" ? { rank, alpha, targets: TARGETS[name] } : {};
  return { ...(await optionsFor(subject, call("technique", technique, settings))), labels: golden.labels };
}

/** Returns the rows from `from` to `to`; for next tokens, also the positions that have one. */
function fed({ name }: Case, from: number, to: number): Record<string, ArrayValues> {
  const rows = golden.ids.slice(from, to);
  const mask = golden.mask.slice(from, to);
  const places = mask.flatMap((row, r) => row.flatMap((_, p) => (row[p + 1] === 1 ? [r * WIDTH + p] : [])));
  return {
    input_ids: makeArrayValues([to - from, WIDTH], rows.flat()),
    attention_mask: makeArrayValues([to - from, WIDTH], mask.flat()),
    draws: drawsOf(to - from),
    told: makeArrayValues([], [1]),
    ...(name === "bert"
      ? { labels: makeArrayValues([to - from], golden.own.slice(from, to)) }
      : {
          targets: makeArrayValues([places.length], places),
          labels: makeArrayValues(
            [places.length],
            places.map((place) => rows.flat()[place + 1]!),
          ),
        }),
  };
}
const shareOf = ({ name }: Case, row: number): number =>
  name === "bert" ? 1 : 1 / (golden.mask[row]!.reduce((a, b) => a + b, 0) - 1);

function close(got: ArrayLike<number>, want: readonly number[], title: string): void {
  assert.equal(got.length, want.length, title);
  const most = Math.max(1, ...want.map(Math.abs));
  want.forEach((one, i) =>
    assert.ok(
      Math.abs(got[i]! - one) <= 1e-5 * most,
      `${title}[${String(i)}]: ${String(got[i])}, Opacus ${String(one)}`,
    ),
  );
}

describe("clipped and summed per-row gradients, compared with Opacus", () => {
  for (const one of golden.cases)
    for (const how of ["a batch in one pass", "rows one by one"] as const)
      it(`${one.name}, ${one.technique}, ${how}`, async () => {
        const { apart, alone } = buildPrivateTrainingPrograms(await optionsOf(one), { clip: one.clip });
        const program = how === "rows one by one" ? alone : apart!;
        let state: Record<string, ArrayValues> = Object.fromEntries(
          Object.entries(program.state).map(([name, { type }]) => {
            const shape = type.shape as number[];
            if (name.startsWith(GRADIENT_SUM_PREFIX)) return [name, makeArrayValues(shape)];
            const weight = one.weights[name];
            assert.ok(weight, name);
            return [name, makeArrayValues(shape, [...weight.values])];
          }),
        );
        const norms: number[] = [];
        let loss = 0;
        const step = how === "rows one by one" ? 1 : ROWS;
        for (let row = 0; row < ROWS; row += step) {
          const shares = Array.from({ length: step }, (_, i) => shareOf(one, row + i));
          const share = makeArrayValues(how === "rows one by one" ? [] : [ROWS], shares);
          const made = evaluateProgram(program, { ...fed(one, row, row + step), share }, state);
          state = made.state;
          norms.push(...made.outputs["norms"]!.data);
          loss += made.outputs["loss"]!.data[0]!;
        }
        close(norms, one.norms, "norms");
        if (one.name === "bert") close([loss], [one.losses.reduce((a, b) => a + b, 0)], "loss");
        const summed = Object.keys(state).filter((name) => name.startsWith(GRADIENT_SUM_PREFIX));
        assert.deepEqual(
          summed.map((name) => name.slice(GRADIENT_SUM_PREFIX.length)).toSorted(),
          Object.keys(one.sums).toSorted(),
        );
        for (const [name, sum] of Object.entries(one.sums)) close(state[GRADIENT_SUM_PREFIX + name]!.data, sum, name);
      });
});

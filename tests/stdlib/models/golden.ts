/**
 * Shared by the tests of model families: PyTorch's outputs for small models, their weights, and the reference evaluator
 * run on both.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { AssembledPrograms } from "#stdlib/programs/options.js";
import { readSafetensors } from "#tests/oracles/safetensors.js";
import { drawn } from "#tests/drawn.js";

/** The folder tests/ of the source tree. */
export const root = new URL("../../../../tests/", import.meta.url);

let configs: readonly Readonly<Record<string, unknown>>[] | undefined;
/** Returns the configs of the small models whose weights are not stored, read once from the oracles' golden files. */
export function oracleConfigs(): readonly Readonly<Record<string, unknown>>[] {
  return (configs ??= readConfigs());
}
function readConfigs(): readonly Readonly<Record<string, unknown>>[] {
  const folder = new URL("golden/oracle/", root);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => [JSON.parse(readFileSync(new URL(file, folder), "utf8")) as unknown].flat())
    .flatMap((said) => {
      const { config } = said as { config?: Record<string, unknown> };
      return config && "model_type" in config ? [config] : [];
    });
}

export type Batch = Readonly<Record<string, readonly (number | readonly number[])[]>>;
export interface Trained {
  readonly optimizer: {
    readonly weight_decay: number;
    readonly epsilon: number;
    readonly betas: readonly [number, number];
  };
  readonly clip: number | null;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly rates: readonly number[];
  readonly final: Readonly<Record<string, { readonly sum: number; readonly squares: number }>>;
}

/** Runs the steps and compares each loss and norm, and the sums of the weights at the end. */
export function follow(
  programs: AssembledPrograms,
  batches: readonly Batch[],
  trained: Trained,
  checkpoint: Record<string, ArrayValues>,
): void {
  let state = initial(programs.train, checkpoint);
  batches.forEach((batch, i) => {
    const feeds = {
      ...drawn(feedsOf(batch)),
      rate: makeArrayValues([], [trained.rates[i]!]),
      step: makeArrayValues([], [i + 1]),
    };
    const after = evaluateProgram(programs.train, feeds, state);
    state = after.state;
    close(after.outputs["loss"]!.data[0]!, trained.losses[i]!, `loss of step ${i + 1}`);
    close(after.outputs["norm"]!.data[0]!, trained.norms[i]!, `norm of step ${i + 1}`);
  });
  const saved = new Map(Object.entries(programs.saved).map(([from, to]) => [to, from]));
  for (const [name, sums] of Object.entries(trained.final)) {
    // A key's bias (a third of c_attn.bias) shifts all scores of a row equally. Its gradient is zero except for
    // rounding, which Adam amplifies to full steps.
    if (/(key|k_lin|c_attn)\.bias$/.test(name)) continue;
    const value = state[saved.get(name) ?? name];
    assert.ok(value, `${name} is saved`);
    const squares = value.data.reduce((s, v) => s + v * v, 0);
    close(squares, sums.squares, `squares of ${name}`);
  }
}

export function close(got: number, want: number, what: string): void {
  assert.ok(Math.abs(got - want) <= 1e-7 + 1e-4 * Math.abs(want), `${what}: ${got}, the oracle says ${want}`);
}
export function near(got: ArrayValues, want: unknown, tolerance: number): void {
  const flat = (want as number[][]).flat(Infinity) as unknown as number[];
  assert.equal(got.data.length, flat.length);
  got.data.forEach((v, i) =>
    assert.ok(Math.abs(v - flat[i]!) <= tolerance, `element ${i}: ${v}, the oracle says ${flat[i]}`),
  );
}

export function tensorsOf(file: string): Record<string, ArrayValues> {
  const tensors = readSafetensors(new URL(`fixtures/models/${file}`, root).pathname);
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([, t]) => t.dtype === "F32")
      .map(([name, t]) => {
        const bytes = Uint8Array.from(t.bytes);
        return [name, makeArrayValues(t.shape, new Float32Array(bytes.buffer, 0, bytes.length / 4))];
      }),
  );
}
export function shapesOf(tensors: Readonly<Record<string, ArrayValues>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.shape]));
}
export function feedsOf(
  batch: Readonly<Record<string, readonly (number | readonly number[])[]>>,
): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, rows]) => {
      const inner = Array.isArray(rows[0]) ? [rows[0].length as number] : [];
      return [name, makeArrayValues([rows.length, ...inner], rows.flat())];
    }),
  );
}
export function initial(
  program: Program,
  checkpoint: Readonly<Record<string, ArrayValues>>,
): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(program.state).map(([name, s]) => {
      if ("checkpoint" in s.initial) return [name, checkpoint[s.initial.checkpoint]!];
      assert.ok(
        "zeros" in s.initial || (name === "target.scale" && "ones" in s.initial),
        `${name} comes from the checkpoint`,
      );
      const made = makeArrayValues(s.type.shape as number[]);
      return [name, checkpoint[name] ?? ("ones" in s.initial ? { ...made, data: made.data.map(() => 1) } : made)];
    }),
  );
}
export function run(
  program: Program,
  feeds: Record<string, ArrayValues>,
  checkpoint: Record<string, ArrayValues>,
): ReturnType<typeof evaluateProgram> {
  return evaluateProgram(program, feeds, initial(program, checkpoint));
}

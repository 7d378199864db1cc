/**
 * One LoRA for each data set: rows are routed to the adapter that they resemble, and later training changes no earlier
 * prediction.
 */
import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { addRoutedLoraPart } from "#stdlib/strategies/shared/routed-parts.js";
import {
  EARLIER_LABELS_STATE_NAME,
  KNOWN_LABELS_STATE_NAME,
  ROUTE_MEANS_STATE_NAME,
  routedLoraSettings,
} from "#stdlib/techniques/shared/routed-settings.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { buildExportPrograms } from "#stdlib/targets/shared/export-programs.js";
import { buildAttributionProgram } from "#stdlib/programs/why.js";
import type { AssembledPrograms, AssembleOptions } from "#stdlib/programs/options.js";
import { loraPerTask } from "#stdlib/strategies/lora_per_task.js";
import { call, optionsFor, start, subjects, type Subject } from "../techniques/subjects.js";

const LABELS = 4;
const subject = (await subjects()).find(({ word }) => word.name === "bert") as Subject;
const technique = (ranks: readonly number[]): Call =>
  call("technique", "routed_lora", { ranks, alpha: 4, targets: ["query", "value"] });

async function parts(ranks: readonly number[], more: Partial<AssembleOptions> = {}): Promise<AssembleOptions> {
  const strategy = call("strategy", "lora_per_task", { route: "nearest_mean", rank: ranks.at(-1) ?? 1 });
  return optionsFor(subject, technique(ranks), {
    ...{ labels: LABELS, strategies: [{ call: strategy, implementation: loraPerTask }] },
    ...more,
  });
}
type State = Record<string, ArrayValues>;
const [ROWS, LENGTH] = [3, 4];
/** Rows with tokens from `first` on. `odd`: one row, `row`, has tokens from another range. */
function feeds(first: number, odd: { readonly row: number; readonly first: number } | null = null): State {
  const ids = Array.from({ length: ROWS * LENGTH }, (_, i) => {
    const from = odd && Math.floor(i / LENGTH) === odd.row ? odd.first : first;
    return from + (i % LENGTH);
  });
  return {
    input_ids: makeArrayValues([ROWS, LENGTH], ids),
    attention_mask: makeArrayValues(
      [ROWS, LENGTH],
      ids.map(() => 1),
    ),
  };
}
const step = (at: number): State => ({ rate: makeArrayValues([], [0.05]), step: makeArrayValues([], [at]) });
const taught = (labels: readonly number[]): State => ({
  labels: makeArrayValues([ROWS], [...labels]),
  draws: makeArrayValues([ROWS]),
});
const said = (p: AssembledPrograms, state: State, own: State): number[] => [
  ...evaluateProgram(p.evaluate, own, state).outputs["logits"]!.data,
];
const pooled = (p: AssembledPrograms, state: State, own: State): number[] => {
  const { shape, data } = evaluateProgram(p.evaluate, own, state).outputs["pooled"]!;
  const hidden = shape[1]!;
  return Array.from({ length: hidden }, (_, at) => {
    const column = Array.from({ length: shape[0]! }, (_row, row) => data[row * hidden + at]!);
    return column.reduce((a, b) => a + b, 0) / column.length;
  });
};
const [EARLY, LATE] = [feeds(2), feeds(12)];

async function learnt(): Promise<{ p: AssembledPrograms; before: State; after: State }> {
  const p = assemblePrograms(await parts([2, 1]));
  let before: State = start({ ...p.train.state, ...p.evaluate.state });
  const hidden = before[ROUTE_MEANS_STATE_NAME]!.shape[2]!;
  before = {
    ...before,
    [KNOWN_LABELS_STATE_NAME]: makeArrayValues([2], [2, 4]),
    [EARLIER_LABELS_STATE_NAME]: makeArrayValues([1], [2]),
  };
  const means = [...pooled(p, before, EARLY), ...pooled(p, before, LATE)];
  before = { ...before, [ROUTE_MEANS_STATE_NAME]: makeArrayValues([2, 1, hidden], means) };
  let after = before;
  for (const at of [1, 2, 3])
    after = { ...after, ...evaluateProgram(p.train, { ...LATE, ...taught([2, 3, 2]), ...step(at) }, after).state };
  return { p, before, after };
}

describe("routed LoRA for each data set", () => {
  it("routes each row to the adapter with the nearest mean, and predicts labels known to it", async () => {
    const { p, before } = await learnt();
    for (const program of [p.train, p.evaluate, p.loss]) validateProgram(program);
    const early = said(p, before, EARLY);
    const late = said(p, before, LATE);
    early.forEach((one, i) => assert.equal(one === -100, i % LABELS >= 2, `early ${String(i)}`));
    assert.ok(late.every((one) => one !== -100));
    // The rows of one batch are routed independently.
    const mixed = said(p, before, feeds(12, { row: 1, first: 2 }));
    const among = [...late.slice(0, LABELS), ...early.slice(0, LABELS), ...late.slice(0, LABELS)];
    mixed.forEach((one, i) => assert.ok(Math.abs(one - among[i]!) < 1e-9, `mixed ${String(i)}`));
    // Compares one adapter alone with plain LoRA.
    const lora = await optionsFor(
      subject,
      call("technique", "lora", { rank: 1, alpha: 2, targets: ["query", "value"] }),
      {
        labels: LABELS,
      },
    );
    const plain = assemblePrograms(lora);
    const own = Object.fromEntries(
      Object.entries(plain.evaluate.state).map(([name, { type }]) => {
        const has = before[name]!;
        const shape = type.shape as readonly number[];
        if (name.endsWith("lora_A.weight")) return [name, makeArrayValues(shape, [...has.data.slice(-shape[1]!)])];
        if (name.endsWith("lora_B.weight"))
          return [name, makeArrayValues(shape, [...has.data.filter((_, i) => i % 3 === 2)])];
        return [name, has];
      }),
    );
    said(plain, own, LATE).forEach((one, i) => assert.ok(Math.abs(one - late[i]!) < 1e-5, `late ${String(i)}`));
  });

  it("trains only the latest adapter and rows of new labels: earlier predictions stay bit-identical", async () => {
    const { p, before, after } = await learnt();
    assert.deepEqual(said(p, after, EARLY), said(p, before, EARLY));
    assert.notDeepEqual(said(p, after, LATE), said(p, before, LATE));
    let moved = 0;
    for (const name of p.trainable) {
      const { shape, data } = after[name]!;
      const had = before[name]!.data;
      const width = shape.length > 1 ? shape[1]! : 1;
      data.forEach((one, i) => {
        const [row, column] = [Math.floor(i / width), i % width];
        const own = /lora_A/.test(name) ? row >= 2 : /lora_B/.test(name) ? column >= 2 : row >= 2;
        if (!own) assert.equal(one, had[i], `${name} ${String(i)}`);
        else if (one !== had[i]) moved++;
      });
    }
    assert.ok(moved > 20, String(moved));
    for (const name of [ROUTE_MEANS_STATE_NAME, KNOWN_LABELS_STATE_NAME]) {
      assert.ok(p.carried.includes(name) && p.resumable.includes(name) && name in p.saved, name);
      assert.deepEqual(after[name], before[name]);
    }
  });

  it("is the same with accumulated batches, in exported programs and in attributions", async () => {
    const { p, before } = await learnt();
    const o = await parts([2, 1], { accumulate: true });
    const { accumulate, apply } = assemblePrograms(o);
    let state: State = { ...before };
    for (const program of [accumulate, apply])
      for (const [name, { type }] of Object.entries(program!.state))
        state[name] ??= makeArrayValues(type.shape as readonly number[]);
    const rows = { ...LATE, ...taught([2, 3, 2]) };
    state = {
      ...state,
      ...evaluateProgram(accumulate!, { ...rows, share: makeArrayValues([], [1 / ROWS]) }, state).state,
    };
    state = { ...state, ...evaluateProgram(apply!, step(1), state).state };
    const whole = evaluateProgram(p.train, { ...rows, ...step(1) }, before).state;
    for (const name of p.trainable)
      state[name]!.data.forEach((one, i) => assert.ok(Math.abs(one - whole[name]!.data[i]!) < 1e-6, name));
    const { forward } = buildExportPrograms(
      { ...o, passes: PLAIN_PASS_SETTINGS } as Parameters<typeof buildExportPrograms>[0],
      false,
    );
    assert.deepEqual([...evaluateProgram(forward!, EARLY, before).outputs["logits"]!.data], said(p, before, EARLY));
    const why = evaluateProgram(
      buildAttributionProgram(o),
      { ...LATE, chosen: makeArrayValues([ROWS], [2, 7, 10]) },
      before,
    ).outputs["why"]!;
    assert.ok(why.data.every(Number.isFinite) && why.data.some((one) => one !== 0));
  });

  it("adds an adapter to LoRA, each scaled like the first", () => {
    const strategy = (given: Call["arguments"]): Call => call("strategy", "lora_per_task", given);
    const lora = call("technique", "lora", { rank: 4, alpha: 8, targets: ["query"], from: "runs/a/adapter" });
    const one = addRoutedLoraPart(strategy({ rank: null }), lora);
    assert.ok("technique" in one);
    const two = addRoutedLoraPart(strategy({ rank: 2 }), one.technique);
    assert.ok("technique" in two);
    const settings = routedLoraSettings(two.technique);
    assert.deepEqual(settings.ranks, [4, 4, 2]);
    assert.equal(settings.scale, 2);
    assert.equal(two.technique.arguments["from"], undefined);
    for (const given of [{ rank: 8, dora: true }, null]) {
      const refused = addRoutedLoraPart(
        strategy({}),
        given ? call("technique", "lora", given) : call("technique", "full"),
      );
      assert.ok("instead" in refused && /^train the model with/.test(refused.instead));
    }
  });
});

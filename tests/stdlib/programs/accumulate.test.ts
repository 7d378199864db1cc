import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { classifier, continued, decoder, labelled, scalars, type Feeds } from "./small-models.js";

/** Returns a value for every state: zeros for moments and sums, distinct small numbers for the others. */
function begin(programs: readonly Program[]): Record<string, ArrayValues> {
  const states = Object.assign({}, ...programs.map((p) => p.state)) as Program["state"];
  return Object.fromEntries(
    Object.entries(states).map(([name, { type, trains }], k) => {
      const y = makeArrayValues(type.shape as number[]);
      if (trains)
        y.data.forEach((_, i) => (y.data[i] = 0.3 * Math.sin(1.3 * i + k) + (/norm|ln_/i.test(name) ? 1 : 0)));
      return [name, y];
    }),
  );
}
const decoded = (feeds: Feeds): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(feeds).map(([name, a]) => [name, fromNDArray(a)]));

describe("gradient accumulation, in float64", () => {
  for (const [kind, build, batch] of [
    ["a classifier", classifier, labelled],
    ["a decoder", decoder, continued],
  ] as const)
    for (const clip of [null, 0.05])
      for (const parts of [[2, 4, 6, 8], [1, 8], [8]] as const)
        it(`${kind}, clip ${clip}: one batch of 8 = parts up to rows ${parts.join(", ")}, for two updates`, () => {
          const { train, accumulate, apply, trainable } = build(clip, { dropout: clip === null ? 0.3 : 0 });
          for (const p of [train, accumulate!, apply!]) validateProgram(p);
          let whole = begin([train, accumulate!, apply!]);
          let summed = whole;
          for (const step of [1, 2]) {
            const all = batch(0, 8);
            const once = evaluateProgram(train, decoded({ ...all.feeds, ...scalars({ rate: 0.01, step }) }), whole);
            const share = 1 / all.counts;
            let loss = 0;
            parts.forEach((to, i) => {
              const part = batch(parts[i - 1] ?? 0, to);
              const feeds = { ...decoded(part.feeds), share: makeArrayValues([], [share]) };
              const done = evaluateProgram(accumulate!, feeds, summed);
              loss += done.outputs["loss"]!.data[0]!;
              summed = done.state;
            });
            const end = evaluateProgram(apply!, decoded(scalars({ rate: 0.01, step })), summed);
            [whole, summed] = [once.state, end.state];
            same(loss, once.outputs["loss"]!.data[0]!, "loss");
            same(end.outputs["norm"]!.data[0]!, once.outputs["norm"]!.data[0]!, "norm");
            assert.ok(trainable.length > 10);
            for (const name of Object.keys(train.state))
              whole[name]!.data.forEach((v, i) => same(summed[name]!.data[i]!, v, `${name}[${i}]`));
            for (const name of trainable)
              assert.ok(
                summed[`gradient/${name}`]!.data.every((v) => v === 0),
                name,
              );
          }
        });
});

function same(got: number, want: number, what: string): void {
  assert.ok(Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${what}: ${got}, in one batch ${want}`);
}

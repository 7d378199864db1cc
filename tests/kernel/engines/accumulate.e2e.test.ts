import assert from "node:assert/strict";
import { fromNDArray } from "#dsl/tensor/values.js";
import { sgd } from "#stdlib/optimizers/sgd.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { classifier, continued, decoder, labelled, scalars } from "#tests/stdlib/programs/small-models.js";
import { ENGINES, engineNamed } from "./engines.js";

/** SGD steps are as exact as the gradients; Adam would amplify the rounding error of gradients that are zero. */
const optimizer = { call: { kind: "optimizer", word: "sgd", arguments: {} }, implementation: sgd };

describe("gradient accumulation on every engine", () => {
  for (const name of ENGINES)
    for (const [kind, build, batch] of [
      ["classifier", classifier, labelled],
      ["decoder", decoder, continued],
    ] as const)
      it(`${name}: batch 8 = 4 × accumulate 2 for a ${kind}, clipped`, async function () {
        this.timeout(60_000);
        const { train, accumulate, apply, trainable } = build(0.05, { optimizer });
        const engine = await engineNamed(name);
        const session = await engine.open({ train, accumulate: accumulate!, apply: apply! }, []);
        try {
          const number = async (run: ReturnType<EngineSession["run"]>, output: string): Promise<number> =>
            fromNDArray((await run)[output]!).data[0]!;
          const weights = async (): Promise<Map<string, Float64Array>> => {
            const all = new Map<string, Float64Array>();
            for (const state of trainable) all.set(state, fromNDArray(await session.read(state)).data);
            return all;
          };
          const losses: number[] = [];
          for (const step of [1, 2, 3])
            losses.push(
              await number(
                session.run("train", { ...batch(0, 8).feeds, ...scalars({ rate: 0.01, step }) }, ["loss"]),
                "loss",
              ),
            );
          const whole = await weights();
          await session.reset();
          for (const step of [1, 2, 3]) {
            const share = 1 / batch(0, 8).counts;
            let loss = 0;
            for (const from of [0, 2, 4, 6]) {
              const feeds = { ...batch(from, from + 2).feeds, ...scalars({ share }) };
              loss += await number(session.run("accumulate", feeds), "loss");
            }
            await session.run("apply", scalars({ rate: 0.01, step }));
            near(loss, losses[step - 1]!, 1e-6, `loss of step ${String(step)}`);
          }
          for (const [state, values] of await weights()) {
            values.forEach((v, i) => near(v, whole.get(state)![i]!, 1e-6, `${state}[${String(i)}]`));
          }
          for (const state of trainable)
            assert.ok(fromNDArray(await session.read(`gradient/${state}`)).data.every((v) => v === 0));
        } finally {
          await session.dispose();
        }
      });
});

function near(got: number, want: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)), `${what}: ${got}, in one batch ${want}`);
}

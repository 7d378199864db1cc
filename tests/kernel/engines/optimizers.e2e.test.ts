import assert from "node:assert/strict";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import { registry } from "#stdlib/registry.js";
import { feedsOf, runs, SHAPES, stepProgram, titleOf } from "#tests/stdlib/optimizers/golden.js";
import { ENGINES, engineNamed } from "./engines.js";

describe("optimizers on every engine", () => {
  for (const name of ENGINES)
    it(`match the reference steps on ${name}`, async function () {
      this.timeout(120_000);
      const engine = await engineNamed(name);
      for (const run of runs) {
        const optimizer = (await registry.find("optimizer", run.word)!.load!()) as OptimizerImplementation;
        const session = await engine.open({ train: stepProgram(run, optimizer, "f32") }, []);
        for (const [state, shape] of Object.entries(SHAPES))
          await session.write(state, toNDArray("f32", makeArrayValues(shape, run.begin[state])));
        for (const i of run.steps.keys()) {
          const feeds = Object.entries(feedsOf(run, i)).map(([k, v]) => [
            k,
            toNDArray(k === "step" ? "i32" : "f32", v),
          ]);
          await session.run("train", Object.fromEntries(feeds) as Parameters<typeof session.run>[1]);
        }
        for (const [k, state] of Object.keys(SHAPES).entries())
          fromNDArray(await session.read(state)).data.forEach((v, j) => {
            const want = run.steps.at(-1)!.values[k]![j]!;
            assert.ok(
              Math.abs(v - want) <= 2e-6 * Math.max(1, Math.abs(want)),
              `${titleOf(run)}, ${state}[${j}]: ${v}, the oracle says ${want}`,
            );
          });
        await session.dispose();
      }
    });
});

import assert from "node:assert/strict";
import { fromNDArray, toNDArray } from "#dsl/tensor/values.js";
import { feedsOf, lossCases, lossProgram, titleOf } from "#tests/dsl/tensor/loss-programs.js";
import { ENGINES, engineNamed } from "./engines.js";

describe("losses on every engine", () => {
  for (const name of ENGINES)
    it(`${name} matches PyTorch's values and gradients`, async function () {
      this.timeout(60_000);
      const engine = await engineNamed(name);
      const session = await engine.open(
        Object.fromEntries(lossCases.map((c, i) => [`p${i}`, lossProgram(c, "f32")])),
        [],
      );
      for (const [i, c] of lossCases.entries()) {
        const feeds = Object.fromEntries(
          Object.entries(feedsOf(c)).map(([k, v]) => [k, toNDArray(c.inputs[k]!.whole ? "i32" : "f32", v)]),
        );
        const got = await session.run(`p${i}`, feeds);
        for (const [output, want] of Object.entries({ loss: [c.value], ...c.gradients })) {
          const scale = Math.max(1, ...want.map(Math.abs));
          fromNDArray(got[output]!).data.forEach((v, k) =>
            assert.ok(
              Math.abs(v - want[k]!) <= 2e-6 * scale,
              `${titleOf(c)}, ${output}[${k}]: ${v}, PyTorch ${want[k]}`,
            ),
          );
        }
      }
      await session.dispose();
    });
});

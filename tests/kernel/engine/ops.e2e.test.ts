import assert from "node:assert/strict";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { Graph } from "#dsl/graph/builder.js";
import { evaluate } from "#dsl/graph/evaluate.js";
import type { NDArray, Program } from "#dsl/graph/program.js";
import { ops } from "#dsl/graph/table.js";
import { fromNDArray, type Values } from "#dsl/graph/values.js";
import type { Engine } from "#kernel/engine/engine.js";
import { DEVICES, engineNamed } from "./engines.js";
import { examples, type Example } from "./op-examples.js";

/** What each example comes to in float64: computed once, for all engines. */
const known: Readonly<Record<string, Values>>[] = [];
const reference = (i: number, program: Program, feeds: Record<string, NDArray>): Readonly<Record<string, Values>> =>
  (known[i] ??= evaluate(program, mapValues(feeds, fromNDArray), {}).outputs);

describe("every op on every engine", () => {
  it("has an example", () => {
    const shown = new Set(examples.map((e) => e.op));
    assert.deepEqual(
      ops.map((op) => op.name).filter((name) => !shown.has(name)),
      [],
    );
  });

  for (const [name, device] of DEVICES)
    it(`computes on ${name} (${device}) what the float64 reference says`, async function () {
      this.timeout(120_000);
      const engine = await engineNamed(name, device).catch((e: unknown) => e);
      if (engine instanceof CodedError && device === "webgpu") {
        // No card and no software driver here: then it says so.
        assert.equal(engine.code, "engine-unavailable");
        assert.match(
          engine.message,
          /Dawn found no WebGPU adapter|Failed to get a WebGPU adapter|the package \S+ isn't installed/,
        );
        return;
      }
      assertEngine(engine);
      const programs = Object.fromEntries(examples.map((e, i) => [titleOf(e, i), programOf(e)]));
      const session = await engine.open(programs, []);
      const wrong: string[] = [];
      for (const [i, e] of examples.entries()) {
        const title = titleOf(e, i);
        const feeds = Object.fromEntries(e.inputs.map(({ value }, k) => [`x${String(k)}`, value]));
        const got = await session.run(title, feeds);
        for (const [output, expected] of Object.entries(reference(i, programs[title]!, feeds))) {
          const value = fromNDArray(got[output]!);
          assert.deepEqual(value.shape, expected.shape, `${title} ${output}`);
          const scale = expected.data.reduce((m, x) => Math.max(m, Math.abs(x)), 1);
          value.data.forEach((x, k) => {
            if (!(Math.abs(x - expected.data[k]!) <= 2e-6 * scale))
              wrong.push(`${title} ${output}[${String(k)}]: ${String(x)}, expected ${String(expected.data[k])}`);
          });
        }
      }
      await session.dispose();
      assert.deepEqual(wrong, []);
    });
});

function assertEngine(x: unknown): asserts x is Engine {
  if (x instanceof Error) throw x;
}
const titleOf = (e: Example, i: number): string => `${e.op}_${String(i)}`;

function programOf(e: Example): Program {
  const graph = new Graph();
  const inputs = e.inputs.map(({ type }, k) => graph.input(`x${String(k)}`, type));
  graph.applyNamed(e.op, inputs, e.attributes).forEach((y, k) => graph.output(`y${String(k)}`, y));
  return graph.program();
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, a]) => [key, f(a)]));
}

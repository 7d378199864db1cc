import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray, Program } from "#dsl/tensor/program.js";
import { decomposeUnsupportedOps } from "#dsl/tensor/passes/lowering.js";
import { ops, opTable } from "#dsl/tensor/table.js";
import { fromNDArray, type ArrayValues } from "#dsl/tensor/values.js";
import type { Engine } from "#kernel/engines/engine.js";
import { DEVICES, engineNamed } from "./engines.js";
import { hard_swish } from "#tests/dsl/tensor/passes/hard-swish.js";
import { examples as shown, floats, type Example } from "./op-examples.js";

/** Includes an op that no engine knows: it runs as its decomposition. */
const examples: readonly Example[] = [
  ...shown,
  { op: hard_swish.name, inputs: [floats(["batch", 3])], attributes: {} },
];
const none = (): boolean => false;

/**
 * Number of examples an engine opens together. TensorFlow's preparation for each grows with everything that is open.
 */
const TOGETHER = 24;

/** Reference results of each example in float64, computed once for all engines. */
const known: Readonly<Record<string, ArrayValues>>[] = [];
const reference = (
  i: number,
  program: Program,
  feeds: Record<string, NDArray>,
): Readonly<Record<string, ArrayValues>> =>
  (known[i] ??= evaluateProgram(program, mapValues(feeds, fromNDArray), {}).outputs);

describe("ops on every engine", () => {
  before(() => Object.assign(opTable, { hard_swish }));
  after(() => Reflect.deleteProperty(opTable, hard_swish.name));

  it("have an example each", () => {
    const covered = new Set(examples.map((e) => e.op));
    assert.deepEqual(
      ops.map((op) => op.name).filter((name) => !covered.has(name)),
      [],
      "each of these ops needs an example in tests/kernel/engines/op-examples.ts",
    );
  });

  for (const [name, device] of DEVICES)
    it(`match the float64 reference on ${name} (${device})`, async function () {
      this.timeout(120_000);
      const engine = await engineNamed(name, device).catch((e: unknown) => e);
      if (engine instanceof CodedError && device === "webgpu") {
        // Without a GPU and a software driver, the engine must report that it is unavailable.
        assert.equal(engine.code, "engine-unavailable");
        assert.match(
          engine.message,
          /Dawn found no WebGPU adapter|Failed to get a WebGPU adapter|the package \S+ is(?:n't| not) installed/,
        );
        return;
      }
      assertEngine(engine);
      const wrong: string[] = [];
      for (let from = 0; from < examples.length; from += TOGETHER)
        wrong.push(...(await offsOn(engine, [...examples.entries()].slice(from, from + TOGETHER))));
      assert.deepEqual(wrong, []);
    });
});

async function offsOn(engine: Engine, some: readonly (readonly [number, Example])[]): Promise<readonly string[]> {
  const programs = Object.fromEntries(some.map(([i, e]) => [titleOf(e, i), programOf(e)]));
  const parts = Object.fromEntries(
    Object.entries(programs).flatMap(([title, program]) => {
      const simpler = decomposeUnsupportedOps(program, none);
      return simpler === program ? [] : [[`${title}_made`, simpler] as const];
    }),
  );
  const whole = Object.entries(programs).filter(([title]) => !title.startsWith(hard_swish.name));
  const sent = { ...Object.fromEntries(whole), ...parts };
  const session = await engine.open(sent, []);
  const wrong: string[] = [];
  for (const [i, e] of some) {
    const title = titleOf(e, i);
    const feeds = Object.fromEntries(e.inputs.map(({ value }, k) => [`x${String(k)}`, value]));
    const outputs = reference(i, programs[title]!, feeds);
    for (const run of [title, `${title}_made`].filter((p) => p in sent))
      wrong.push(...offsOf(run, await session.run(run, feeds), outputs));
  }
  await session.dispose();
  return wrong;
}

/** Returns a message for each output that differs from the expected values. */
function offsOf(
  title: string,
  got: Readonly<Record<string, NDArray>>,
  outputs: Readonly<Record<string, ArrayValues>>,
): readonly string[] {
  return Object.entries(outputs).flatMap(([output, expected]) => {
    const value = fromNDArray(got[output]!);
    assert.deepEqual(value.shape, expected.shape, `${title} ${output}`);
    const scale = expected.data.reduce((m, x) => Math.max(m, Math.abs(x)), 1);
    return [...value.data].flatMap((x, k) =>
      Math.abs(x - expected.data[k]!) <= 2e-6 * scale
        ? []
        : [`${title} ${output}[${String(k)}]: ${String(x)}, expected ${String(expected.data[k])}`],
    );
  });
}

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

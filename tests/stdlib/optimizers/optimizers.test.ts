import assert from "node:assert/strict";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import { word as sgd } from "#stdlib/optimizers/sgd.js";
import { registry } from "#stdlib/registry.js";
import { feedsOf, runs, SHAPES, stepProgram, titleOf } from "./golden.js";

const words = registry.ofKind("optimizer").filter((w) => !w.planned);
/** transformers computes Adafactor in f32 whatever the parameter's type. */
const tolerance = (word: string): number => (word === "adafactor" ? 2e-6 : 1e-12);

describe("optimizers", () => {
  it("all have an oracle, with and without clipping", () => {
    for (const { name } of words)
      for (const clipped of [true, false])
        assert.ok(
          runs.some((r) => r.word === name && (r.clip !== null) === clipped),
          `no oracle has a run of ${name} ${clipped ? "with" : "without"} clipping: add it to the optimizers of tests/oracles/objectives.py, then \`npm run oracles -- --bless\` writes tests/golden/oracle/optimizers.json`,
        );
  });
  it("take a changed default from their records if no argument is written", async () => {
    const momentum = mustExist(
      sgd.parameters.find(({ name }) => name === "momentum")?.default,
      "the default of momentum",
    );
    const optimizer = await implementationOf(registry, "optimizer", "sgd");
    const run = mustExist(
      runs.find(({ word }) => word === "sgd"),
      "a run of sgd",
    );
    const keepsVelocity = (): boolean =>
      Object.keys(stepProgram({ ...run, settings: {} }, optimizer, "f64").state).some((name) =>
        name.startsWith("sgd.velocity/"),
      );
    assert.ok(keepsVelocity());
    Object.assign(momentum, { value: 0 });
    try {
      assert.ok(!keepsVelocity());
    } finally {
      Object.assign(momentum, { value: 0.9 });
    }
  });
  for (const run of runs)
    it(`${titleOf(run)}: match every weight after every step, in float64`, async () => {
      const optimizer = (await words.find((w) => w.name === run.word)!.load!()) as OptimizerImplementation;
      const program = stepProgram(run, optimizer, "f64");
      validateProgram(program);
      let state: Record<string, ArrayValues> = Object.fromEntries(
        Object.entries(program.state).map(([name, s]) => [
          name,
          makeArrayValues(s.type.shape as number[], run.begin[name]),
        ]),
      );
      for (const name of Object.keys(state))
        assert.ok(name in SHAPES || optimizer.states.some((prefix) => name.startsWith(prefix)), `${name} is declared`);
      run.steps.forEach((step, i) => {
        state = { ...evaluateProgram(program, feedsOf(run, i), state).state };
        Object.keys(SHAPES).forEach((name, k) =>
          state[name]!.data.forEach((v, j) => {
            const want = step.values[k]![j]!;
            assert.ok(
              Math.abs(v - want) <= tolerance(run.word) * Math.max(1, Math.abs(want)),
              `step ${i + 1}, ${name}[${j}]: ${v}, the oracle says ${want}`,
            );
          }),
        );
      });
    });
  it("have the defaults named in their records", async () => {
    // A call without arguments must use the defaults that the record states.
    for (const word of words) {
      const optimizer = (await word.load!()) as OptimizerImplementation;
      const said = Object.fromEntries(
        word.parameters.flatMap((p) => (p.default && "value" in p.default ? [[p.name, p.default.value]] : [])),
      ) as Record<string, number | boolean>;
      const run = { ...runs[0]!, word: word.name, clip: null };
      const [bare, full] = [{}, said].map((settings) => stepProgram({ ...run, settings }, optimizer, "f32"));
      assert.deepEqual(bare, full, word.name);
    }
  });
});

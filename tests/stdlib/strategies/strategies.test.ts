import assert from "node:assert/strict";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { programsOf, runs, SHAPES, squaresOf, titleOf, zeroState } from "./golden.js";

const words = registry.ofKind("strategy").filter((word) => !word.planned);
/**
 * Strategies that change programs; the others choose rows. Strategies on parts of LoRA are tested in stacked.test.ts.
 */
const penalties = async (): Promise<readonly string[]> => {
  const found = await Promise.all(
    words.map(async ({ name }) => {
      const { terms, frozenPart } = await implementationOf(registry, "strategy", name);
      const added = frozenPart ? undefined : terms?.({ kind: "strategy", word: name, arguments: {} });
      return added?.some(({ needs }) => needs === "parameters") ? [name] : [];
    }),
  );
  return found.flat();
};

describe("continual learning strategies", () => {
  it("have an oracle for each penalty, with and without clipping", async () => {
    for (const name of await penalties())
      for (const clipped of [true, false])
        assert.ok(
          runs.some((run) => run.word === name && (run.clip !== null) === clipped),
          `no oracle has a run of ${name} ${clipped ? "with" : "without"} clipping: add its penalty to tests/oracles/strategies.py, then \`npm run oracles -- --bless\` writes tests/golden/oracle/strategies.json`,
        );
  });
  for (const run of runs)
    it(`${titleOf(run)}: match every weight after every step of three data sets, in float64`, async () => {
      const strategy = await implementationOf(registry, "strategy", run.word);
      const { update, consolidate } = programsOf(run, strategy);
      validateProgram(update);
      validateProgram(consolidate);
      let state: Record<string, ArrayValues> = zeroState(update, consolidate);
      for (const name of Object.keys(state)) {
        const declared = [...strategy.states, "squares/"].some((prefix) => name.startsWith(prefix));
        assert.ok(name in SHAPES || declared, `${name} is declared`);
      }
      for (const [name, begin] of Object.entries(run.begin)) state[name] = makeArrayValues(SHAPES[name]!, begin);
      run.tasks.forEach(({ fisher, steps }, task) => {
        state = { ...state, ...(strategy.fisher && squaresOf(run, fisher)) };
        const taken = { rows: makeArrayValues([], [run.rows]), first: makeArrayValues([], [task === 0 ? 1 : 0]) };
        state = { ...state, ...evaluateProgram(consolidate, taken, state).state };
        steps.forEach((step, i) => {
          const feeds: Record<string, ArrayValues> = {
            rate: makeArrayValues([], [run.rate]),
            step: makeArrayValues([], [i + 1]),
          };
          Object.entries(SHAPES).forEach(([name, shape], k) => {
            feeds[`d.${name}`] = makeArrayValues(shape, step.gradients[k]!);
          });
          const done = evaluateProgram(update, feeds, state);
          state = { ...state, ...done.state };
          const norm = done.outputs["norm"]!.data[0]!;
          assert.ok(
            Math.abs(norm - step.norm) <= 1e-9 * step.norm,
            `task ${task}, step ${i}: norm ${norm}, ${step.norm}`,
          );
          Object.keys(SHAPES).forEach((name, k) =>
            state[name]!.data.forEach((value, j) => {
              const want = step.values[k]![j]!;
              assert.ok(
                Math.abs(value - want) <= 1e-9 * Math.max(1, Math.abs(want)),
                `task ${task}, step ${i}, ${name}[${j}]: ${value}, the oracle says ${want}`,
              );
            }),
          );
        });
      });
    });
});

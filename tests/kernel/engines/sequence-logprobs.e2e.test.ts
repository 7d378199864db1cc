import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import { sequenceLogprobs } from "#stdlib/losses/sequence-logprobs.js";
import { uniform } from "#tests/oracles/numbers.js";
import { ENGINES, engineNamed } from "./engines.js";

const [BATCH, LENGTH, HIDDEN, VOCABULARY] = [3, 4, 2, 5];
const FEEDS = {
  states: makeArrayValues([BATCH, LENGTH, HIDDEN], uniform("states", [BATCH, LENGTH, HIDDEN], 1)),
  logits: makeArrayValues([6, VOCABULARY], uniform("logits", [6, VOCABULARY], 3)),
  // Rows 0, 2 and 2 again; row 1 has none. One label is ignored.
  targets: makeArrayValues([6], [0, 2, 3, 8, 9, 11]),
  labels: makeArrayValues([6], [4, 0, -100, 1, 2, 3]),
};

/** Outputs `sums` [batch] and the gradient of the sum of their squares with respect to the logits. */
function program() {
  const graph = new Graph();
  const states = graph.input("states", { dtype: "f32", shape: ["batch", "length", HIDDEN] });
  const logits = graph.input("logits", { dtype: "f32", shape: ["targets", VOCABULARY] });
  const targets = graph.input("targets", { dtype: "i32", shape: ["targets"] });
  const labels = graph.input("labels", { dtype: "i32", shape: ["targets"] });
  const sums = sequenceLogprobs(states, logits, { labels, targets });
  graph.output("sums", sums);
  graph.output("slopes", gradientsOfLoss(graph, sums.square().sum(), [logits])[0]!);
  return graph.program();
}

describe("sequence log-probabilities on every engine", () => {
  for (const name of ENGINES)
    it(`match the reference's values and gradients on ${name}`, async function () {
      this.timeout(60_000);
      const wanted = evaluateProgram(program(), FEEDS, {}).outputs;
      assert.equal(wanted["sums"]!.data[1], 0);
      const session = await (await engineNamed(name)).open({ p: program() }, []);
      const whole = ["targets", "labels"];
      const feeds = Object.entries(FEEDS).map(([input, x]) => [
        input,
        toNDArray(whole.includes(input) ? "i32" : "f32", x),
      ]);
      const found = await session.run("p", Object.fromEntries(feeds));
      for (const [output, { data }] of Object.entries(wanted))
        fromNDArray(found[output]!).data.forEach((x, i) =>
          assert.ok(Math.abs(x - data[i]!) <= 1e-5, `${output}[${i}]: ${x}, the reference says ${data[i]}`),
        );
      await session.dispose();
    });
});

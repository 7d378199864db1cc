/**
 * Distillation losses: PyTorch's losses and gradients of DistilBERT, TinyBERT and MiniLMv2, computed by the words' own
 * programs in float64.
 */
import assert from "node:assert/strict";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { BlockStates } from "#stdlib/losses/loss-term.js";
import { relationHeadCount } from "#stdlib/lessons/attention.run.js";
import { registry } from "#stdlib/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { call, lossOf, PAIRS, type Lost, type Pair } from "./golden.js";

const LESSONS: Readonly<Record<string, (pair: Pair) => Call>> = {
  logits: ({ temperature }) => call("lesson", "logits", { temperature }),
  squares: () => call("lesson", "hidden"),
  cosine_last: () => call("lesson", "hidden", { by: "cosine", blocks: "last" }),
  scores: () => call("lesson", "attention", { of: "scores" }),
  relations: () => call("lesson", "attention", { of: "relations" }),
};
const close = (got: number, want: number, what: string): void =>
  assert.ok(
    Math.abs(got - want) <= 1e-7 + 2e-5 * Math.abs(want),
    `${what}: ${String(got)}, the oracle says ${String(want)}`,
  );

describe("distillation losses", () => {
  it("all have PyTorch oracles if they read a teacher", () => {
    const held = new Set(PAIRS.flatMap((pair) => Object.values(LESSONS).map((lesson) => lesson(pair).word)));
    const words = registry.ofKind("lesson").filter(({ capabilities }) => capabilities?.needs !== "task_loss");
    assert.deepEqual(
      words.map(({ name }) => name).sort(),
      [...held].sort(),
      "each distillation loss that reads a teacher has a call in LESSONS here, and its loss and gradients from tests/oracles/distillation.py (`npm run oracles -- --bless`)",
    );
  });

  for (const pair of PAIRS)
    for (const [name, lesson] of Object.entries(LESSONS)) {
      const want = (pair as unknown as Record<string, Lost | undefined>)[name];
      if (!want) continue;
      it(`${pair.name}, ${name}: match the loss and every gradient of PyTorch`, async () => {
        const { program, feeds, state } = await lossOf(pair, lesson(pair));
        const { outputs } = evaluateProgram(program, feeds, state);
        close(outputs["learnt"]!.data[0]!, want.loss, "loss");
        for (const [parameter, squares] of Object.entries(want.gradients)) {
          const d = outputs[`d.${parameter}`];
          const own = d ? d.data.reduce((sum, x) => sum + x * x, 0) : 0;
          close(own, squares, `squares of the gradient of ${parameter}`);
        }
      });
    }

  it("are multiplied by their weights, and match finite-difference gradients", async () => {
    const pair = PAIRS.find(({ name }) => name === "bert-narrow")!;
    const lesson = call("lesson", "hidden", { weight: 3 });
    const { program, feeds, state } = await lossOf(pair, lesson);
    const at = (moved: typeof state): number => evaluateProgram(program, feeds, moved).outputs["learnt"]!.data[0]!;
    close(at(state), 3 * pair.squares.loss, "loss");
    const { outputs } = evaluateProgram(program, feeds, state);
    for (const name of ["distill/hidden", "bert.encoder.layer.0.attention.self.query.weight"]) {
      const value = state[name]!;
      const moved = (by: number) => ({
        ...state,
        [name]: { ...value, data: value.data.map((x, i) => (i === 1 ? x + by : x)) },
      });
      const slope = (at(moved(1e-5)) - at(moved(-1e-5))) / 2e-5;
      const own = outputs[`d.${name}`]!.data[1]!;
      assert.ok(
        Math.abs(slope - own) <= 1e-6 + 1e-4 * Math.abs(own),
        `${name}: ${String(own)}, differences say ${String(slope)}`,
      );
    }
  });

  it("do not train the teacher", async () => {
    for (const { name } of registry.ofKind("lesson").filter((word) => word.capabilities?.needs !== "task_loss")) {
      const { program } = await lossOf(PAIRS[0]!, call("lesson", name));
      const trains = Object.entries(program.state).filter(([, one]) => one.trains);
      assert.deepEqual(
        trains.filter(([state]) => state.startsWith("teacher/")),
        [],
      );
      assert.ok(
        Object.keys(program.state).some((state) => state.startsWith("teacher/")),
        name,
      );
    }
  });

  it("split relations into a number of heads that divides both widths", () => {
    const graph = new Graph();
    const block = (name: string, heads: number, width: number, keyHeads = heads): BlockStates => {
      const tensor = (part: string, size: number) =>
        graph.input(`${name}.${part}`, { dtype: "f32", shape: ["batch", "length", size] });
      const [queries, keys] = [tensor("queries", width), tensor("keys", (width / heads) * keyHeads)];
      const shapes = { hidden: queries, queries, keys, values: keys };
      return { ...shapes, heads, keyHeads, scale: 1, causal: false };
    };
    const teacher = block("teacher", 12, 384);
    assert.equal(relationHeadCount(block("half", 6, 192), teacher), 6, "its own, where they part both");
    assert.equal(relationHeadCount(block("seven", 7, 224), teacher), 4);
    assert.equal(relationHeadCount(block("grouped", 7, 224, 1), teacher), 4);
    assert.equal(relationHeadCount(block("odd", 1, 31), teacher), 1);
  });
});

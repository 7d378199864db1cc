/** The passes over the programs of complete models: results stay the same, and frozen weights cost nothing. */
import assert from "node:assert/strict";
import { programCostOf } from "#dsl/tensor/cost.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import { optimise, passes, PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { fromNDArray, makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { bert } from "#stdlib/models/bert.run.js";
import type { AssembledPrograms, AssembleOptions } from "#stdlib/programs/options.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { classifier, continued, decoder, labelled, scalars, type Feeds } from "./small-models.js";

const names = [...new Set(passes.map((p) => p.name))];
/** Disables all passes but these. */
const only = (...kept: readonly string[]): PassSettings => ({
  ...PLAIN_PASS_SETTINGS,
  off: new Set(names.filter((name) => !kept.includes(name))),
});
const call = (word: string, given = {}) => ({ kind: "technique", word, arguments: given });
const LORA = { call: call("lora", { rank: 2, targets: ["query", "value", "c_attn", "c_fc"] }), implementation: lora };

const makers: Readonly<Record<string, (more: Partial<AssembleOptions>) => AssembledPrograms>> = {
  "a classifier": (more) => classifier(1, more),
  "a decoder": (more) => decoder(1, more),
  "a classifier with LoRA": (more) => classifier(1, { technique: LORA, ...more }),
  "a decoder with LoRA and dropout": (more) => decoder(null, { technique: LORA, dropout: 0.2, ...more }),
  "a classifier with relu": (more) =>
    classifier(null, { config: bert.config({ ...TINY_BERT, hidden_act: "relu" }), ...more }),
};
const TINY_BERT = {
  vocab_size: 20,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 8,
};

function filled({ state }: Program): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(state).map(([name, { type }], k) => {
      const y = makeArrayValues(type.shape as number[]);
      const moment = /^adam\./.test(name);
      y.data.forEach(
        (_, i) => (y.data[i] = moment ? 1e-3 : 0.3 * Math.sin(1.3 * i + k) + (/norm|ln_/i.test(name) ? 1 : 0)),
      );
      return [name, y];
    }),
  );
}
function feedsOf(program: Program): Record<string, ArrayValues> {
  const some: Feeds = {
    ...(program.inputs["targets"] ? continued(0, 3) : labelled(0, 3)).feeds,
    ...scalars({ rate: 0.01, step: 2, share: 0.125 }),
  };
  return Object.fromEntries(Object.keys(program.inputs).map((name) => [name, fromNDArray(some[name]!)]));
}
function programsOf(assembled: AssembledPrograms): Readonly<Record<string, Program>> {
  const { train, evaluate: score, loss, accumulate, apply } = assembled;
  return { train, evaluate: score, loss, ...(accumulate && { accumulate }), ...(apply && { apply }) };
}

function same(before: Program, after: Program, tolerance: number, what: string): void {
  validateProgram(after);
  const [feeds, state] = [feedsOf(before), filled(before)];
  const [expected, got] = [evaluateProgram(before, feeds, state), evaluateProgram(after, feeds, state)];
  for (const part of ["outputs", "state"] as const)
    for (const [name, value] of Object.entries(expected[part])) {
      const size = value.data.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-3);
      value.data.forEach((x, i) => {
        const off = Math.abs(got[part][name]!.data[i]! - x);
        assert.ok(off <= tolerance * size, `${what}, ${name}[${i}]: off by ${off} of ${size}`);
      });
    }
}

describe("graph passes over full models", () => {
  for (const [title, make] of Object.entries(makers))
    it(`preserve the results of the programs of ${title}, one by one and together`, () => {
      for (const [name, program] of Object.entries(programsOf(make({ passes: only() })))) {
        for (const pass of passes.filter((p) => p.name !== "recompute"))
          same(program, pass.run(program, PLAIN_PASS_SETTINGS), pass.tolerance, `${name}, ${pass.name}`);
        const all = optimise(program);
        same(program, all, 1e-6, name);
        assert.deepEqual(optimise(all), all, `${name}: a second time changes something`);
        assert.ok(all.nodes.length <= program.nodes.length);
      }
    });

  it("fuse activations into products, in training only if the gradient follows from the result", () => {
    const fused = (program: Program): string[] =>
      program.nodes
        .flatMap((n) => (n.op === "linear" ? [(n.attributes["activation"] as string | undefined) ?? ""] : []))
        .filter(Boolean);
    const { train, evaluate: score } = classifier(null, { config: bert.config({ ...TINY_BERT, hidden_act: "relu" }) });
    assert.deepEqual(fused(score), ["relu", "relu", "tanh"]);
    assert.deepEqual(fused(train), ["relu", "relu", "tanh"]);
    const gelu = classifier(null);
    assert.deepEqual(fused(gelu.evaluate), ["gelu", "tanh"]);
    assert.deepEqual(fused(gelu.train), ["tanh"]);
    assert.deepEqual(
      fused(classifier(null, { passes: { ...PLAIN_PASS_SETTINGS, off: new Set(["fusion"]) } }).evaluate),
      [],
    );
  });

  it("compute no gradient for frozen weights, and stop below the lowest trainable layer", () => {
    const depth = 4;
    const config = bert.config({ ...TINY_BERT, num_hidden_layers: depth });
    const last = `encoder.layer.${depth - 1}.`;
    const inLast: TechniqueImplementation = {
      ...lora,
      around: (c, layers) => {
        const wrapped = lora.around(c, layers);
        return { ...layers, linear: (path, x, o) => (path.startsWith(last) ? wrapped : layers).linear(path, x, o) };
      },
    };
    const { train, trainable } = classifier(null, { config, technique: { ...LORA, implementation: inLast } });
    assert.deepEqual(
      trainable.filter((name) => !/^classifier/.test(name)).map((name) => /layer\.\d+/.exec(name)?.[0]),
      new Array<string>(4).fill(`layer.${depth - 1}`),
    );
    const below = train.nodes.filter(
      (n) => /gradient/.test(n.path ?? "") && !(n.path ?? "").includes(last.slice(0, -1)),
    );
    assert.deepEqual(
      below.map((n) => n.path).filter((path) => !/^(classifier|pooler)/.test(path ?? "")),
      [],
    );
    const forward = programCostOf(classifier(null, { config }).loss, { batch: 8, length: 8 }).products;
    const trained = programCostOf(train, { batch: 8, length: 8 }).products;
    const everywhere = programCostOf(classifier(null, { config, technique: LORA }).train, {
      batch: 8,
      length: 8,
    }).products;
    const full = programCostOf(classifier(null, { config }).train, { batch: 8, length: 8 }).products;
    assert.ok(trained < 1.35 * forward, `${trained / forward} of the forward pass`);
    // The backward pass of LoRA costs one product per layer, that of full training two.
    assert.ok(everywhere < 2.6 * forward && full > 2.6 * forward, `${everywhere / forward}, ${full / forward}`);
  });

  it("find each encoder layer once: the position of the head is taken in the last block", () => {
    const { loss } = classifier(null, { config: bert.config({ ...TINY_BERT, num_hidden_layers: 3 }) });
    const paths = loss.nodes.filter((n) => n.op === "linear").map((n) => n.path);
    assert.equal(new Set(paths).size, paths.length);
    assert.deepEqual(
      loss.nodes.filter((n) => n.op === "take_position").map((n) => loss.nodes[n.inputs[0]!.node]!.path),
      ["encoder.layer.1.output.LayerNorm"],
    );
  });
});

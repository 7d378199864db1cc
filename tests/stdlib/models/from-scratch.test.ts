/**
 * Models from scratch are initialized as transformers initializes them. The statistics of its own initialization are in
 * the oracle's golden file.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { CheckpointReader, initialValueOf } from "#kernel/engines/initial.js";

const root = new URL("../../../..", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), "utf8"));
interface Told {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  /** Rows that are zero; null if the complete tensor is. */
  readonly zeroRows: readonly number[] | null;
}
const golden = read("tests/golden/oracle/initial-weights.json") as Readonly<
  Record<string, Readonly<Record<string, Told>>>
>;
const configs = read("tests/fixtures/scratch/configs.json") as Readonly<
  Record<string, readonly [task: string, config: object]>
>;
const tasks: Readonly<Record<string, string>> = {
  decoder: "text_generation",
  encoder: "text_classification",
  "encoder-decoder": "text2text_generation",
};
const families = registry.ofKind("model").filter((word) => !word.planned);

/** The parameters of a family with its own defaults, but smaller. */
function wordsOf(word: (typeof families)[number]): Readonly<Record<string, unknown>> {
  const words: Record<string, unknown> = { layers: 2, hidden: 64 };
  for (const { name, default: standing } of word.parameters)
    if (standing)
      words[name] ??= "value" in standing ? standing.value : standing.from(words as never, undefined as never);
  return words;
}

describe("model families trained from scratch", () => {
  it("cover every family in the vocabulary", () => {
    assert.ok(families.length >= 12);
    assert.deepEqual(
      Object.keys(configs).sort(),
      families.map((word) => word.name).sort(),
      "each family needs its config in tests/fixtures/scratch/configs.json, of which tests/oracles/initial_weights.py is asked",
    );
  });
  for (const word of families)
    describe(word.name, () => {
      const scratch = word.capabilities!.fromScratch!;
      const special = (role: string): number | null => {
        const id = scratch.specialTokens.findIndex(([, ...roles]) => roles.some((r) => r === role));
        return id < 0 ? null : id;
      };
      const task = tasks[word.capabilities!.shape]!;
      it("makes a config from its arguments that its own reader accepts", async () => {
        const family = (await word.load!()) as ModelImplementation;
        const json = family.fromWords!({ words: wordsOf(word), vocabulary: 300, positions: 48, special });
        assert.deepEqual([task, json], configs[word.name]);
        const sizes = family.sizes(family.config(json));
        assert.equal(sizes.hidden, 64);
        assert.equal(sizes.vocabulary, 300);
        assert.ok(sizes.positions === 48 || sizes.positions > 1e6);
        assert.equal(json["model_type"], word.capabilities!.modelType);
      });
      it("initializes every parameter like transformers", async () => {
        const family = (await word.load!()) as ModelImplementation;
        const does = (await registry.find("task", task)!.load!()) as TaskImplementation;
        const called: Call = { kind: "task", word: task, arguments: {} };
        const { state } = assembleForwardProgram(
          {
            ...{ family, config: family.config(configs[word.name]![1] as never) },
            task: { call: called, implementation: does },
            technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
            ...{ labels: 3, prefixInCheckpoint: false, tensors: new Set<string>(), seed: 5 },
          },
          false,
        );
        const theirs = golden[word.name]!;
        assert.deepEqual(
          Object.keys(theirs).filter((name) => !(name in state)),
          [],
        );
        const none = new CheckpointReader([]);
        for (const [name, one] of Object.entries(state)) {
          const told = theirs[name];
          assert.ok(told, name);
          assert.deepEqual(one.type.shape, told.shape, name);
          const value = initialValueOf(name, one, none);
          const numbers = value ? new Float32Array(value.bytes.slice().buffer) : new Float32Array(0);
          assert.equal(
            numbers.every((x) => x === 0),
            told.zeroRows === null,
            name,
          );
          if (told.zeroRows === null) continue;
          const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
          const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length);
          // Five standard errors for two samples of that size.
          const error = 5 / Math.sqrt(numbers.length);
          assert.ok(Math.abs(deviation / told.deviation - 1) < error, `${name}: ${deviation}, ${told.deviation}`);
          assert.ok(Math.abs(mean - told.mean) < 2 * error * told.deviation, `${name}: ${mean}, ${told.mean}`);
          const [rows, width] = [told.shape[0]!, numbers.length / told.shape[0]!];
          const zero = Array.from({ length: rows }, (_, r) => r).filter((r) =>
            numbers.subarray(r * width, (r + 1) * width).every((x) => x === 0),
          );
          // For LLaMA and its variants, transformers zeroes the padding's row, which nothing reads. Here it is
          // initialized like the others.
          const unread = name === "model.embed_tokens.weight" ? [special("pad")] : [];
          assert.deepEqual(
            zero,
            told.zeroRows.filter((row) => !unread.includes(row)),
            name,
          );
        }
      });
    });
});

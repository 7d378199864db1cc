/**
 * The contract of every model family. A new one is tested by being registered and by having a small config here or
 * among the golden files.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LinearOptions } from "#stdlib/layers/contract.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { isTargetLayer } from "#stdlib/techniques/shared/shapes.js";
import { ENCODERS } from "./encoder-models.js";
import { root } from "./golden.js";
import { drawsOf } from "#tests/drawn.js";

type Config = Readonly<Record<string, unknown>>;
const folders = readdirSync(new URL("fixtures/models/", root), { recursive: true }) as string[];
const configs: readonly Config[] = [
  ...folders
    .filter((file) => file.endsWith("config.json") && !file.includes("tokenizer") && !file.includes("adapter"))
    .map((file) => JSON.parse(readFileSync(new URL(`fixtures/models/${file}`, root), "utf8")) as Config),
  ...ENCODERS.map((golden) => golden.config),
];
const words = registry.ofKind("model").filter((word) => !word.planned);
const TASKS: Readonly<Record<ModelImplementation["shape"], string | null>> = {
  encoder: "text_classification",
  decoder: "text_generation",
  // Other tests train these, since their inputs are two texts.
  "encoder-decoder": null,
};
const call = (kind: string, word: string): Call => ({ kind, word, arguments: {} });

describe("model families", () => {
  it("have distinct model types", () => {
    const types = words.map((word) => word.capabilities?.modelType);
    assert.ok(types.every((type) => typeof type === "string"));
    assert.equal(new Set(types).size, types.length);
  });
  for (const word of words) {
    const { name } = word;
    const capabilities = word.capabilities!;
    const json = configs.find((c) => c["model_type"] === capabilities.modelType);
    const loaded = async (): Promise<ModelImplementation> => (await word.load!()) as ModelImplementation;

    it(`${name}: record and implementation agree, and the config is read`, async () => {
      assert.ok(json, `a small config of ${name} is among the tests' models`);
      const family = await loaded();
      assert.equal(capabilities.shape, family.shape);
      const config = family.config(json);
      const { types, ...sizes } = family.sizes(config);
      for (const [size, n] of Object.entries({ ...sizes, ...(types !== undefined && { types }) }))
        assert.ok(Number.isInteger(n) && n > 0, `${size}: ${String(n)}`);
      assert.equal(family.hidden(config), sizes.hidden);
      assert.ok(family.initializerRange(config) > 0);
      for (const rate of [family.dropout(config), family.headDropout?.(config) ?? 0]) assert.ok(rate >= 0 && rate < 1);
      assert.throws(
        () => family.config({ model_type: json["model_type"] }),
        (e) => e instanceof CodedError && e.code === "bad-config",
      );
    });
    it(`${name}: the record names the linear layers of its blocks`, async () => {
      const family = await loaded();
      const task = TASKS[family.shape];
      if (task === null) return;
      const paths: string[] = [];
      await built(family, json!, task, (path) => paths.push(path));
      const { linears, targets } = capabilities;
      for (const path of paths.filter((p) => /\.\d+\./.test(p))) assert.ok(isTargetLayer(path, linears), path);
      for (const linear of [...linears, ...targets])
        assert.ok(
          paths.some((path) => /\.\d+\./.test(path) && isTargetLayer(path, [linear])),
          linear,
        );
    });
    it(`${name}: trains from scratch, reproducibly`, async () => {
      const family = await loaded();
      const task = TASKS[family.shape];
      if (task === null) return;
      const { train } = await built(family, json!, task);
      validateProgram(train);
      const losses = [1, 2].map(() => trained(train, task));
      assert.deepEqual(losses[0], losses[1]);
      assert.ok(losses[0]!.at(-1)! < 0.97 * losses[0]![0]!, losses[0]!.join(" "));
    });
  }
});

async function built(family: ModelImplementation, json: Config, task: string, onLinear?: (path: string) => void) {
  return assemblePrograms({
    family,
    config: family.config(json),
    task: {
      call: call("task", task),
      implementation: (await registry.find("task", task)!.load!()) as TaskImplementation,
    },
    technique: {
      call: call("technique", "full"),
      implementation: {
        ...full,
        around: (_, layers) => ({
          ...layers,
          linear(path, x, o: LinearOptions) {
            onLinear?.(path);
            return layers.linear(path, x, o);
          },
        }),
      },
    },
    optimizer: {
      call: call("optimizer", "adamw"),
      implementation: (await registry.find("optimizer", "adamw")!.load!()) as OptimizerImplementation,
    },
    labels: 2,
    dropout: 0,
    clip: null,
    prefixInCheckpoint: true,
    tensors: {},
    seed: 1,
  });
}

/** Losses of a few steps over one batch, from weights without randomness. */
function trained(train: Program, task: string): number[] {
  let i = 1;
  let state: Record<string, ArrayValues> = Object.fromEntries(
    Object.entries(train.state).map(([name, { type, initial }]) => {
      const shape = type.shape as number[];
      const count = shape.reduce((a, b) => a * b, 1);
      const ones = "ones" in initial ? 1 : 0;
      const made = Array.from(
        { length: count },
        () => ones + ("random" in initial ? 0.3 * Math.sin(i++ * 12.9898) : 0),
      );
      return [name, makeArrayValues(shape, made)];
    }),
  );
  const ids = Array.from({ length: 12 }, (_, at) => 5 + ((at * 7) % 11));
  const next = { targets: makeArrayValues([4], [0, 2, 7, 8]), labels: makeArrayValues([4], [5, 6, 7, 8]) };
  return Array.from({ length: 8 }, (_, step) => {
    const after = evaluateProgram(
      train,
      {
        input_ids: makeArrayValues([2, 6], ids),
        attention_mask: makeArrayValues(
          [2, 6],
          ids.map(() => 1),
        ),
        ...(task === "text_generation" ? next : { labels: makeArrayValues([2], [0, 1]) }),
        rate: makeArrayValues([], [0.01]),
        step: makeArrayValues([], [step + 1]),
        draws: drawsOf(2, step + 1),
      },
      state,
    );
    ({ state } = after);
    return after.outputs["loss"]!.data[0]!;
  });
}

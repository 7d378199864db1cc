/**
 * The small models that sentence-transformers computed (tests/oracles/similarity.py), and the parts of a training of
 * them.
 */
import { readFileSync } from "node:fs";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { sentenceSimilarity } from "#stdlib/tasks/sentence_similarity.run.js";
import { uniform } from "#tests/oracles/numbers.js";
import { familyOf, weightsOf } from "../models/encoder-models.js";
import { root, shapesOf, type Batch, type Trained } from "../models/golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
export type Steps = Omit<Trained, "final">;
export interface SimilarityGolden {
  readonly name: string;
  readonly shapes: Shapes;
  readonly config: Readonly<Record<string, unknown>>;
  readonly forward: Batch;
  readonly embeddings: Readonly<Record<string, unknown>>;
  readonly trained: Readonly<
    Record<
      string,
      {
        readonly batches: readonly Batch[];
        readonly full: Steps;
        readonly lora: Steps & { readonly shapes: Shapes };
      }
    >
  >;
  readonly prompts?: Readonly<Record<string, unknown>> & { readonly shapes: Shapes };
}
export const { models } = JSON.parse(readFileSync(new URL("golden/oracle/similarity.json", root), "utf8")) as {
  models: readonly SimilarityGolden[];
};
export const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({
  kind,
  word,
  arguments: given,
});
export const technique = async (
  word: string,
  given: Call["arguments"] = {},
): Promise<AssembleOptions["technique"]> => ({
  call: call("technique", word, given),
  implementation: (await registry.find("technique", word)!.load!()) as TechniqueImplementation,
});
export const drawn = (title: string, shapes: Shapes): Record<string, ArrayValues> =>
  Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [
      key,
      makeArrayValues(shape, uniform(`${title}/${key}`, shape, 0.05)),
    ]),
  );
/** `ranking-masked` uses the loss `ranking`. */
const lossOf = (name: string): string => name.replace(/-.*/, "");

export const task = (given: Call["arguments"]): AssembleOptions["task"] => ({
  call: call("task", "sentence_similarity", given),
  implementation: sentenceSimilarity,
});
export async function partsOf(golden: SimilarityGolden) {
  const family = await familyOf(golden);
  return { family, config: family.config(golden.config), labels: 0, prefixInCheckpoint: false, seed: 0 };
}
/** Returns the base's weights and, under LoRA, the adapter's initial weights. */
export function startOf(golden: SimilarityGolden, name: string, word: "full" | "lora") {
  const base = weightsOf(golden);
  return word === "full" ? base : { ...base, ...drawn(golden.name, golden.trained[name]!.lora.shapes) };
}
/** Builds a training with the loss of that name, starting from `startOf`. */
export async function trainingOf(
  golden: SimilarityGolden,
  name: string,
  word: "full" | "lora",
): Promise<AssembleOptions> {
  const trained = golden.trained[name]!;
  const { optimizer, clip } = trained[word];
  const targets = Object.keys(trained.lora.shapes).map((key) => key.split(".").at(-3)!);
  const lora = { rank: 3, alpha: 5, targets: [...new Set(targets)], from: "adapter" };
  const { weight_decay, epsilon, betas } = optimizer;
  return {
    ...(await partsOf(golden)),
    task: task({ loss: lossOf(name) }),
    technique: await technique(word, word === "lora" ? lora : {}),
    optimizer: {
      call: call("optimizer", "adamw", { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] }),
      implementation: adamw,
    },
    dropout: 0,
    clip,
    tensors: shapesOf(startOf(golden, name, word)),
  };
}

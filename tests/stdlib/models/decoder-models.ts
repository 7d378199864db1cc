/** The small decoders of tests/fixtures/models as programs, and the outputs of transformers and PEFT for them. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { root, tensorsOf, type Batch, type Trained } from "./golden.js";

/** All decoder families in the vocabulary. Registering a new one makes it subject to its golden files. */
export const families: Readonly<Record<string, ModelImplementation>> = Object.fromEntries(
  await Promise.all(
    registry
      .ofKind("model")
      .filter(({ planned, capabilities }) => !planned && capabilities?.shape === "decoder")
      .map(async ({ name, load }) => [name, (await mustExist(load, "what it does")()) as ModelImplementation] as const),
  ),
);
/**
 * Outputs of PyTorch, transformers and PEFT for the small models of tests/fixtures/models
 * (tests/golden/oracle/README.md).
 */
export interface Golden {
  readonly forward: readonly { readonly inputs: Batch; readonly logits: number[][][] }[];
  readonly batches: readonly { readonly [name: string]: number[][] }[];
  readonly full: Trained;
  readonly lora: Trained & { readonly targets: readonly string[] };
}
export const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({
  kind,
  word,
  arguments: given,
});
export const UNTOUCHED = { call: call("technique", "full"), implementation: full };

export const names = readdirSync(new URL("fixtures/models/", root)).filter((n) =>
  Object.keys(families).some((f) => n.startsWith(`${f}-`)),
);

export function goldenOf(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`golden/oracle/${name}.json`, root), "utf8")) as Golden;
}
export function configOf(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`fixtures/models/${name}/config.json`, root), "utf8")) as Record<
    string,
    unknown
  >;
}
export function modelOf(name: string) {
  const base = tensorsOf(`${name}/model.safetensors`);
  const json = configOf(name);
  const family = families[json["model_type"] as string]!;
  const prefixInCheckpoint = Object.keys(base).some((n) => n.startsWith(family.prefix));
  const task = { call: call("task", "text_generation"), implementation: textGeneration };
  return { base, common: { family, config: family.config(json), prefixInCheckpoint, task, labels: 0, seed: 0 } };
}
export function training(
  technique: "full" | "lora",
  trained: Trained,
  targets: readonly string[],
): Pick<AssembleOptions, "technique" | "optimizer" | "dropout" | "clip"> {
  const { weight_decay, epsilon, betas } = trained.optimizer;
  const settings = { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] };
  const low = { rank: 3, alpha: 5, targets: [...targets], from: "adapter" };
  return {
    technique: technique === "full" ? UNTOUCHED : { call: call("technique", "lora", low), implementation: lora },
    optimizer: { call: call("optimizer", "adamw", settings), implementation: adamw },
    dropout: 0,
    clip: trained.clip,
  };
}

/** transformers shifts labels inside the model; here the caller does. The trained tokens are named by position. */
export function shifted({ labels, ...inputs }: Golden["batches"][number]): Batch {
  const length = labels![0]!.length;
  const next = labels!.map((row) => [...row.slice(1), -100]).flat();
  const targets = next.flatMap((label, at) => (label === -100 ? [] : [at]));
  assert.ok(targets.every((t) => (t + 1) % length));
  return { ...inputs, targets, labels: targets.map((t) => next[t]!) };
}

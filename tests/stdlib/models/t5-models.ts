/** The small T5s of tests/fixtures/models as programs, and the outputs of transformers and PEFT for them. */
import { readFileSync, readdirSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { t5 } from "#stdlib/models/t5.run.js";
import { text2text } from "#stdlib/tasks/text2text_generation.run.js";
import { root, tensorsOf, type Batch, type Trained } from "./golden.js";

export interface Golden {
  readonly forward: readonly { readonly inputs: Batch; readonly logits: number[][][] }[];
  readonly batches: readonly { readonly [name: string]: number[][] }[];
  readonly full: Trained;
  readonly lora: Trained & { readonly targets: readonly string[] };
}
export const names = readdirSync(new URL("fixtures/models/", root)).filter((name) => name.startsWith("t5-"));

export function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), "utf8"));
}
export function goldenOf(name: string): Golden {
  return read(`golden/oracle/${name}.json`) as Golden;
}
export function configOf(name: string): Record<string, unknown> {
  return read(`fixtures/models/${name}/config.json`) as Record<string, unknown>;
}
export function modelOf(name: string) {
  const base = tensorsOf(`${name}/model.safetensors`);
  const call: Call = { kind: "task", word: "text2text_generation", arguments: { prefix: "" } };
  const config = t5.config(configOf(name));
  const task = { call, implementation: text2text };
  return {
    base,
    common: { family: t5 as ModelImplementation, config, prefixInCheckpoint: true, task, labels: 0, seed: 0 },
  };
}

/** transformers shifts labels inside the model; here the caller does. The decoder begins with token 0. */
export function shifted({ labels, ...inputs }: Golden["batches"][number]): Batch {
  const length = labels![0]!.length;
  const decoder_input_ids = labels!.map((row) => [0, ...row.slice(0, -1).map((id) => (id === -100 ? 0 : id))]);
  const targets = labels!.flatMap((row, r) => row.flatMap((id, i) => (id === -100 ? [] : [r * length + i])));
  return { ...inputs, decoder_input_ids, targets, labels: labels!.flat().filter((id) => id !== -100) };
}

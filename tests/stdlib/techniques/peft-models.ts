/** Four small models and PEFT's results for them (tests/oracles/techniques.py): calls, adapters, batches, options. */
import { readFileSync } from "node:fs";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { adapterToSave } from "#kernel/runs/folders/adapter-folder.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { readSafetensors } from "#tests/oracles/safetensors.js";
import { shifted, type Golden } from "#tests/stdlib/models/decoder-models.js";
import { shifted as shiftedPairs } from "#tests/stdlib/models/t5-models.js";
import { root, shapesOf, tensorsOf, type Batch, type Trained } from "#tests/stdlib/models/golden.js";
import { call, loaded } from "./subjects.js";

export const MODELS = ["bert-plain", "gpt2-plain", "llama-grouped", "t5-plain"] as const;
const TARGETS: Readonly<Record<string, string[]>> = {
  bert: ["query", "value"],
  gpt2: ["c_attn"],
  llama: ["q_proj", "v_proj"],
  t5: ["q", "v"],
};
const SCALED: Readonly<Record<string, { targets: string[]; inputs: string[] }>> = {
  bert: { targets: ["key", "value"], inputs: ["output.dense"] },
  gpt2: { targets: ["c_attn"], inputs: ["mlp.c_proj"] },
  llama: { targets: ["k_proj", "v_proj"], inputs: ["down_proj"] },
  t5: { targets: ["k", "v"], inputs: ["wo"] },
};
export type Followed = Trained & { readonly logits?: number[][] | number[][][] };
export interface Techniques {
  readonly batches: readonly Batch[];
  readonly techniques: Readonly<Record<string, Followed>>;
}
const familyOf = (name: string): string => name.split("-")[0]!;
const labelled = (name: string): boolean => familyOf(name) === "bert";
const TASKS: Readonly<Record<string, string>> = { bert: "text_classification", t5: "text2text_generation" };

export function goldenOf(name: string): Techniques {
  const text = readFileSync(new URL(`golden/oracle/techniques-${name}.json`, root), "utf8");
  const { batches, ...rest } = JSON.parse(text) as Record<string, unknown>;
  const techniques = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "model"));
  return { batches: batches as Batch[], techniques: techniques as Record<string, Followed> };
}
export function callOf(name: string, technique: string): Call {
  const family = familyOf(name);
  const low = { rank: 3, alpha: 5, targets: TARGETS[family]!, from: "adapter" };
  const calls: Readonly<Record<string, Call>> = {
    bitfit: call("technique", "bitfit"),
    rslora: call("technique", "lora", { ...low, rank_stabilized: true }),
    dora: call("technique", "lora", { ...low, dora: true }),
    ia3: call("technique", "ia3", { ...SCALED[family]!, from: "adapter" }),
    prompt_tuning: call("technique", "prompt_tuning", { tokens: 4, init: "random", from: "adapter" }),
    prefix_tuning: call("technique", "prefix_tuning", { tokens: 3, from: "adapter" }),
  };
  return calls[technique]!;
}
/** The adapter's tensors as PEFT wrote them; none for BitFit. */
export function adapterTensors(name: string, technique: string): Record<string, ArrayValues> {
  if (technique === "bitfit") return {};
  const file = new URL(`fixtures/adapters/${name}-${technique}/adapter_model.safetensors`, root).pathname;
  return Object.fromEntries(
    Object.entries(readSafetensors(file)).map(([tensor, { shape, bytes }]) => {
      const copy = Uint8Array.from(bytes);
      return [tensor, makeArrayValues(shape, new Float32Array(copy.buffer, 0, copy.length / 4))];
    }),
  );
}
/** Returns a batch with the inputs that our programs take. */
export function fed(name: string, batch: Batch): Batch {
  if (labelled(name)) return batch;
  return (familyOf(name) === "t5" ? shiftedPairs : shifted)(batch as Golden["batches"][number]);
}
export async function optionsOf(
  name: string,
  technique: Call,
  trained: Followed,
  tensors: Readonly<Record<string, readonly number[]>>,
): Promise<AssembleOptions> {
  const family = await loaded<ModelImplementation>("model", familyOf(name));
  const json = JSON.parse(readFileSync(new URL(`fixtures/models/${name}/config.json`, root), "utf8")) as object;
  const task = TASKS[familyOf(name)] ?? "text_generation";
  const { weight_decay, epsilon, betas } = trained.optimizer;
  const adam = { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] };
  return {
    ...{ family, config: family.config(json as Record<string, unknown>), tensors, seed: 0, dropout: 0 },
    prefixInCheckpoint: Object.keys(tensors).some((n) => n.startsWith(family.prefix)),
    ...{ labels: labelled(name) ? 3 : 0, clip: trained.clip, tokenTypes: labelled(name) },
    task: { call: call("task", task), implementation: await loaded<TaskImplementation>("task", task) },
    technique: { call: technique, implementation: await loaded<TechniqueImplementation>("technique", technique.word) },
    optimizer: { call: call("optimizer", "adamw", adam), implementation: adamw },
  };
}
/** Returns adapter_config.json as a training here writes it. */
export async function configWritten(name: string, technique: Call): Promise<Readonly<Record<string, unknown>>> {
  const [trained] = Object.values(goldenOf(name).techniques);
  const o = await optionsOf(name, technique, trained!, shapesOf(tensorsOf(`${name}/model.safetensors`)));
  const { saved, train } = assemblePrograms({
    ...o,
    technique: { ...o.technique, call: { ...technique, arguments: { ...technique.arguments, from: null } } },
  });
  const written = adapterToSave({
    model: { name, base: "base", folder: "", baseHash: null, task: o.task.call, technique, max_length: 8 },
    family: familyOf(name),
    sizes: o.family.sizes(o.config),
    technique: o.technique.implementation,
    head: headPathsOf(o.task.implementation, o.family),
    ...{ saved, state: train.state },
  });
  return written!.config;
}

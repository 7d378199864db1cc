/**
 * The initial weights from which tests/golden/oracle/minilm.json was made, as folders: the base with its head
 * (`model`), and the adapter in PEFT's layout (`adapter`). `base` is a folder that contains all-MiniLM-L6-v2.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniform } from "./numbers.js";
import { float32, readSafetensors, writeSafetensors, type Tensors } from "./safetensors.js";

const hidden = 384;
const layers = 6;
const rank = 8;

/** Writes a folder as `save_pretrained` does for two labels; returns its path. */
export function writeMiniLm(
  base: string,
  folder: string,
  labels: readonly string[] = ["negative", "positive"],
): string {
  mkdirSync(folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(base, "config.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({
      ...config,
      architectures: ["BertForSequenceClassification"],
      id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }),
  );
  for (const file of ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"])
    if (existsSync(join(base, file))) copyFileSync(join(base, file), join(folder, file));
  const body = Object.entries(readSafetensors(join(base, "model.safetensors"))).map(
    ([name, tensor]) => [`bert.${name}`, tensor] as const,
  );
  writeSafetensors(join(folder, "model.safetensors"), { ...Object.fromEntries(body), ...head("", "minilm/", 0.05) });
  return folder;
}

/** Writes the adapter (rank 8, alpha 16, query and value) with its head; returns the folder's path. */
export function writeMiniLmAdapter(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const tensors: Tensors = {};
  for (let layer = 0; layer < layers; layer++)
    for (const target of ["query", "value"])
      for (const [matrix, shape] of [
        ["lora_A", [rank, hidden]],
        ["lora_B", [hidden, rank]],
      ] as const) {
        const name = `base_model.model.bert.encoder.layer.${layer}.attention.self.${target}.${matrix}.weight`;
        tensors[name] = float32(shape, uniform(`minilm/${name}`, shape, 0.1));
      }
  writeSafetensors(join(folder, "adapter_model.safetensors"), {
    ...tensors,
    ...head("base_model.model.", "minilm/", 0.1),
  });
  writeFileSync(
    join(folder, "adapter_config.json"),
    JSON.stringify({
      peft_type: "LORA",
      task_type: "SEQ_CLS",
      r: rank,
      lora_alpha: 16,
      lora_dropout: 0,
      bias: "none",
      target_modules: ["query", "value"],
      modules_to_save: ["classifier", "score"],
    }),
  );
  return folder;
}

function head(prefix: string, seed: string, scale: number): Tensors {
  const make = (name: string, shape: readonly number[]): Tensors => ({
    [`${prefix}${name}`]: float32(shape, uniform(`${seed}${prefix}${name}`, shape, scale)),
  });
  return { ...make("classifier.weight", [2, hidden]), ...make("classifier.bias", [2]) };
}

/** A new T5: a folder with config.json, random weights and a tokenizer of letters. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { t5 } from "#stdlib/models/t5.run.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { text2text } from "#stdlib/tasks/text2text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { CheckpointReader, initialValueOf } from "#kernel/engines/initial.js";
import { writeSafetensors, type Tensors } from "#tests/oracles/safetensors.js";
import { writeTokenizer } from "./small-tokenizers.js";

export function writeT5(folder: string, more: Readonly<Record<string, unknown>> = {}): void {
  mkdirSync(folder, { recursive: true });
  const json = {
    model_type: "t5",
    vocab_size: 32,
    d_model: 32,
    d_kv: 8,
    d_ff: 64,
    num_layers: 1,
    num_heads: 4,
    dropout_rate: 0,
    feed_forward_proj: "gated-gelu",
    tie_word_embeddings: false,
    pad_token_id: 0,
    eos_token_id: 1,
    decoder_start_token_id: 0,
    ...more,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(json));
  const { state } = assembleForwardProgram(
    {
      family: t5 as ModelImplementation,
      config: t5.config(json),
      task: { call: { kind: "task", word: "text2text_generation", arguments: {} }, implementation: text2text },
      technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
      labels: 0,
      prefixInCheckpoint: true,
      tensors: new Set(),
      seed: 7,
    },
    false,
  );
  const none = new CheckpointReader([]);
  const tensors: Tensors = Object.fromEntries(
    Object.entries(state).map(([name, one]) => {
      const { shape, bytes } = initialValueOf(name, one, none)!;
      return [name, { dtype: "F32", shape, bytes }];
    }),
  );
  writeSafetensors(join(folder, "model.safetensors"), tensors);
  writeTokenizer(folder, "unigram");
}

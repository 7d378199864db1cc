/**
 * Writes a small model of any family with random weights to a folder, with a tokenizer of letters. Its config is that
 * of a well-known model with small sizes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Graph } from "#dsl/tensor/builder.js";
import { CheckpointReader, initialValueOf } from "#kernel/engines/initial.js";
import type { Checkpoint } from "#tools/reference/checkpoints.js";
import { makeLayerBuilder } from "#stdlib/layers/graph-layers.js";
import { layersOptionsOf, addModelInputs } from "#stdlib/programs/model.js";
import { writeSafetensors, type Tensors } from "#tests/oracles/safetensors.js";
import { writeTokenizer } from "#tests/kernel/session/small-tokenizers.js";

const SMALL: readonly (readonly [keys: string, size: number])[] = [
  ["num_hidden_layers n_layers n_layer num_layers", 1],
  ["hidden_size dim n_embd d_model", 16],
  ["num_attention_heads n_heads n_head num_heads num_key_value_heads", 2],
  ["head_dim d_kv", 8],
  ["intermediate_size hidden_dim d_ff", 32],
  ["embedding_size intra_bottleneck_size", 16],
  ["max_position_embeddings n_positions", 64],
  ["vocab_size", 128],
];

export function writeRandomModel(folder: string, { family, implementation, config }: Checkpoint): void {
  const sizes = Object.fromEntries(SMALL.flatMap(([keys, size]) => keys.split(" ").map((key) => [key, size])));
  const special = { pad_token_id: 0, eos_token_id: 1, bos_token_id: 0, decoder_start_token_id: 0 };
  // MobileBERT's known checkpoint leaves these fields at the defaults of transformers.
  const unsaid = family.name === "mobilebert" ? ["embedding_size", "intra_bottleneck_size"] : [];
  const known = Object.fromEntries(Object.entries(sizes).filter(([key]) => key in config || unsaid.includes(key)));
  const json = { ...config, ...special, ...known };
  const graph = new Graph();
  const read = implementation.config(json);
  const o = { family: implementation, config: read, prefixInCheckpoint: true, tensors: {} };
  const layers = makeLayerBuilder({ ...layersOptionsOf(o, graph, 7, () => false), prefix: implementation.prefix });
  implementation.build(layers, read, addModelInputs(graph, o), { dropout: 0 });
  const none = new CheckpointReader([]);
  const tensors: Tensors = Object.fromEntries(
    Object.entries(graph.program().state).map(([name, state]) => {
      const shape = state.type.shape as number[];
      const zeros = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
      return [name, { dtype: "F32", shape, bytes: initialValueOf(name, state, none)?.bytes ?? zeros }];
    }),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(json));
  writeSafetensors(join(folder, "model.safetensors"), tensors);
  writeTokenizer(folder, family.capabilities?.shape === "encoder-decoder" ? "unigram" : "letters");
}

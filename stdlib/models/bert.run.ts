/**
 * BertModel as in transformers, with the parameter names of its checkpoints: embeddings (word, position, token type), a
 * stack of blocks with a norm after each sub-layer, and a pooler (tanh of a linear layer over the first token).
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, ModelOutputs, UnmaskingHead } from "./kind.js";
import {
  readBertConfig,
  bertEncoder,
  bertFacts,
  bertConfigFromScratch,
  tokenTypeEmbeddings,
  type BertConfig,
} from "./shared/bert-encoder.js";
import { ConfigReader, readConfig } from "./shared/config.js";
import { pooledHead } from "./shared/pooled-head.js";
import { buildUnmaskingHead } from "./shared/unmasking.js";

/** Extra fields of Google's first multilingual checkpoints and of TinyBERT's; no code reads them. */
const IDLE = [
  ...["directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head"],
  ...["pooler_type", "emb_size", "cell", "structure", "pre_trained", "training"],
];

export const bert: ModelImplementation<BertConfig> = {
  ...bertFacts,
  shape: "encoder",
  prefix: "bert.",
  config: (json) => readConfig("bert", json, IDLE, (read) => readBertConfig(new ConfigReader("bert", read), 0)),
  fromWords: (options) => ({ model_type: "bert", ...bertConfigFromScratch(options) }),
  sentence: pooledHead,
  unmaskPaths: ["cls.predictions"],
  build(layers, config, inputs, options) {
    const x = embeddings(layers, config, inputs, options.dropout ?? config.hidden_dropout_prob);
    const outputs: ModelOutputs = {
      last_hidden_state: bertEncoder(layers, config, x, inputs.attention_mask, options.dropout),
      unmask: (head) => unmask(layers, head, config),
    };
    if (options.pooled === false) return outputs;
    const size = config.hidden_size;
    const first = outputs.last_hidden_state.takePosition(0);
    return { ...outputs, pooled: layers.linear("pooler.dense", first, { in: size, out: size }).tanh() };
  },
};

/** Builds BertLMPredictionHead. */
function unmask(body: LayerBuilder, head: LayerBuilder, config: BertConfig): UnmaskingHead {
  const { hidden_size: size, vocab_size: rows, layer_norm_eps: epsilon, hidden_act: activation } = config;
  const path = "cls.predictions";
  return buildUnmaskingHead(head, {
    size,
    rows,
    epsilon,
    activation,
    output: `${path}.decoder`,
    bias: `${path}.bias`,
    dense: `${path}.transform.dense`,
    norm: `${path}.transform.LayerNorm`,
    tied: config.tie_word_embeddings ? body.parameter("embeddings.word_embeddings.weight", [rows, size]) : null,
  });
}

function embeddings(layers: LayerBuilder, config: BertConfig, inputs: ModelInputs, dropout: number): Tensor {
  const size = config.hidden_size;
  const ids = inputs.input_ids;
  const words = layers.embedding("embeddings.word_embeddings", ids, {
    rows: config.vocab_size,
    size,
    padding: config.pad_token_id,
  });
  const types = tokenTypeEmbeddings(layers, config, inputs.token_type_ids);
  const place = inputs.positions ?? layers.graph.one("range_like", [ids], { axis: 1 });
  const positions = layers.embedding("embeddings.position_embeddings", place, {
    rows: config.max_position_embeddings,
    size,
  });
  // Types and positions are added first if possible: [length, size] is small compared with [batch, length, size].
  const sum = inputs.token_type_ids ? words.add(types).add(positions) : words.add(positions.add(types));
  const normal = layers.norm("embeddings.LayerNorm", sum, { size, epsilon: config.layer_norm_eps });
  return layers.dropout("embeddings.dropout", normal, dropout);
}

/**
 * RobertaModel as in transformers, and XLM-RoBERTa, which has the same code: BERT's blocks, with positions counted from
 * the padding token's id over non-padding tokens, and a two-layer head over the first token. Its classification
 * checkpoints have no pooler. Parameter names are those of the checkpoints.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, SequenceClassificationHead, UnmaskingHead } from "./kind.js";
import {
  readBertConfig,
  bertEncoder,
  bertFacts,
  bertConfigFromScratch,
  tokenTypeEmbeddings,
  type BertConfig,
} from "./shared/bert-encoder.js";
import { ConfigReader, readConfig, type JsonObject } from "./shared/config.js";
import { firstPositionOf } from "./shared/pooled-head.js";
import { buildUnmaskingHead } from "./shared/unmasking.js";

export interface RobertaConfig extends BertConfig {
  readonly pad_token_id: number;
}

const sentence: SequenceClassificationHead = {
  paths: ["classifier.dense", "classifier.out_proj"],
  logits(layers, body, { hidden, labels, dropout }) {
    const first = layers.dropout("classifier.dropout", firstPositionOf(body), dropout);
    const dense = layers.linear("classifier.dense", first, { in: hidden, out: hidden, activation: "tanh" });
    const dropped = layers.dropout("classifier.dropout", dense, dropout);
    return layers.linear("classifier.out_proj", dropped, { in: hidden, out: labels });
  },
};

export const roberta = family("roberta", "roberta");
export const xlmRoberta = family("xlm_roberta", "xlm-roberta");

function family(name: string, modelType: string): ModelImplementation<RobertaConfig> {
  const configOf = (json: JsonObject): RobertaConfig => {
    const read = new ConfigReader(name, json);
    const config = readBertConfig(read, 1);
    const { pad_token_id, max_position_embeddings } = config;
    if (pad_token_id === null) throw read.bad("pad_token_id", "is missing: positions are counted from it on");
    if (pad_token_id > max_position_embeddings - 2)
      throw read.bad("max_position_embeddings", `must leave positions after that of padding (${pad_token_id})`);
    return { ...config, pad_token_id };
  };
  return {
    ...bertFacts,
    shape: "encoder",
    prefix: "roberta.",
    config: (json) => readConfig(name, json, [], configOf),
    // The first positions of the table are reserved for padding.
    sizes: (c) => ({ ...bertFacts.sizes(c), positions: c.max_position_embeddings - c.pad_token_id - 1 }),
    fromWords: (options) => ({
      ...bertConfigFromScratch(options),
      model_type: modelType,
      // The first positions of the table are reserved for padding.
      max_position_embeddings: options.positions + Number(options.special("pad")) + 1,
      type_vocab_size: 1,
      layer_norm_eps: 1e-5,
      bos_token_id: options.special("begin"),
      eos_token_id: options.special("end"),
    }),
    sentence,
    unmaskPaths: ["lm_head"],
    build(layers, config, inputs, options) {
      const x = embeddings(layers, config, inputs, options.dropout ?? config.hidden_dropout_prob);
      return {
        last_hidden_state: bertEncoder(layers, config, x, inputs.attention_mask, options.dropout),
        unmask: (head) => unmask(layers, head, config),
      };
    },
  };
}

/** Builds RobertaLMHead, whose activation is GELU whatever the config names. */
function unmask(body: LayerBuilder, head: LayerBuilder, config: RobertaConfig): UnmaskingHead {
  const { hidden_size: size, vocab_size: rows, layer_norm_eps: epsilon } = config;
  return buildUnmaskingHead(head, {
    size,
    rows,
    epsilon,
    activation: "gelu",
    output: "lm_head.decoder",
    bias: "lm_head.bias",
    dense: "lm_head.dense",
    norm: "lm_head.layer_norm",
    tied: config.tie_word_embeddings ? body.parameter("embeddings.word_embeddings.weight", [rows, size]) : null,
  });
}

function embeddings(layers: LayerBuilder, config: RobertaConfig, inputs: ModelInputs, dropout: number): Tensor {
  const { hidden_size: size, pad_token_id: padding } = config;
  const rows = { size, padding };
  const words = layers.embedding("embeddings.word_embeddings", inputs.input_ids, { ...rows, rows: config.vocab_size });
  const place = inputs.positions ? inputs.positions.add(padding + 1) : counted(inputs.input_ids, padding);
  const positions = layers.embedding("embeddings.position_embeddings", place, {
    ...rows,
    rows: config.max_position_embeddings,
  });
  const sum = words.add(tokenTypeEmbeddings(layers, config, inputs.token_type_ids)).add(positions);
  const normal = layers.norm("embeddings.LayerNorm", sum, { size, epsilon: config.layer_norm_eps });
  return layers.dropout("embeddings.dropout", normal, dropout);
}

/** Numbers the non-padding tokens from `padding` + 1 on; padding gets `padding`. */
function counted(ids: Tensor, padding: number): Tensor {
  const real = ids.notEqual(padding).cast("i32");
  return real.cumulativeSum(1).multiply(real).add(padding);
}

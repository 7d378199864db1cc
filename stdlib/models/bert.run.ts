/**
 * BertModel as transformers has it, parameters named exactly as in its checkpoints: embeddings (word, position, token
 * type), a stack of blocks normalised after each sub-layer, a pooler (tanh of a linear layer over the first token).
 */
import type { Tensor } from "#dsl/graph/builder.js";
import type { Layers, ModelImplementation, ModelInputs, ModelOutputs, Unmasking } from "../kinds.js";
import { ACTIVATIONS, ConfigReader, type Activation } from "./config.js";

export interface BertConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly hidden_act: Activation;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  readonly initializer_range: number;
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  /** Whether the head of masked tokens reads the word embeddings. */
  readonly tie_word_embeddings: boolean;
}

export const bert: ModelImplementation<BertConfig> = {
  shape: "encoder",
  prefix: "bert.",
  config(json) {
    const read = new ConfigReader("bert", json);
    read.choice("position_embedding_type", "absolute", ["absolute"]);
    read.off("is_decoder");
    read.off("add_cross_attention");
    const config: BertConfig = {
      vocab_size: read.count("vocab_size"),
      hidden_size: read.count("hidden_size"),
      num_hidden_layers: read.count("num_hidden_layers"),
      num_attention_heads: read.count("num_attention_heads"),
      intermediate_size: read.count("intermediate_size"),
      hidden_act: read.choice("hidden_act", "gelu", ACTIVATIONS),
      max_position_embeddings: read.count("max_position_embeddings"),
      type_vocab_size: read.count("type_vocab_size", 2),
      layer_norm_eps: read.number("layer_norm_eps", 1e-12, 0, 1),
      initializer_range: read.number("initializer_range", 0.02, 0, 100),
      hidden_dropout_prob: read.number("hidden_dropout_prob", 0.1, 0, 1),
      attention_probs_dropout_prob: read.number("attention_probs_dropout_prob", 0.1, 0, 1),
      tie_word_embeddings: read.flag("tie_word_embeddings", true),
    };
    if (config.hidden_size % config.num_attention_heads)
      throw read.bad("hidden_size", `must be a multiple of num_attention_heads (${config.num_attention_heads})`);
    return config;
  },
  hidden: (config) => config.hidden_size,
  initializerRange: (config) => config.initializer_range,
  dropout: (config) => config.hidden_dropout_prob,
  sizes: (c) => ({
    layers: c.num_hidden_layers,
    hidden: c.hidden_size,
    heads: c.num_attention_heads,
    intermediate: c.intermediate_size,
    vocabulary: c.vocab_size,
    positions: c.max_position_embeddings,
    types: c.type_vocab_size,
  }),
  build(layers, config, inputs, o) {
    const dropout = o.dropout ?? config.hidden_dropout_prob;
    let x = embeddings(layers, config, inputs, dropout);
    for (let i = 0; i < config.num_hidden_layers; i++)
      x = block(layers, `encoder.layer.${i}`, config, x, inputs.attention_mask, {
        dropout,
        attention: o.dropout ?? config.attention_probs_dropout_prob,
      });
    const outputs: ModelOutputs = { last_hidden_state: x, unmask: (head) => unmasking(layers, head, config) };
    if (o.pooled === false) return outputs;
    const size = config.hidden_size;
    return { ...outputs, pooled: layers.linear("pooler.dense", x.takePosition(0), { in: size, out: size }).tanh() };
  },
};

/** BertLMPredictionHead: a linear layer, its activation, a norm, and the word embeddings as output layer with a bias of its own. */
function unmasking(body: Layers, head: Layers, config: BertConfig): Unmasking {
  const { hidden_size: size, vocab_size: rows, layer_norm_eps: epsilon, hidden_act: activation } = config;
  const path = "cls.predictions";
  return {
    transform: (x) =>
      head.norm(
        `${path}.transform.LayerNorm`,
        head.linear(`${path}.transform.dense`, x, { in: size, out: size, activation }),
        { size, epsilon },
      ),
    weight: config.tie_word_embeddings
      ? body.parameter("embeddings.word_embeddings.weight", [rows, size])
      : head.parameter(`${path}.decoder.weight`, [rows, size]),
    bias: head.parameter(config.tie_word_embeddings ? `${path}.bias` : `${path}.decoder.bias`, [rows], "zeros"),
  };
}

function embeddings(layers: Layers, config: BertConfig, inputs: ModelInputs, dropout: number): Tensor {
  const size = config.hidden_size;
  const ids = inputs.input_ids;
  const words = layers.embedding("embeddings.word_embeddings", ids, { rows: config.vocab_size, size });
  const segments = inputs.token_type_ids
    ? layers.embedding("embeddings.token_type_embeddings", inputs.token_type_ids, {
        rows: config.type_vocab_size,
        size,
      })
    : layers.parameter("embeddings.token_type_embeddings.weight", [config.type_vocab_size, size]).slice(0, 0, 1);
  const place = inputs.positions ?? layers.graph.one("range_like", [ids], { axis: 1 });
  const positions = layers.embedding("embeddings.position_embeddings", place, {
    rows: config.max_position_embeddings,
    size,
  });
  // Segments and positions are added first: [length, size] is small beside [batch, length, size].
  const sum = inputs.token_type_ids ? words.add(segments).add(positions) : words.add(positions.add(segments));
  const normal = layers.norm("embeddings.LayerNorm", sum, { size, epsilon: config.layer_norm_eps });
  return layers.dropout("embeddings.dropout", normal, dropout);
}

interface Rates {
  readonly dropout: number;
  readonly attention: number;
}
function block(layers: Layers, path: string, config: BertConfig, x: Tensor, mask: Tensor, rates: Rates): Tensor {
  const { hidden_size: size, intermediate_size: wide, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const attended = layers.block(`${path}.attention`, x, (h) => {
    const project = (name: string): Tensor =>
      layers.linear(`${path}.attention.self.${name}`, h, { in: size, out: size });
    const [q, k, v] = [project("query"), project("key"), project("value")];
    const context = layers.attention(`${path}.attention.self`, q, k, v, { heads, mask, dropout: rates.attention });
    const out = layers.linear(`${path}.attention.output.dense`, context, { in: size, out: size });
    return layers.dropout(`${path}.attention.output.dropout`, out, rates.dropout);
  });
  const middle = layers.norm(`${path}.attention.output.LayerNorm`, attended, { size, epsilon });
  const fed = layers.block(`${path}.output`, middle, (h) => {
    const inner = layers.linear(`${path}.intermediate.dense`, h, {
      in: size,
      out: wide,
      activation: config.hidden_act,
    });
    const out = layers.linear(`${path}.output.dense`, inner, { in: wide, out: size });
    return layers.dropout(`${path}.output.dropout`, out, rates.dropout);
  });
  return layers.norm(`${path}.output.LayerNorm`, fed, { size, epsilon });
}

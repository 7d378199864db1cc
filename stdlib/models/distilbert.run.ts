/**
 * DistilBertModel as in transformers, with the parameter names of its checkpoints: BERT without token types and pooler.
 * Its classification head has an additional ReLU layer (`pre_classifier`).
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, SequenceClassificationHead, UnmaskingHead } from "./kind.js";
import { ACTIVATIONS, ConfigReader, readConfig, type Activation, type JsonObject } from "./shared/config.js";
import { remainingHeadCount } from "./shared/pruned-heads.js";
import { firstPositionOf } from "./shared/pooled-head.js";
import { buildUnmaskingHead } from "./shared/unmasking.js";

export interface DistilBertConfig {
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly sinusoidal_pos_embds: boolean;
  readonly n_layers: number;
  readonly n_heads: number;
  /** Number of heads per layer after pruning. */
  readonly heads_left: number;
  readonly dim: number;
  readonly hidden_dim: number;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly activation: Activation;
  readonly initializer_range: number;
  readonly seq_classif_dropout: number;
  readonly qa_dropout: number;
  readonly pad_token_id: number | null;
  /** True if the masked-language-model head uses the word embeddings. */
  readonly tie_word_embeddings: boolean;
}

/** Fixed in this family's configs. */
const epsilon = 1e-12;

const sentence: SequenceClassificationHead<DistilBertConfig> = {
  paths: ["pre_classifier", "classifier"],
  dropout: (config) => config.seq_classif_dropout,
  logits(layers, body, { hidden, labels, dropout }) {
    const first = firstPositionOf(body);
    const dense = layers.linear("pre_classifier", first, { in: hidden, out: hidden, activation: "relu" });
    return layers.linear("classifier", layers.dropout("dropout", dense, dropout), { in: hidden, out: labels });
  },
};

export const distilbert: ModelImplementation<DistilBertConfig> = {
  shape: "encoder",
  prefix: "distilbert.",
  config: (json) => readConfig("distilbert", json, ["tie_weights_"], configOf),
  hidden: (config) => config.dim,
  initializerRange: (config) => config.initializer_range,
  dropout: (config) => config.dropout,
  answerDropout: (config) => config.qa_dropout,
  sizes: (c) => ({
    layers: c.n_layers,
    hidden: c.dim,
    heads: c.heads_left,
    ...(c.heads_left < c.n_heads && { headSize: c.dim / c.n_heads }),
    intermediate: c.hidden_dim,
    vocabulary: c.vocab_size,
    positions: c.max_position_embeddings,
  }),
  fromWords: ({ words, vocabulary, positions, special }) => ({
    model_type: "distilbert",
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    sinusoidal_pos_embds: false,
    n_layers: words["layers"],
    n_heads: words["heads"],
    dim: words["hidden"],
    hidden_dim: words["intermediate"],
    dropout: 0.1,
    attention_dropout: 0.1,
    activation: "gelu",
    initializer_range: 0.02,
    pad_token_id: special("pad"),
  }),
  sentence,
  unmaskPaths: ["vocab_projector", "vocab_layer_norm", "vocab_transform"],
  build(layers, config, inputs, options) {
    const rates = {
      dropout: options.dropout ?? config.dropout,
      attention: options.dropout ?? config.attention_dropout,
    };
    let x = embeddings(layers, config, inputs, rates.dropout);
    for (let i = 0; i < config.n_layers; i++)
      x = block(layers, `transformer.layer.${i}`, config, x, inputs.attention_mask, rates);
    return { last_hidden_state: x, unmask: (head) => unmask(layers, head, config) };
  },
};

function configOf(json: JsonObject): DistilBertConfig {
  const read = new ConfigReader("distilbert", json);
  // `alias`: a name that transformers accepts in addition to the family's own.
  const count = (key: string, alias: string): number => {
    const size = read.count(key in json || !(alias in json) ? key : alias);
    if (alias in json && read.count(alias) !== size) throw read.bad(alias, `must equal ${key}`);
    return size;
  };
  const vocab_size = read.count("vocab_size");
  const [layers, heads] = [count("n_layers", "num_hidden_layers"), count("n_heads", "num_attention_heads")];
  const config: DistilBertConfig = {
    vocab_size,
    max_position_embeddings: read.count("max_position_embeddings", 512),
    sinusoidal_pos_embds: read.flag("sinusoidal_pos_embds", false),
    n_layers: layers,
    n_heads: heads,
    heads_left: remainingHeadCount(read, { layers, heads }),
    dim: count("dim", "hidden_size"),
    hidden_dim: read.count("hidden_dim"),
    dropout: read.number("dropout", 0.1, 0, 1),
    attention_dropout: read.number("attention_dropout", 0.1, 0, 1),
    activation: read.choice("activation", "gelu", ACTIVATIONS),
    initializer_range: read.number("initializer_range", 0.02, 0, 100),
    seq_classif_dropout: read.number("seq_classif_dropout", 0.2, 0, 1),
    qa_dropout: read.number("qa_dropout", 0.1, 0, 1),
    pad_token_id: read.token("pad_token_id", 0, vocab_size),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  // A sinusoidal table is computed at this size; a learned one is read from the checkpoint.
  if (config.sinusoidal_pos_embds && config.max_position_embeddings * config.dim > 2 ** 26)
    throw read.bad(
      "max_position_embeddings",
      `times dim (${config.dim}) is more than a table of sines may have (2^26)`,
    );
  if (config.dim % config.n_heads) throw read.bad("dim", `must be a multiple of n_heads (${config.n_heads})`);
  return config;
}

function unmask(body: LayerBuilder, head: LayerBuilder, config: DistilBertConfig): UnmaskingHead {
  const { dim: size, vocab_size: rows, activation } = config;
  return buildUnmaskingHead(head, {
    size,
    rows,
    epsilon,
    activation,
    dense: "vocab_transform",
    norm: "vocab_layer_norm",
    output: "vocab_projector",
    tied: config.tie_word_embeddings ? body.parameter("embeddings.word_embeddings.weight", [rows, size]) : null,
  });
}

function embeddings(layers: LayerBuilder, config: DistilBertConfig, inputs: ModelInputs, dropout: number): Tensor {
  const { dim: size, max_position_embeddings: longest } = config;
  const words = layers.embedding("embeddings.word_embeddings", inputs.input_ids, {
    rows: config.vocab_size,
    size,
    padding: config.pad_token_id,
  });
  const place = inputs.positions ?? layers.graph.one("range_like", [inputs.input_ids], { axis: 1 });
  const positions = layers.embedding("embeddings.position_embeddings", place, {
    rows: longest,
    size,
    ...(config.sinusoidal_pos_embds && { initial: { value: sinusoids(longest, size) } }),
  });
  const normal = layers.norm("embeddings.LayerNorm", words.add(positions), { size, epsilon });
  return layers.dropout("embeddings.dropout", normal, dropout);
}

function block(
  layers: LayerBuilder,
  path: string,
  { dim: size, hidden_dim: wide, n_heads, heads_left: heads, activation }: DistilBertConfig,
  x: Tensor,
  mask: Tensor,
  rates: { readonly dropout: number; readonly attention: number },
): Tensor {
  const width = (size / n_heads) * heads;
  const attended = layers.block(`${path}.attention`, x, (h) => {
    const project = (name: string): Tensor => layers.linear(`${path}.attention.${name}`, h, { in: size, out: width });
    const [q, k, v] = [project("q_lin"), project("k_lin"), project("v_lin")];
    const context = layers.attention(`${path}.attention`, q, k, v, { heads, mask, dropout: rates.attention });
    return layers.linear(`${path}.attention.out_lin`, context, { in: width, out: size });
  });
  const middle = layers.norm(`${path}.sa_layer_norm`, attended, { size, epsilon });
  const fed = layers.block(`${path}.ffn`, middle, (h) => {
    const inner = layers.linear(`${path}.ffn.lin1`, h, { in: size, out: wide, activation });
    const out = layers.linear(`${path}.ffn.lin2`, inner, { in: wide, out: size });
    return layers.dropout(`${path}.ffn.dropout`, out, rates.dropout);
  });
  return layers.norm(`${path}.output_layer_norm`, fed, { size, epsilon });
}

/** Returns a table [positions, size] of alternating sines and cosines, with wavelengths from 2π to 20,000π. */
function sinusoids(positions: number, size: number): NDArray {
  const table = Float32Array.from({ length: positions * size }, (_, i) => {
    const [position, column] = [Math.floor(i / size), i % size];
    const angle = position / 10000 ** ((2 * Math.floor(column / 2)) / size);
    return column % 2 ? Math.cos(angle) : Math.sin(angle);
  });
  return { dtype: "f32", shape: [positions, size], bytes: new Uint8Array(table.buffer) };
}

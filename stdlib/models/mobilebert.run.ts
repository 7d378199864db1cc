/**
 * MobileBertModel as in transformers, with the parameter names of its checkpoints. Narrow word embeddings (of three
 * neighbouring tokens) are widened. Blocks work in a narrow stream between bottlenecks, with several inner layers each,
 * and have scale and bias in place of norms (`no_norm`). The pooler returns the first token unchanged unless the config
 * sets otherwise.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, ModelOutputs, UnmaskingHead } from "./kind.js";
import { bertFacts, bertConfigFromScratch } from "./shared/bert-encoder.js";
import { ACTIVATIONS, ConfigReader, readConfig, type Activation, type JsonObject } from "./shared/config.js";
import { pooledHead } from "./shared/pooled-head.js";
import { buildUnmaskingHead } from "./shared/unmasking.js";

export interface MobileBertConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly hidden_act: Activation;
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly initializer_range: number;
  readonly layer_norm_eps: number;
  readonly pad_token_id: number | null;
  readonly embedding_size: number;
  readonly trigram_input: boolean;
  readonly use_bottleneck: boolean;
  readonly intra_bottleneck_size: number;
  readonly use_bottleneck_attention: boolean;
  readonly key_query_shared_bottleneck: boolean;
  readonly num_feedforward_networks: number;
  readonly normalization_type: "no_norm" | "layer_norm";
  readonly classifier_activation: boolean;
  readonly classifier_dropout: number | null;
  /** True if the masked-language-model head uses the word embeddings. */
  readonly tie_word_embeddings: boolean;
}

/** Epsilon of the two norms for which transformers uses PyTorch's default instead of the config's. */
const fixedEpsilon = 1e-5;

export const mobilebert: ModelImplementation<MobileBertConfig> = {
  ...bertFacts,
  shape: "encoder",
  prefix: "mobilebert.",
  config: (json) => readConfig("mobilebert", json, [], configOf),
  fromWords: (options) => ({
    ...bertConfigFromScratch(options),
    model_type: "mobilebert",
    hidden_act: "relu",
    hidden_dropout_prob: 0,
    embedding_size: options.words["embedding"],
    trigram_input: true,
    use_bottleneck: true,
    intra_bottleneck_size: options.words["bottleneck"],
    use_bottleneck_attention: false,
    key_query_shared_bottleneck: true,
    num_feedforward_networks: options.words["inner_layers"],
    normalization_type: "no_norm",
    classifier_activation: true,
  }),
  sentence: pooledHead,
  unmaskPaths: ["cls.predictions"],
  build(layers, config, inputs, options) {
    const rates = {
      dropout: options.dropout ?? config.hidden_dropout_prob,
      attention: options.dropout ?? config.attention_probs_dropout_prob,
    };
    let x = embeddings(layers, config, inputs, rates.dropout);
    for (let i = 0; i < config.num_hidden_layers; i++)
      x = block(layers, `encoder.layer.${i}`, config, x, inputs.attention_mask, rates);
    const outputs: ModelOutputs = { last_hidden_state: x, unmask: (head) => unmask(layers, head, config) };
    if (options.pooled === false || !config.classifier_activation) return outputs;
    const size = config.hidden_size;
    return { ...outputs, pooled: layers.linear("pooler.dense", x.takePosition(0), { in: size, out: size }).tanh() };
  },
};

function configOf(json: JsonObject): MobileBertConfig {
  const read = new ConfigReader("mobilebert", json);
  const vocab_size = read.count("vocab_size");
  const config: MobileBertConfig = {
    vocab_size,
    hidden_size: read.count("hidden_size"),
    num_hidden_layers: read.count("num_hidden_layers"),
    num_attention_heads: read.count("num_attention_heads"),
    intermediate_size: read.count("intermediate_size"),
    hidden_act: read.choice("hidden_act", "relu", ACTIVATIONS),
    hidden_dropout_prob: read.number("hidden_dropout_prob", 0, 0, 1),
    attention_probs_dropout_prob: read.number("attention_probs_dropout_prob", 0.1, 0, 1),
    max_position_embeddings: read.count("max_position_embeddings", 512),
    type_vocab_size: read.count("type_vocab_size", 2),
    initializer_range: read.number("initializer_range", 0.02, 0, 100),
    layer_norm_eps: read.number("layer_norm_eps", 1e-12, 0, 1),
    pad_token_id: read.token("pad_token_id", 0, vocab_size),
    embedding_size: read.count("embedding_size", 128),
    trigram_input: read.flag("trigram_input", true),
    use_bottleneck: read.flag("use_bottleneck", true),
    intra_bottleneck_size: read.count("intra_bottleneck_size", 128),
    use_bottleneck_attention: read.flag("use_bottleneck_attention", false),
    key_query_shared_bottleneck: read.flag("key_query_shared_bottleneck", true),
    num_feedforward_networks: read.count("num_feedforward_networks", 4),
    normalization_type: read.choice("normalization_type", "no_norm", ["no_norm", "layer_norm"]),
    classifier_activation: read.flag("classifier_activation", true),
    classifier_dropout: read.rate("classifier_dropout"),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  demandFit(config, read);
  return config;
}

/** Returns the width of the stream within a block. */
function narrow(c: MobileBertConfig): number {
  return c.use_bottleneck ? c.intra_bottleneck_size : c.hidden_size;
}

function demandFit(c: MobileBertConfig, read: ConfigReader): void {
  const size = narrow(c);
  if (size % c.num_attention_heads) {
    const key = c.use_bottleneck ? "intra_bottleneck_size" : "hidden_size";
    throw read.bad(key, `must be a multiple of num_attention_heads (${c.num_attention_heads})`);
  }
  if (read.count("true_hidden_size", size) !== size)
    throw read.bad("true_hidden_size", `must be the size of the stream within a block (${size})`);
  const direct = c.use_bottleneck && !c.use_bottleneck_attention && !c.key_query_shared_bottleneck;
  if (direct && size !== c.hidden_size)
    throw read.bad("key_query_shared_bottleneck", "is off, so query and key need intra_bottleneck_size = hidden_size");
}

function norm(layers: LayerBuilder, c: MobileBertConfig, path: string, x: Tensor, epsilon = c.layer_norm_eps): Tensor {
  const size = x.shape.at(-1) as number;
  if (c.normalization_type === "layer_norm") return layers.norm(path, x, { size, epsilon });
  return layers.graph.withPath(path, () =>
    x
      .multiply(layers.parameter(`${path}.weight`, [size], "ones"))
      .add(layers.parameter(`${path}.bias`, [size], "zeros")),
  );
}

/** Builds MobileBertLMPredictionHead: a separate table extends the narrow word embeddings to the hidden width. */
function unmask(body: LayerBuilder, head: LayerBuilder, c: MobileBertConfig): UnmaskingHead {
  const { hidden_size: size, embedding_size: narrow, vocab_size: rows, layer_norm_eps: epsilon } = c;
  const path = "cls.predictions";
  const words = c.tie_word_embeddings
    ? body.parameter("embeddings.word_embeddings.weight", [rows, narrow])
    : head.parameter(`${path}.decoder.weight`, [rows, narrow]);
  const rest = size - narrow;
  const more = rest > 0 ? [head.parameter(`${path}.dense.weight`, [rest, rows]).transpose([1, 0])] : [];
  if (!c.tie_word_embeddings) head.unused(`${path}.bias`, [rows], "zeros");
  const { transform, bias } = buildUnmaskingHead(head, {
    size,
    rows,
    epsilon,
    activation: c.hidden_act,
    output: `${path}.decoder`,
    dense: `${path}.transform.dense`,
    norm: `${path}.transform.LayerNorm`,
    ...(c.tie_word_embeddings && { bias: `${path}.bias` }),
    tied: words,
  });
  return { transform, bias, weight: body.graph.concat([words, ...more], 1) };
}

function embeddings(layers: LayerBuilder, c: MobileBertConfig, inputs: ModelInputs, dropout: number): Tensor {
  const size = c.hidden_size;
  const ids = inputs.input_ids;
  const words = layers.embedding("embeddings.word_embeddings", ids, {
    rows: c.vocab_size,
    size: c.embedding_size,
    padding: c.pad_token_id,
  });
  const read = c.trigram_input ? trigrams(words) : words;
  const transform = "embeddings.embedding_transformation";
  const wide =
    c.trigram_input || c.embedding_size !== size
      ? layers.linear(transform, read, { in: read.shape.at(-1) as number, out: size })
      : read;
  if (wide === read) unusedLinear(layers, transform, c.embedding_size, size);
  const place = inputs.positions ?? layers.graph.one("range_like", [ids], { axis: 1 });
  const positions = layers.embedding("embeddings.position_embeddings", place, {
    rows: c.max_position_embeddings,
    size,
  });
  const [rows, path] = [c.type_vocab_size, "embeddings.token_type_embeddings"];
  const types = inputs.token_type_ids
    ? layers.embedding(path, inputs.token_type_ids, { rows, size })
    : layers.parameter(`${path}.weight`, [rows, size]).slice(0, 0, 1);
  const sum = wide.add(positions).add(types);
  return layers.dropout("embeddings.dropout", norm(layers, c, "embeddings.LayerNorm", sum, fixedEpsilon), dropout);
}

/**
 * Declares a layer that checkpoints have but this configuration does not use; `size` null for a norm, whose weight is a
 * vector.
 */
function unusedLinear(layers: LayerBuilder, path: string, size: number | null, out: number): void {
  layers.unused(`${path}.weight`, size === null ? [out] : [out, size], size === null ? "ones" : undefined);
  layers.unused(`${path}.bias`, [out], "zeros");
}

/**
 * Maps [batch, length, n] to [batch, length, 3n]: the next token, the token itself, then the previous one; zeros beyond
 * the ends.
 */
function trigrams(x: Tensor): Tensor {
  const length = x.shape[1]!;
  const places = x.range(1);
  const [row, column] = [places.reshape([length, 1]), places.reshape([1, length])];
  const shifted = (by: number): Tensor => row.add(by).equal(column).cast(x.dtype).matmul(x);
  return x.graph.concat([shifted(1), x, shifted(-1)], 2);
}

interface Rates {
  readonly dropout: number;
  readonly attention: number;
}
function block(layers: LayerBuilder, path: string, c: MobileBertConfig, x: Tensor, mask: Tensor, rates: Rates): Tensor {
  const [size, inner] = [narrow(c), c.intermediate_size];
  const [queryInput, valued, stream] = bottlenecked(layers, `${path}.bottleneck`, c, x);
  const drop = (name: string, y: Tensor): Tensor =>
    c.use_bottleneck ? y : layers.dropout(`${path}.${name}`, y, rates.dropout);
  const attended = layers.block(`${path}.attention`, stream, () => {
    const project = (name: string, h: Tensor): Tensor =>
      layers.linear(`${path}.attention.self.${name}`, h, { in: h.shape.at(-1) as number, out: size });
    const [q, k, v] = [project("query", queryInput), project("key", queryInput), project("value", valued)];
    const context = layers.attention(`${path}.attention.self`, q, k, v, {
      heads: c.num_attention_heads,
      mask,
      dropout: rates.attention,
    });
    const out = layers.linear(`${path}.attention.output.dense`, context, { in: size, out: size });
    return drop("attention.output.dropout", out);
  });
  let h = norm(layers, c, `${path}.attention.output.LayerNorm`, attended);
  const feed = (at: string, y: Tensor): Tensor => {
    const middle = layers.linear(`${at}.intermediate.dense`, y, { in: size, out: inner, activation: c.hidden_act });
    return layers.linear(`${at}.output.dense`, middle, { in: inner, out: size });
  };
  for (let i = 0; i < c.num_feedforward_networks - 1; i++) {
    const layerPath = `${path}.ffn.${i}`;
    h = norm(
      layers,
      c,
      `${layerPath}.output.LayerNorm`,
      layers.block(layerPath, h, (y) => feed(layerPath, y)),
    );
  }
  const fed = layers.block(`${path}.output`, h, (y) => drop("output.dropout", feed(path, y)));
  const y = norm(layers, c, `${path}.output.LayerNorm`, fed, fixedEpsilon);
  if (!c.use_bottleneck) return y;
  const wide = layers.linear(`${path}.output.bottleneck.dense`, y, { in: size, out: c.hidden_size });
  const whole = x.add(layers.dropout(`${path}.output.bottleneck.dropout`, wide, rates.dropout));
  return norm(layers, c, `${path}.output.bottleneck.LayerNorm`, whole);
}

/** Returns the inputs of query and key, the input of value, and the stream that the block adds to. */
function bottlenecked(
  layers: LayerBuilder,
  path: string,
  c: MobileBertConfig,
  x: Tensor,
): readonly [asked: Tensor, valued: Tensor, stream: Tensor] {
  if (!c.use_bottleneck) return [x, x, x];
  const through = (name: string): Tensor => {
    const options = { in: c.hidden_size, out: c.intra_bottleneck_size };
    return norm(layers, c, `${path}.${name}.LayerNorm`, layers.linear(`${path}.${name}.dense`, x, options));
  };
  const stream = through("input");
  if (c.use_bottleneck_attention) {
    if (c.key_query_shared_bottleneck) {
      unusedLinear(layers, `${path}.attention.dense`, c.hidden_size, c.intra_bottleneck_size);
      unusedLinear(layers, `${path}.attention.LayerNorm`, null, c.intra_bottleneck_size);
    }
    return [stream, stream, stream];
  }
  return [c.key_query_shared_bottleneck ? through("attention") : x, x, stream];
}

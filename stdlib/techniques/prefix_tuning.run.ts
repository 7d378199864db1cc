/**
 * Prefix tuning like PEFT's without projection (Li and Liang, 2021, arXiv 2101.00190): every attention layer gets
 * learned keys and values before those of the text, whose positions start after them. One state contains them all,
 * [tokens, 2 × layers × width], keys before values in each layer. They take no cache entries, because they are
 * prepended to the cache's content. In an encoder-decoder, the decoder's self-attention gets them, and its relative
 * positions count them.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { TechniqueImplementation } from "./kind.js";
import {
  VirtualTokenPrefix,
  PROMPT_EMBEDDINGS,
  promptTensorName,
  shiftedPositions,
  virtualTokenCount,
} from "./shared/virtual-tokens.js";
import { peftConfig } from "./shared/settings.js";
import { word } from "./prefix_tuning.js";

/** Paths of an encoder-decoder's encoder, which gets no prefix. */
const ENCODES = /^encoder\./;

export const prefixTuning: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => path === PROMPT_EMBEDDINGS,
  adds: (_call, path) => path === PROMPT_EMBEDDINGS,
  fileName: promptTensorName,
  virtual: (call) => ({ positions: virtualTokenCount(call), cached: 0 }),
  around: (_call, layers) => layers,
  body(call, { layers, inputs, sizes, build }) {
    const { graph } = layers;
    const count = virtualTokenCount(call);
    const before = new VirtualTokenPrefix(inputs, count);
    const written = inputs.decoder_input_ids;
    const stacked = sizes.decoderLayers ?? sizes.layers;
    const all = 2 * stacked;
    let parts: readonly Tensor[] | undefined;
    let layer = 0;
    const attention: LayerBuilder["attention"] = (path, q, k, v, options) => {
      if (options.cross || (written && ENCODES.test(path))) return layers.attention(path, q, k, v, options);
      const width = k.shape.at(-1) as number;
      parts ??= layers.outside
        .parameter(PROMPT_EMBEDDINGS, [count, all * width])
        .split(1, new Array<number>(all).fill(width));
      // For an encoder-decoder, PEFT also reserves a pair for each cross-attention but never uses it, so each layer
      // skips a pair.
      const pair = written ? (2 * layer) % stacked : layer;
      const [keys, values] = [parts[2 * pair]!, parts[2 * pair + 1]!];
      layer += 1;
      return graph.withPath(`${path}.${PROMPT_EMBEDDINGS}`, () =>
        layers.attention(path, q, before.rows(keys, k), before.rows(values, v), {
          ...options,
          // A decoder's mask is extended before relative positions are counted.
          ...(options.mask && !written && { mask: before.numbers(() => 1, options.mask) }),
          offset: options.offset ? options.offset.add(count) : graph.number(count, "i32"),
        }),
      );
    };
    if (!written) return build({ ...layers, attention }, { ...inputs, positions: shiftedPositions(inputs, count) });
    const places = inputs.decoder_positions ?? graph.one("range_like", [written], { axis: 1 });
    const mask = inputs.decoder_attention_mask ?? graph.one("fill_like", [written], { value: 1 });
    return build(
      { ...layers, attention },
      { ...inputs, decoder_positions: places.add(count), decoder_attention_mask: before.numbers(() => 1, mask) },
    );
  },
  config(call, about) {
    const { heads, hidden, headSize = hidden / heads, decoderLayers } = about.sizes;
    const layers = decoderLayers ?? about.sizes.layers;
    const width = about.states[PROMPT_EMBEDDINGS]![1]! / (2 * layers);
    return {
      ...peftConfig("PREFIX_TUNING", about),
      num_virtual_tokens: virtualTokenCount(call),
      // Number of key and value heads, which queries may share.
      num_attention_heads: width / headSize,
      num_layers: layers,
      token_dim: width,
      num_transformer_submodules: decoderLayers === undefined ? 1 : 2,
      prefix_projection: false,
      encoder_hidden_size: width,
    };
  },
};

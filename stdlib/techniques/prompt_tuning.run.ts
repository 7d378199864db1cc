/**
 * Prompt tuning like PEFT's (Lester et al., 2021, arXiv 2104.08691): learned vectors precede the tokens of each text,
 * at positions 0, 1, …, and all tokens attend to them. Tokens, mask, token types and positions are extended together.
 * The body's outputs for virtual tokens are removed again, so heads and labels see only the text. Its first token is
 * not predicted from the prompt, so losses cover the same tokens under every technique. During generation the virtual
 * tokens are in the cache. In an encoder-decoder they precede the encoder's input, and the decoder attends to them.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelInputs } from "../models/kind.js";
import type { TechniqueImplementation } from "./kind.js";
import {
  VirtualTokenPrefix,
  lengthDimension,
  PROMPT_EMBEDDINGS,
  promptTensorName,
  shiftedPositions,
  virtualTokenCount,
} from "./shared/virtual-tokens.js";
import { peftConfig, textArgument } from "./shared/settings.js";
import { word } from "./prompt_tuning.js";

export const promptTuning: TechniqueImplementation = {
  saved: word.capabilities.saves,
  trains: (_call, path) => path === PROMPT_EMBEDDINGS,
  adds: (_call, path) => path === PROMPT_EMBEDDINGS,
  fileName: promptTensorName,
  virtual: (call) => ({ positions: virtualTokenCount(call), cached: virtualTokenCount(call) }),
  around: (_call, layers) => layers,
  body(call, { layers, inputs, continues, build }) {
    const count = virtualTokenCount(call);
    const before = new VirtualTokenPrefix(inputs, count);
    const mask = before.numbers(() => 1, inputs.attention_mask);
    if (continues && inputs.decoder_input_ids)
      return build(layers, { ...inputs, input_ids: mask, attention_mask: mask });
    if (continues)
      return build(layers, { ...inputs, attention_mask: mask, positions: shiftedPositions(inputs, count) });
    const ids = before.numbers(() => 0, inputs.input_ids);
    const longer: ModelInputs = {
      ...inputs,
      input_ids: ids,
      attention_mask: mask,
      // Always passed, so that no family derives positions from token ids.
      positions: inputs.positions
        ? before.numbers((i) => i, inputs.positions.add(count))
        : layers.graph.one("range_like", [ids], { axis: 1 }),
      ...(inputs.token_type_ids && { token_type_ids: before.numbers(() => 0, inputs.token_type_ids) }),
    };
    const embedding: LayerBuilder["embedding"] = (path, inputTokens, options) => {
      if (inputTokens.ref.node !== ids.ref.node) return layers.embedding(path, inputTokens, options);
      const table = layers.parameter(`${path}.weight`, [options.rows, options.size]);
      const tokens = call.arguments["init_tokens"];
      const initial = Array.isArray(tokens) ? { rows: tokens as number[], of: table } : undefined;
      const prompts = layers.outside.parameter(PROMPT_EMBEDDINGS, [count, options.size], initial);
      return layers.graph.withPath(PROMPT_EMBEDDINGS, () =>
        before.rows(prompts, layers.embedding(path, inputs.input_ids, options)),
      );
    };
    const outputs = build({ ...layers, embedding }, longer);
    if (inputs.decoder_input_ids) return outputs;
    const { last_hidden_state: x } = outputs;
    return {
      ...outputs,
      first: x.takePosition(0),
      virtual: x.slice(1, 0, count),
      last_hidden_state: x.slice(1, count, lengthDimension(inputs.input_ids)),
    };
  },
  async resolve(call, { encode }) {
    const text = textArgument(call, "init");
    if (text === null || text === "random") return call;
    const ids = await encode(text);
    if (!ids.length) throw new CodedError("empty-prompt-text", { text });
    const tokens = Array.from({ length: virtualTokenCount(call) }, (_, i) => ids[i % ids.length]!);
    return { ...call, arguments: { ...call.arguments, init_tokens: tokens } };
  },
  config: (call, about) => ({
    ...peftConfig("PROMPT_TUNING", about),
    num_virtual_tokens: virtualTokenCount(call),
    token_dim: about.states[PROMPT_EMBEDDINGS]![1]!,
    num_transformer_submodules: 1,
    num_attention_heads: about.sizes.heads,
    num_layers: about.sizes.decoderLayers ?? about.sizes.layers,
    // PEFT's initialization; the file contains the trained values.
    prompt_tuning_init: "RANDOM",
  }),
};

/**
 * The Gemma models as in transformers. GemmaModel uses LLaMA's blocks with its own head size and a GELU-gated inner
 * layer. Its embeddings are multiplied by the square root of their size; its norms scale by 1 + weight. Gemma2Model
 * normalizes before and after each sub-layer, caps scores and logits, scales queries by its own factor, and has a
 * sliding window in every other layer. Gemma3TextModel normalizes each head of q and k instead of capping, and uses
 * another rope base in the layers with a window.
 */
import { ropeFrequencies } from "#dsl/tensor/numbers/rope.js";
import { ACTIVATIONS, type Activation, type ConfigReader, type JsonObject } from "./shared/config.js";
import {
  llamaFamily,
  readLayerTypes,
  llamaVariantDefaults,
  readRmsNormConfig,
  type LlamaVariant,
} from "./llama.run.js";
import { readRopeConfig } from "./shared/rope-config.js";

const shape = {
  ...llamaVariantDefaults,
  absent: { ...llamaVariantDefaults.absent, shared: 16, head: 256, tied: true },
  activation,
  bias(read: ConfigReader) {
    read.off("use_bidirectional_attention");
    const attention = read.flag("attention_bias", false);
    return { projections: attention, output: attention, inner: false };
  },
  norm: (read: ConfigReader) => readRmsNormConfig(read, 1),
  fixed: { ...llamaVariantDefaults.fixed, hidden_act: "gelu_pytorch_tanh" },
  // Rounded to f32, the type in which weights are loaded; transformers rounds it to its own load type.
  embeddingScale: (hidden: number) => Math.sqrt(hidden),
};

export const gemma = llamaFamily({ ...shape, name: "gemma" });

const FIXED = { hidden_activation: "gelu_pytorch_tanh", rms_norm_eps: 1e-6, rope_theta: 10000 };

export const gemma2 = llamaFamily({
  ...shape,
  name: "gemma2",
  sandwich: true,
  scalar: true,
  fixed: FIXED,
  // `hidden_activation` takes precedence over it.
  idle: [...shape.idle, "hidden_act"],
  absent: { ...shape.absent, shared: 4 },
  activation: (read) => read.choice("hidden_activation", "gelu_pytorch_tanh", ACTIVATIONS),
  scale: byScalar,
  caps: (read, json) => ({
    scores: capOf(read, json, "attn_logit_softcapping", 50),
    logits: capOf(read, json, "final_logit_softcapping", 30),
  }),
  windows: (read, json, layers) => windowsOf(read, json, layers, 2),
});

export const gemma3 = llamaFamily({
  ...shape,
  name: "gemma3_text",
  sandwich: true,
  headNorms: true,
  scalar: true,
  fixed: { ...FIXED, rope_theta: 1_000_000, rope_local_base_freq: 10_000, sliding_window_pattern: 6 },
  // `layer_types`, if present, replaces the pattern; the field with an underscore is never read back.
  idle: [...shape.idle, "hidden_act", "sliding_window_pattern", "_sliding_window_pattern"],
  absent: { ...shape.absent, shared: 4, theta: 1_000_000 },
  activation: (read) => read.choice("hidden_activation", "gelu_pytorch_tanh", ACTIVATIONS),
  scale: byScalar,
  caps(read, json) {
    // transformers reads this field but applies no cap.
    read.off("attn_logit_softcapping");
    return { scores: null, logits: capOf(read, json, "final_logit_softcapping", null) };
  },
  windows: (read, json, layers) => windowsOf(read, json, layers, patternOf(read)),
  ropes(read, json, { layers, ...options }) {
    const { full_attention: full, sliding_attention: sliding, ...flat } = recordOf(json["rope_parameters"]);
    if (Object.keys(flat).length > 0)
      throw read.unsupported("rope_parameters", flat, ["by kind of layer: full_attention, sliding_attention"]);
    const frequenciesOf = (ropeFields: unknown, theta: number, more: JsonObject): ReturnType<typeof ropeFrequencies> =>
      ropeFrequencies(
        readRopeConfig(read, { rope_parameters: { ...recordOf(ropeFields), ...more } }, { ...options, theta }),
      );
    const wide = frequenciesOf(full, read.positive("rope_theta", options.theta), recordOf(json["rope_scaling"]));
    const near = frequenciesOf(sliding, read.positive("rope_local_base_freq", 10_000), {});
    return slidesOf(read, json, layers, patternOf(read)).map((slides) => (slides ? near : wide));
  },
});

function byScalar(read: ConfigReader): number {
  return 1 / Math.sqrt(read.positive("query_pre_attn_scalar", 256));
}
/** Returns the cap; null for none. */
function capOf(read: ConfigReader, json: JsonObject, key: string, absent: number | null): number | null {
  return json[key] === null || (json[key] === undefined && absent === null) ? null : read.positive(key, absent ?? 0);
}
/** Gemma 3: one in this many layers has no window. */
function patternOf(read: ConfigReader): number {
  return read.count("sliding_window_pattern", 6);
}
/** Returns which layers have a window: those named in the config, else all except every `pattern`-th. */
function slidesOf(read: ConfigReader, json: JsonObject, layers: number, pattern: number): readonly boolean[] {
  const kinds = readLayerTypes(read, json, layers);
  return Array.from({ length: layers }, (_, i) => (kinds ? kinds[i] === "sliding_attention" : (i + 1) % pattern !== 0));
}
function windowsOf(
  read: ConfigReader,
  json: JsonObject,
  layers: number,
  pattern: number,
): ReturnType<LlamaVariant["windows"]> {
  if (json["sliding_window"] === null) throw read.bad("sliding_window", "is null, and transformers wants one");
  const size = read.count("sliding_window", 4096);
  return slidesOf(read, json, layers, pattern).map((slides) => (slides ? size : null));
}
function recordOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? (value as JsonObject) : {};
}

/** The first releases wrote `gelu` for its tanh form; some also named the tanh form in `hidden_activation`. */
function activation(read: ConfigReader, json: JsonObject): Activation {
  const named = (key: string): Activation => {
    const name = read.choice(key, "gelu_pytorch_tanh", ACTIVATIONS);
    return name === "gelu" ? "gelu_pytorch_tanh" : name;
  };
  const given = ["hidden_act", "hidden_activation"].filter((key) => (json[key] ?? null) !== null);
  const [first, second] = given.map(named);
  if (first !== undefined && second !== undefined && second !== first)
    throw read.unsupported("hidden_activation", second, [first]);
  return first ?? "gelu_pytorch_tanh";
}

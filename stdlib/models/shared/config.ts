/** Reads a model's config.json; each value is validated on reading, with coded errors. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readQuantizedConfig } from "./quantized-weights.js";

/** Fields of any family's config.json that have no effect on the computation, with the reason for each. */
const reasons: readonly (readonly [why: string, ...fields: string[]])[] = [
  ["which family it is", "model_type", "architectures", "is_encoder_decoder"],
  [
    "its origin",
    ...["_name_or_path", "_commit_hash", "transformers_version", "base_model_name_or_path", "finetuning_task"],
    ...["save_step", "is_llama_config", "unsloth_fixed", "unsloth_version", "transformers.js_config"],
  ],
  ["code of others, which is never run: the family's own is", "auto_map", "custom_pipelines"],
  [
    "how numbers are stored or computed, not which",
    "dtype",
    "torch_dtype",
    "use_bfloat16",
    "torchscript",
    "pretraining_tp",
  ],
  [
    "how the computation is split, cached or accelerated; the function is the same",
    ...["use_cache", "cache_implementation", "chunk_size_feed_forward", "gradient_checkpointing", "output_past"],
    ...["_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "_flash_attn_2_enabled"],
  ],
  ["what a call returns besides", "output_attentions", "output_hidden_states", "return_dict", "use_return_dict"],
  [
    "names of labels and the loss, which the task sets",
    "id2label",
    "label2id",
    "num_labels",
    "_num_labels",
    "problem_type",
  ],
  [
    "the tokenizer's affair",
    "tokenizer_class",
    "model_max_length",
    "prefix",
    "sep_token_id",
    "cls_token_id",
    "mask_token_id",
  ],
  [
    "settings of text generation, which `predict` sets",
    ...["bos_token_id", "eos_token_id", "decoder_start_token_id", "generation_config", "task_specific_params"],
    ...["max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping", "num_beams", "num_beam_groups"],
    ...["diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty"],
    ...["no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences"],
    ...["forced_bos_token_id", "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens"],
    ...["exponential_decay_length_penalty", "remove_invalid_values", "return_dict_in_generate", "output_scores"],
  ],
  ["settings of sentence-transformers, which `predict` sets", "sentence_transformers"],
];

export const IGNORED_CONFIG_FIELD_REASONS: Readonly<Record<string, string>> = Object.fromEntries(
  reasons.flatMap(([why, ...fields]) => fields.map((field) => [field, why])),
);

export type JsonObject = Readonly<Record<string, unknown>>;

/** Activation names in transformers' configs that `LayerBuilder.activate` supports. */
export const ACTIVATIONS = [
  "gelu",
  "gelu_python",
  "gelu_new",
  "gelu_fast",
  "gelu_accurate",
  "gelu_pytorch_tanh",
  "gelu_python_tanh",
  "quick_gelu",
  "relu",
  "relu2",
  "relu6",
  "leaky_relu",
  "silu",
  "swish",
  "mish",
  "tanh",
  "sigmoid",
  "linear",
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/**
 * Reads a config.json with `read`. Every other field must have no effect (`IGNORED_CONFIG_FIELD_REASONS`, and the family's own
 * `idle` fields) or be empty, because an unknown field might mean an unsupported variant. Coded error:
 * `unknown-config`.
 */
export function readConfig<C>(
  family: string,
  json: JsonObject,
  idle: readonly string[],
  read: (json: JsonObject) => C,
): C {
  const seen = new Set<string>(idle);
  // The files define the storage of weights; quantization configs of other tools are unknown.
  if (readQuantizedConfig(json)) seen.add("quantization_config");
  const watched = new Proxy(json, {
    get(target, key) {
      if (typeof key === "string") seen.add(key);
      return Reflect.get(target, key);
    },
  });
  const config = read(watched);
  const unknown = Object.keys(json).filter(
    (key) => !seen.has(key) && !(key in IGNORED_CONFIG_FIELD_REASONS) && !isEmpty(json[key]),
  );
  if (unknown.length > 0) throw new CodedError("unknown-config", { family, key: unknown[0]!, keys: unknown });
  return config;
}

/** Returns true for null, an empty list or an empty record. */
function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
}

export class ConfigReader {
  constructor(
    private readonly family: string,
    private readonly json: JsonObject,
    private readonly path = "",
  ) {}
  /** Returns a positive whole number, up to the field's bound. */
  count(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
      throw this.bad(key, value === undefined ? "is missing" : "must be a positive integer");
    return this.bounded(key, value);
  }
  /** Returns a whole number from 0, up to the field's bound. */
  whole(key: string, fallback: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
      throw this.bad(key, "must be an integer from 0");
    return this.bounded(key, value);
  }
  /** Returns a number in [min, max). */
  number(key: string, fallback: number, min: number, max: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !(value >= min && value < max))
      throw this.bad(key, `must be a number from ${min} to ${max}`);
    return value;
  }
  /** Returns a number greater than 0. */
  positive(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      throw this.bad(key, value === undefined ? "is missing" : "must be a number greater than 0");
    return value;
  }
  /** Returns a rate in [0, 1); null if the config has none. */
  rate(key: string): number | null {
    return this.json[key] === undefined || this.json[key] === null ? null : this.number(key, 0, 0, 1);
  }
  /** Returns the id of a special token, below `rows`; null if the config sets null. */
  token(key: string, fallback: number, rows: number): number | null {
    if (this.json[key] === null) return null;
    const id = this.json[key] ?? fallback;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0) throw this.bad(key, "must be an integer from 0");
    if (id >= rows) throw this.bad(key, `must be less than ${rows}`);
    return id;
  }
  choice<T extends string>(key: string, fallback: T, supported: readonly T[]): T {
    const value = this.json[key] ?? fallback;
    const found = supported.find((s) => s === value);
    if (found === undefined) throw this.unsupported(key, value, supported);
    return found;
  }
  flag(key: string, fallback: boolean): boolean {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "boolean") throw this.bad(key, "must be true or false");
    return value;
  }
  /** Checks that a flag is off. */
  off(key: string): void {
    if (this.json[key]) throw this.unsupported(key, this.json[key], ["false"]);
  }
  /** Checks that a flag is on (its default). */
  on(key: string): void {
    if (!this.flag(key, true)) throw this.unsupported(key, false, ["true"]);
  }
  private bounded(key: string, value: number): number {
    const most = boundOf(key);
    if (value > most) throw this.bad(key, `is ${value}, more than the ${most} that a model may have`);
    return value;
  }
  /** Returns the value unchecked; the caller validates it. */
  raw(key: string): unknown {
    return this.json[key];
  }
  /** Returns a reader of a nested record, whose error messages include the record's key. */
  inside(key: string, json: JsonObject): ConfigReader {
    return new ConfigReader(this.family, json, `${this.path}${key}.`);
  }
  unsupported(key: string, value: unknown, supported: readonly string[]): CodedError<"unsupported-config"> {
    const whole = JSON.stringify(value ?? null);
    const text = whole.length > 200 ? `${whole.slice(0, 200)} …` : whole;
    return new CodedError("unsupported-config", { family: this.family, key: this.path + key, value: text, supported });
  }
  bad(key: string, problem: string): CodedError<"bad-config"> {
    return new CodedError("bad-config", { family: this.family, key: this.path + key, problem });
  }
}

/**
 * Maximum whole numbers in a config.json, checked before anything is allocated. They are far above every published
 * model, and low enough that such a graph or table causes an error instead of a crash.
 */
const BOUNDS: readonly (readonly [RegExp, number])[] = [
  // Each layer is a block of the graph; the deepest published decoders have 126.
  [/^(num_hidden_layers|num_(decoder_)?layers|n_layers?|num_feedforward_networks)$/, 1024],
  [/^(vocab_size|type_vocab_size)$/, 2 ** 24],
  // Llama 4 supports ten million positions.
  [/position|^sliding_window$/, 2 ** 24],
  [/heads?$/, 2 ** 14],
];
/** Maximum of widths and all other fields: the widest feed-forward layers have some 50,000. */
const WIDTH = 2 ** 20;

function boundOf(key: string): number {
  return BOUNDS.find(([keys]) => keys.test(key))?.[1] ?? WIDTH;
}

/** Reading a model's config.json: each value is checked where it is read, with coded errors. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

import { KNOWN_FIELD_REASONS } from "./known-fields.js";
import { readQuantizedConfig } from "./quantized-weights.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Activations by their names in transformers' configs, as `Layers.activate` knows them. */
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
 * What `read` makes of a config.json, every field of which was looked at, changes nothing (`KNOWN_FIELDS`, and the family's
 * own `idle` ones) or is empty: any other might mean a function that isn't built here. Coded error: `unknown-config`.
 */
export function readConfig<C>(
  family: string,
  json: JsonObject,
  idle: readonly string[],
  read: (json: JsonObject) => C,
): C {
  const seen = new Set<string>(idle);
  // How weights lie is the files' affair; of others' ways nobody here knows what they do.
  if (readQuantizedConfig(json)) seen.add("quantization_config");
  const watched = new Proxy(json, {
    get(target, key) {
      if (typeof key === "string") seen.add(key);
      return Reflect.get(target, key);
    },
  });
  const config = read(watched);
  const unknown = Object.keys(json).filter(
    (key) => !seen.has(key) && !(key in KNOWN_FIELD_REASONS) && !isEmpty(json[key]),
  );
  if (unknown.length > 0) throw new CodedError("unknown-config", { family, key: unknown[0]!, keys: unknown });
  return config;
}

/** Says nothing: null, a list or a record of none. */
function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
}

export class ConfigReader {
  constructor(
    private readonly family: string,
    private readonly json: JsonObject,
    private readonly path = "",
  ) {}
  /** A positive whole number, up to the field's bound. */
  count(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
      throw this.bad(key, value === undefined ? "is missing" : "must be a positive whole number");
    return this.bounded(key, value);
  }
  /** A whole number from 0, up to the field's bound. */
  whole(key: string, fallback: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
      throw this.bad(key, "must be a whole number from 0");
    return this.bounded(key, value);
  }
  /** A number in [min, max). */
  number(key: string, fallback: number, min: number, max: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !(value >= min && value < max))
      throw this.bad(key, `must be a number from ${min} to ${max}`);
    return value;
  }
  /** A number greater than 0. */
  positive(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      throw this.bad(key, value === undefined ? "is missing" : "must be a number greater than 0");
    return value;
  }
  /** A rate from 0, below 1; null where the config has none. */
  rate(key: string): number | null {
    return this.json[key] === undefined || this.json[key] === null ? null : this.number(key, 0, 0, 1);
  }
  /** The id of a special token, below `rows`; null where the config says there is none. */
  token(key: string, fallback: number, rows: number): number | null {
    if (this.json[key] === null) return null;
    const id = this.json[key] ?? fallback;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0) throw this.bad(key, "must be a whole number from 0");
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
  /** A flag that must be off. */
  off(key: string): void {
    if (this.json[key]) throw this.unsupported(key, this.json[key], ["false"]);
  }
  /** A flag that must be on, as it is where the config doesn't say. */
  on(key: string): void {
    if (!this.flag(key, true)) throw this.unsupported(key, false, ["true"]);
  }
  private bounded(key: string, value: number): number {
    const most = boundOf(key);
    if (value > most) throw this.bad(key, `is ${value}, more than the ${most} that a model may have`);
    return value;
  }
  /** As it stands there; the caller looks at it. */
  raw(key: string): unknown {
    return this.json[key];
  }
  /** A reader of a record inside, whose keys are named with the record's. */
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
 * The largest whole numbers that a config.json may say, looked at before anything is made of them: far above every published
 * model, and low enough that a graph or a table of that size is an error of another kind, not the end of the process.
 */
const BOUNDS: readonly (readonly [RegExp, number])[] = [
  // Each is a block of the graph; the deepest published decoders have 126.
  [/^(num_hidden_layers|num_(decoder_)?layers|n_layers?|num_feedforward_networks)$/, 1024],
  [/^(vocab_size|type_vocab_size)$/, 2 ** 24],
  // Llama 4 reads ten million places.
  [/position|^sliding_window$/, 2 ** 24],
  [/heads?$/, 2 ** 14],
];
/** Of widths and everything else: the widest feed-forward layers have some 50,000. */
const WIDTH = 2 ** 20;

function boundOf(key: string): number {
  return BOUNDS.find(([keys]) => keys.test(key))?.[1] ?? WIDTH;
}

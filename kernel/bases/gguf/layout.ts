/** Layout of an architecture in a GGUF file, and helpers to read it. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { GgufTensorNameMapping } from "#stdlib/targets/shared/gguf/names.js";
import type { GgufHeader, GgufTensor, GgufFileValue } from "./file.js";

export interface CheckpointTensor {
  /** Name in a checkpoint. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Converts llama.cpp's elements to the checkpoint's order or scale; by default they are the same. */
  restore?(data: Float32Array): Float32Array;
}
export interface GgufLayout {
  /** Returns the config.json that transformers would have. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
  config(gguf: GgufHeader): Readonly<Record<string, unknown>>;
  /** Returns the tensor's form in a checkpoint. Coded error: `gguf-unsupported`. */
  tensor(gguf: GgufHeader, tensor: GgufTensor): CheckpointTensor;
}

/** Metadata of the file's architecture, under keys with its name as prefix. */
export class ArchitectureMetadata {
  constructor(
    private readonly gguf: GgufHeader,
    private readonly architecture: string,
  ) {}
  number(key: string, fallback?: number): number {
    const value = this.value(key) ?? fallback;
    if (typeof value === "number") return value;
    throw new CodedError("gguf-malformed", { file: this.gguf.file, why: `it has no number for ${this.key(key)}` });
  }
  choice(key: string, fallback: string, supported: readonly string[]): string {
    const value = this.value(key) ?? fallback;
    if (typeof value === "string" && supported.includes(value)) return value;
    throw this.unsupported(key, value, supported);
  }
  /** Checks a number that is either missing or has this value. */
  only(key: string, wanted: number): void {
    if (this.number(key, wanted) !== wanted) throw this.unsupported(key, this.number(key), [String(wanted)]);
  }
  /** Checks a number that is missing or 0. */
  absent(key: string): void {
    const value = this.value(key);
    if (value) throw this.unsupported(key, value, ["0"]);
  }
  /** Rows of the embedding. */
  vocabulary(tensor: string): number {
    return this.gguf.tensors.find((t) => t.name === tensor)?.shape[0] ?? this.number("vocab_size");
  }
  private key(key: string): string {
    return `${this.architecture}.${key}`;
  }
  private value(key: string): GgufFileValue | undefined {
    return this.gguf.metadata[this.key(key)];
  }
  private unsupported(key: string, value: GgufFileValue, supported: readonly string[]): CodedError {
    return unsupportedGgufError(this.gguf, this.key(key), value, supported);
  }
}

export function unsupportedGgufError(
  gguf: GgufHeader,
  part: string,
  value: GgufFileValue,
  supported: readonly string[],
): CodedError {
  return new CodedError("gguf-unsupported", { file: gguf.file, part, value: String(value), supported });
}

/** Ids of the tokens for the begin, the end and the padding of a text. */
export function specialTokenIds({ metadata }: GgufHeader): Readonly<Record<string, number>> {
  return Object.fromEntries(
    ["bos", "eos", "padding"].flatMap((key) => {
      const id = metadata[`tokenizer.ggml.${key}_token_id`];
      return typeof id === "number" ? [[`${key === "padding" ? "pad" : key}_token_id`, id]] : [];
    }),
  );
}

/** A tensor's checkpoint name by two tables: outside the blocks by its full name, inside by its part's name. */
export function checkpointNameOf(
  gguf: GgufHeader,
  tensor: GgufTensor,
  { outside, inside, blocks }: GgufTensorNameMapping,
): { readonly name: string; readonly part: string | null } {
  const whole = outside[tensor.name];
  if (whole !== undefined) return { name: whole, part: null };
  const [, block, part, kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(tensor.name) ?? [];
  const partName = part === undefined ? undefined : inside[part];
  if (block !== undefined && part !== undefined && kind !== undefined && partName !== undefined)
    return { name: `${blocks}.${block}.${partName}.${kind}`, part };
  const supported = [...Object.keys(outside), ...Object.keys(inside).map((name) => `blk.*.${name}`)];
  throw unsupportedGgufError(gguf, "tensor", tensor.name, supported);
}

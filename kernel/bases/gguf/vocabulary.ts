/** Token metadata of a GGUF file. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { GgufHeader } from "./file.js";

/** The parts of a tokenizer.json that differ between kinds of vocabulary. */
export interface TokenizerJsonParts {
  readonly tokens: readonly string[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  /** Post-processor for texts without a begin token. */
  readonly post_processor: unknown;
  readonly decoder: unknown;
  /** Merges and settings of the BPE model. */
  readonly model: Readonly<Record<string, unknown>>;
}

/** The vocabulary of a file. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export class GgufVocabulary {
  readonly tokens: readonly string[];
  constructor(private readonly gguf: GgufHeader) {
    this.tokens = this.texts("tokenizer.ggml.tokens");
  }
  choice(key: string, supported: readonly string[]): string {
    const value = this.gguf.metadata[key] ?? "(none)";
    if (typeof value === "string" && supported.includes(value)) return value;
    throw new CodedError("gguf-unsupported", { file: this.gguf.file, part: key, value: String(value), supported });
  }
  texts(key: string): readonly string[] {
    const value = this.gguf.metadata[key];
    if (Array.isArray(value) && value.every((v): v is string => typeof v === "string")) return value;
    throw new CodedError("gguf-malformed", { file: this.gguf.file, why: `it has no list of texts for ${key}` });
  }
  /** Reads a number for each token. */
  numbers(key: string): readonly number[] {
    const value = this.gguf.metadata[key];
    const fits = Array.isArray(value) && value.length === this.tokens.length;
    if (fits && value.every((v): v is number => typeof v === "number")) return value;
    throw new CodedError("gguf-malformed", { file: this.gguf.file, why: `it has no number for each token in ${key}` });
  }
  kind(id: number): number {
    const kinds = this.gguf.metadata["tokenizer.ggml.token_type"];
    const kind: unknown = Array.isArray(kinds) ? kinds[id] : undefined;
    return typeof kind === "number" ? kind : 1;
  }
  flag(name: string, fallback: boolean): boolean {
    return (this.gguf.metadata[`tokenizer.ggml.${name}`] ?? fallback) === true;
  }
  /** Returns the special token for a role: `bos`, `eos`, `unknown`, `padding`. */
  special(part: string): string | undefined {
    const id = this.gguf.metadata[`tokenizer.ggml.${part}_token_id`];
    return typeof id === "number" ? this.tokens[id] : undefined;
  }
}

/** The tokenization metadata of a GGUF file, or why it can't be represented. */
import type { GgufMetadata } from "./header.js";

export interface TokenizationRefusal {
  readonly refused: string;
}
/** Tokenization metadata of one type of vocabulary. */
export interface GgufTokenizationMetadata {
  readonly metadata: GgufMetadata;
  /** Score of each token, for vocabularies with scores. */
  readonly scores?: ReadonlyMap<string, number>;
  /** Differences of llama.cpp's tokenization. */
  readonly left: readonly { readonly part: string; readonly instead: string }[];
}

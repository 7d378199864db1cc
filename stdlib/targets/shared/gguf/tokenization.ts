/** What a file says of how texts become tokens, or why it can't. */
import type { GgufMetadata } from "./header.js";

export interface TokenizationRefusal {
  readonly refused: string;
}
/** Of a kind of vocabulary. */
export interface VocabularyTokenization {
  readonly metadata: GgufMetadata;
  /** By token, where tokens have scores. */
  readonly scores?: ReadonlyMap<string, number>;
  /** What of it llama.cpp does otherwise. */
  readonly left: readonly { readonly part: string; readonly instead: string }[];
}

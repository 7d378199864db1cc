/** Requests to a model that generates text, and what it streams back. Serving passes both on unchanged. */
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";

/** Options of every request to a model. `signal` is aborted when the client disconnects or the time limit is over. */
export interface GenerationRequestOptions {
  readonly signal?: AbortSignal;
  /**
   * Whether texts longer than the model's window are truncated; otherwise the coded error `text-too-long` is thrown.
   */
  readonly truncate: boolean;
}

/** Sampling settings. Defaults to the model's generation_config.json, else to greedy decoding. */
export interface SamplingRequest {
  /** 0 selects the likeliest token. */
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  /** Integer. A request with the same seed gets the same text, whatever other requests run meanwhile. */
  readonly seed?: number;
  /** −2 to 2, as defined by OpenAI over the generated text. */
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** As defined by transformers, over prompt and text; 1 means no penalty. */
  readonly repetitionPenalty?: number;
  /** Values added to the logits, by token id. */
  readonly bias?: Readonly<Record<number, number>>;
}
/** Required form of every text. `schema`: JSON that matches a JSON schema. `json`: any JSON object. */
export type JsonOutputShape =
  | { readonly is: "schema"; readonly schema: Readonly<Record<string, unknown>> }
  | { readonly is: "json" };

export interface GenerationRequest extends GenerationRequestOptions {
  /** A text to continue (or an encoder's input), token ids, or a conversation whose next message is generated. */
  readonly prompt: string | Int32Array | readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  /** `auto`: the model decides. `{ name }`: that tool must be called. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  /** With 0 the prompt is processed and nothing is generated. Defaults to the remaining positions. */
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  readonly sampling: SamplingRequest;
  /** Number of texts, at least 1. */
  readonly choices: number;
  /** Number of likeliest tokens reported with each chosen token. If unset, no likelihoods are reported. */
  readonly logprobs?: number;
  /** Whether likelihoods of the prompt's tokens are reported too. */
  readonly promptLikelihoods?: boolean;
  readonly shape?: JsonOutputShape;
  /**
   * Cached prefixes are reused only among requests with the same salt, so that response times reveal nothing about
   * other clients' prompts.
   */
  readonly salt?: string;
  /** Client of the request: JSON schemas of several clients are compiled in turn. */
  readonly client?: string;
}
export interface TokenLikelihood {
  readonly id: number;
  /** The token as text. For an incomplete character, see `bytes`. */
  readonly text: string;
  readonly bytes: readonly number[];
  /** Natural logarithm of the token's probability under the model, before sampling settings. */
  readonly logprob: number;
}
/** A prompt token given those before it. The first has no predecessor, so its likelihood is null. */
export interface PromptToken extends Omit<TokenLikelihood, "logprob"> {
  readonly logprob: number | null;
  readonly top: readonly TokenLikelihood[] | null;
  /** Whether the token is a special one that represents no text of the prompt. */
  readonly special: boolean;
}
/** A piece of one of the generated texts; `ended` is set on the last piece of each. */
export interface TextChunk {
  readonly choice: number;
  readonly text: string;
  readonly tokens: readonly number[];
  /** One entry per token of `tokens`, if requested. */
  readonly likelihoods?: readonly (TokenLikelihood & { readonly top: readonly TokenLikelihood[] })[];
  /** Likelihoods of all prompt tokens, if requested; sent with the first piece of each text. */
  readonly prompt?: readonly PromptToken[];
  /** Partial tool calls, sent as soon as they are certain; `index` counts the calls of one text. */
  readonly calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly name?: string;
    readonly arguments?: string;
  }[];
  /**
   * Why the text ended: an end token ("end"), `maxTokens` or no positions left ("length"), a stop string ("stop"), or
   * tool calls ("tools").
   */
  readonly ended: "end" | "length" | "stop" | "tools" | null;
}
export interface TextGeneration extends AsyncIterable<TextChunk> {
  readonly promptTokens: number;
  /** Number of prompt tokens taken from the cache. */
  readonly cachedTokens: number;
  /** Whether the prompt was truncated. */
  readonly cut: boolean;
}

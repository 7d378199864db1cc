/** Requests to a model that generates text, and what it streams back. Serving passes both on unchanged. */
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";

/** What all of a model's requests may ask. `signal`: whoever asked went away, or its time is over. */
export interface GenerationRequestOptions {
  readonly signal?: AbortSignal;
  /** Whether texts longer than the model reads are cut; else the coded error `text-too-long`. */
  readonly truncate: boolean;
}

/** How tokens are chosen. Absent: as the model's folder says (generation_config.json), else as the greedy decoder does. */
export interface SamplingRequest {
  /** 0: the likeliest token. */
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  /** Whole; the same request with the same seed is answered by the same text, whoever else asks meanwhile. */
  readonly seed?: number;
  /** −2 to 2, as OpenAI defines them over what was written. */
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** As transformers defines it, over prompt and text; 1: none. */
  readonly repetitionPenalty?: number;
  /** Added to the logits of tokens. */
  readonly bias?: Readonly<Record<number, number>>;
}
/** What every text must be. `schema`: JSON that a JSON schema allows; `json`: any object. */
export type JsonOutputShape =
  | { readonly is: "schema"; readonly schema: Readonly<Record<string, unknown>> }
  | { readonly is: "json" };

export interface GenerationRequest extends GenerationRequestOptions {
  /** A text that is written on (or that an encoder reads); tokens; or a conversation whose next message is written. */
  readonly prompt: string | Int32Array | readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  /** `auto`: the model's choice. A name: that tool is called. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  /** 0: the prompt is read, and nothing is written. Absent: as many as there is room for. */
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  readonly sampling: SamplingRequest;
  /** How many texts, ≥ 1. */
  readonly choices: number;
  /** So many of the likeliest tokens are told beside each that was chosen; absent: no likelihoods are told. */
  readonly logprobs?: number;
  /** Whether likelihoods of the prompt's tokens are told too, beside those of the text. */
  readonly promptLikelihoods?: boolean;
  readonly shape?: JsonOutputShape;
  /** Beginnings that were read for others are used again for those of the same salt alone: how fast an answer comes tells nobody what others ask. */
  readonly salt?: string;
  /** Whose request it is: JSON schemas of several clients are made ready by turns. */
  readonly client?: string;
}
export interface TokenLikelihood {
  readonly id: number;
  /** The token as text; bytes that are no whole character are told in `bytes`. */
  readonly text: string;
  readonly bytes: readonly number[];
  /** Natural logarithm of its probability as the model says, before sampling settings. */
  readonly logprob: number;
}
/** A token of a prompt, after those before it. The first follows nothing: its likelihood is null. */
export interface PromptToken extends Omit<TokenLikelihood, "logprob"> {
  readonly logprob: number | null;
  readonly top: readonly TokenLikelihood[] | null;
  /** It stands for none of the prompt's text. */
  readonly special: boolean;
}
/** A bit of one of the texts; `ended` comes with the last bit of each. */
export interface TextChunk {
  readonly choice: number;
  readonly text: string;
  readonly tokens: readonly number[];
  /** One for each of `tokens`, where they were asked for. */
  readonly likelihoods?: readonly (TokenLikelihood & { readonly top: readonly TokenLikelihood[] })[];
  /** All of the prompt's, where they were asked for; with the first bit of each text. */
  readonly prompt?: readonly PromptToken[];
  /** Parts of calls of tools, as they become certain; `index` counts the calls of one text. */
  readonly calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly name?: string;
    readonly arguments?: string;
  }[];
  /** A token of the model's ended it, `maxTokens` or the room were used up, a stop string came, or it calls tools. */
  readonly ended: "end" | "length" | "stop" | "tools" | null;
}
/** A text being written. */
export interface TextGeneration extends AsyncIterable<TextChunk> {
  readonly promptTokens: number;
  /** Of the prompt, tokens that were not read anew. */
  readonly cachedTokens: number;
  /** Whether the prompt was cut. */
  readonly cut: boolean;
}

/**
 * Protocol of the process that runs third-party tokenizers and chat templates: one request at a time, one answer each.
 */
import type { Message, RenderedChat, RenderOptions, SpecialTokenTexts } from "#stdlib/conversations/kind.js";

/** A tokenizer.json by path and checksum: read at its first request, and again in a restarted process. */
export interface TokenizerFileRef {
  readonly file: string;
  readonly hash: string;
}
/** Tokens of many texts, concatenated, and the number of each. */
export interface EncodedTexts {
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}

export interface SandboxRequests {
  /** `added`: texts of added tokens with their ids in the file. */
  open: {
    ask: TokenizerFileRef & { readonly added: readonly (readonly [string, number])[] };
    answer: { readonly vocabulary: number };
  };
  encode: { ask: TokenizerFileRef & { readonly texts: readonly string[] }; answer: EncodedTexts };
  place: {
    ask: TokenizerFileRef & { readonly texts: readonly string[] };
    answer: EncodedTexts & { readonly starts: Int32Array; readonly ends: Int32Array };
  };
  decode: { ask: TokenizerFileRef & { readonly ids: Int32Array; readonly specials: boolean }; answer: string };
  /** Renders conversations with the Jinja template `source`. */
  render: {
    ask: {
      readonly source: string;
      readonly conversations: readonly (readonly Message[])[];
      readonly options: RenderOptions;
    };
    answer: readonly RenderedChat[];
  };
  stop: { ask: { readonly source: string; readonly specials: SpecialTokenTexts }; answer: string };
}
export type SandboxRequestName = keyof SandboxRequests;

export type SandboxRequest = {
  [N in SandboxRequestName]: { readonly name: N; readonly ask: SandboxRequests[N]["ask"]; readonly bytes: number };
}[SandboxRequestName];
export type SandboxReply = { readonly answer: unknown } | { readonly failed: string };

/** Written to the error stream before the process ends itself for exceeding its memory. */
export const OUT_OF_MEMORY_MESSAGE = "tunebook: too much memory";

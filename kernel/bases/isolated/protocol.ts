/** What is asked of the process that runs others' tokenizers and chat templates: one request at a time, one answer each. */
import type { SpecialTexts, TemplateImplementation, Turn } from "#stdlib/kinds/conversation.js";
import type { Message } from "#stdlib/lib/templates/own.js";

/** A tokenizer.json by its place and checksum: read when it is first asked for, and again in a process that comes after. */
export interface TokenizerAt {
  readonly file: string;
  readonly hash: string;
}
/** Tokens of many texts one after the other, and how many each has. */
export interface Encoded {
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}
export type Pieces = ReturnType<TemplateImplementation["pieces"]>;

export interface Asks {
  /** `added`: texts of added tokens with the ids that the file gives them. */
  open: {
    ask: TokenizerAt & { readonly added: readonly (readonly [string, number])[] };
    answer: { readonly vocabulary: number };
  };
  encode: { ask: TokenizerAt & { readonly texts: readonly string[] }; answer: Encoded };
  place: {
    ask: TokenizerAt & { readonly texts: readonly string[] };
    answer: Encoded & { readonly starts: Int32Array; readonly ends: Int32Array };
  };
  decode: { ask: TokenizerAt & { readonly ids: Int32Array; readonly specials: boolean }; answer: string };
  pieces: {
    ask: {
      readonly source: string;
      readonly rows: readonly (readonly Turn[])[];
      readonly specials: SpecialTexts;
      readonly prompt: boolean;
    };
    answer: readonly Pieces[];
  };
  /** A conversation of any turns, whose answer is written next; `tools`: those that may be called. */
  told: {
    ask: {
      readonly source: string;
      readonly messages: readonly Message[];
      readonly tools: readonly Message[];
      readonly specials: SpecialTexts;
    };
    answer: { readonly text: string } | { readonly refused: string };
  };
  stop: { ask: { readonly source: string; readonly specials: SpecialTexts }; answer: string };
}
export type AskName = keyof Asks;

export type Request = {
  [N in AskName]: { readonly name: N; readonly ask: Asks[N]["ask"]; readonly bytes: number };
}[AskName];
export type Reply = { readonly answer: unknown } | { readonly failed: string };

/** What the process writes to its error stream before it ends itself for want of memory. */
export const TOO_MUCH = "tunebook: too much memory";

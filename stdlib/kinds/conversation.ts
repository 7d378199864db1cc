/** How conversations are read from data and written for a model. */
import type { Call } from "#dsl/types/value.js";

/** One turn of a conversation. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** What the turn is about, where the data keep it apart (Alpaca's `input`). */
  readonly context?: string;
}
/** Reads conversations from columns of data. Pure. */
export interface ConversationImplementation {
  /** Columns that it reads. */
  columns(call: Call): readonly string[];
  /** `values`: of those columns, in their order. `refused`: what is wrong with the row. */
  read(call: Call, values: readonly unknown[]): readonly Turn[] | { readonly refused: string };
}
/** Texts of special tokens that templates use; empty: the tokenizer has none. */
export interface SpecialTexts {
  readonly bos: string;
  readonly eos: string;
  /** What the tokenizer itself puts before every text. */
  readonly opening: string;
  /** All special tokens. */
  readonly all: readonly string[];
}
/** A part of a conversation as a model reads it. `answer`: the number of the turn that these characters answer, with the stop. */
export interface TemplatePiece {
  readonly text: string;
  readonly answer?: number;
}
/** How a conversation is written for a model: the whole text is the pieces one after the other. Pure. */
export interface TemplateImplementation {
  /** `prompt`: the last turn is answered next, so the answer's beginning stands at the end. `refused`: what it can't write. */
  pieces(
    turns: readonly Turn[],
    o: { readonly specials: SpecialTexts; readonly prompt: boolean },
  ): readonly TemplatePiece[] | { readonly refused: string };
  /** The token that ends an answer. */
  stop(specials: SpecialTexts): string;
}

declare module "#dsl/types/registry.js" {
  interface Implementations {
    conversation: ConversationImplementation;
    template: TemplateImplementation;
  }
}

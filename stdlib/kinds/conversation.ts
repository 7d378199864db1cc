/** How conversations are read from data and written for a model. */
import type { Call } from "#dsl/types/value.js";

/** One turn of a conversation. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** What the turn is about, where the data keep it apart (Alpaca's `input`). */
  readonly context?: string;
  /** False: an answer that is read, not learnt. Absent: the assistant's turns are learnt. */
  readonly trained?: false;
}
/** Why a row can't be read; `field`: what it is that isn't built, with the turn (from 1) or the column that holds it. */
export interface Refused {
  readonly refused: string;
  /** What to do; absent: as of rows whose turns are written in a way of their own. */
  readonly help?: string;
  readonly field?: { readonly field: string; readonly turn: number } | { readonly column: string };
}
/** A row's other columns, and who is told of fields that nobody reads. */
export interface RowBeside {
  /** Undefined: there is no such column, or it has a role of its own. */
  column(name: string): unknown;
  unread(field: string): void;
}
/** Reads conversations from columns of data. Pure. */
export interface ConversationImplementation {
  /** Columns that it reads. */
  columns(call: Call): readonly string[];
  /** `values`: of those columns, in their order. */
  read(call: Call, values: readonly unknown[], beside?: RowBeside): readonly Turn[] | Refused;
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

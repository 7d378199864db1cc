/** What is answered about text while it is typed, to whichever front end; offsets are UTF-16. */
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Word } from "#dsl/language/types/registry.js";

export interface Completion {
  readonly matches: readonly {
    readonly text: string;
    readonly type: string;
    /** What it is or does: a few words beside its name. TypeScript's have none. */
    readonly gloss?: string;
    /** What it takes and what it is without: a few words beside its name. */
    readonly detail?: string;
    readonly doc?: string;
  }[];
  readonly start: number;
  readonly end: number;
}
export interface Inspection {
  readonly found: boolean;
  readonly bundle: Readonly<Record<string, unknown>>;
  /** The part of the code that it is about, UTF-16, where it is known. */
  readonly start?: number;
  readonly end?: number;
}
export type Completeness =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };
/** A finding in the text of a cell that is being typed (squiggles); empty for cells that are not Tune. */
export interface EditorFinding {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning" | "info";
  readonly code: string;
  readonly message: string;
  /** What helps, if something is known to. */
  readonly help?: string;
  readonly fix?: QuickFix;
  /** Lets it be: of warnings, for editors that offer several mends. */
  readonly allow?: QuickFix;
}

export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** It can be applied without asking. */
  readonly certain: boolean;
}

/** What the assistant needs to know of the Tune cells that ran, to complete and check the one being typed. */
export interface TuneKnowledge {
  /** Earlier Tune sources, in the order in which they ran; absent: as before. */
  readonly sources?: readonly Source[];
  /** Answers to the compiler's needs met so far: pairs of `keyOf(need)` and the fact. */
  readonly facts?: readonly (readonly [string, unknown])[];
  /** Words that TypeScript cells defined, as data; absent: as before. */
  readonly words?: readonly Word[];
}
/** UTF-16; all offsets are those of the text before any edit. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

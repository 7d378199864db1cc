/** Answers about text being typed, for any front end; offsets are UTF-16. */
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Word } from "#dsl/language/types/registry.js";

export interface CompletionReply {
  readonly matches: readonly {
    readonly text: string;
    readonly type: string;
    /** Short description shown next to its name. TypeScript completions have none. */
    readonly gloss?: string;
    /** Accepted values and default, shown next to its name. */
    readonly detail?: string;
    readonly doc?: string;
  }[];
  readonly start: number;
  readonly end: number;
}
export interface InspectionReply {
  readonly found: boolean;
  readonly bundle: Readonly<Record<string, unknown>>;
  /** Range of the code that it refers to, UTF-16, if known. */
  readonly start?: number;
  readonly end?: number;
}
export type CodeCompletenessReply =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };
/** A diagnostic in the text of a cell being typed (squiggles); empty for cells that are not Tune. */
export interface EditorFinding {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning" | "info";
  readonly code: string;
  readonly message: string;
  /** A remedy, if one is known. */
  readonly help?: string;
  readonly fix?: QuickFix;
  /** Suppresses a warning, for editors that offer several fixes. */
  readonly allow?: QuickFix;
}

export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Can be applied without confirmation. */
  readonly certain: boolean;
}

/** Facts about the Tune cells that ran, which the assistant needs to complete and check the one being typed. */
export interface EarlierTuneCellsFacts {
  /** Earlier Tune sources in execution order; if missing, they are unchanged. */
  readonly sources?: readonly Source[];
  /** Known facts for the compiler's needs: pairs of `keyOf(need)` and the fact. */
  readonly facts?: readonly (readonly [string, unknown])[];
  /** Words that TypeScript cells defined, as data; if missing, they are unchanged. */
  readonly words?: readonly Word[];
}
/** UTF-16; all offsets refer to the text before any edit. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

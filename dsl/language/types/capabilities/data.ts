/** What words of data say of themselves: sources, cleaners, splits, and what is named and never held. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

export interface CleanerCapabilities<C extends Call = Call> {
  /** One row more may drop or change several others. */
  readonly spreads?: CallFunction<C, boolean>;
  /** It drops rows whose text occurred in an earlier row. */
  readonly dropsRepeated?: true;
  /** It changes texts that a model reads. Default: it drops rows, or changes labels and numbers. */
  readonly changesTexts?: true;
}

export interface SourceCapabilities<C extends Call = Call> {
  /** It takes a live value of the notebook: `source: $rows`. */
  readonly live?: true;
  /** Its path is a folder, or what a hub calls so; it brings splits of its own unless one is asked for (`split`). */
  readonly hosted?: true;
  /** What it names that may be files or patterns of files, where it has no `path`. */
  readonly names?: CallFunction<C, readonly string[]>;
}

export interface SplitCapabilities<C extends Call = Call> {
  /** What the splits are called stands in the data. */
  readonly namedByData?: true;
  /** What the splits are called, where that isn't what the shares among its arguments are. */
  readonly names?: CallFunction<C, readonly string[]>;
  /** Into how many folds it parts the rows, each of which one training holds out; null: it names the one that is. */
  readonly folds?: CallFunction<C, number | null>;
}

/** What a program names and never holds. */
export interface SecretCapabilities {
  readonly held: "outside";
}

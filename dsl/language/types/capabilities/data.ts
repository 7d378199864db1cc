/** Capabilities of data words: sources, cleaners, splits, and secrets, which are named and never stored. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

export interface CleanerCapabilities<C extends Call = Call> {
  /** One additional row may drop or change several others. */
  readonly affectsOtherRows?: CallFunction<C, boolean>;
  /** Drops rows whose text occurred in an earlier row. */
  readonly dropsRepeated?: true;
  /** Changes texts that a model reads. By default it drops rows, or changes labels and numbers. */
  readonly changesTexts?: true;
}

export interface SourceCapabilities<C extends Call = Call> {
  /** Takes a live value of the notebook: `source: $rows`. */
  readonly takesLiveValue?: true;
  /** Its path is a folder, or a data set on a hub; it has its own splits unless one is selected (`split`). */
  readonly bringsSplits?: true;
  /** Returns arguments that may be files or file patterns, if it has no `path`. */
  readonly fileNames?: CallFunction<C, readonly string[]>;
}

export interface SplitCapabilities<C extends Call = Call> {
  /** The data name the splits. */
  readonly namedByData?: true;
  /** Returns the names of the splits, if they are not those of its share arguments. */
  readonly splitNames?: CallFunction<C, readonly string[]>;
  /** Number of folds, each of which one training holds out; null if the call names the held-out fold. */
  readonly foldCount?: CallFunction<C, number | null>;
}

/** A secret, which a program names and never contains. */
export interface SecretCapabilities {
  readonly held: "outside";
}

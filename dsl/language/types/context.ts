/** What a word's own `check` and derived defaults may read, and how they report. */
import type { Call, Value } from "./value.js";
import type { WordKind, CapabilitiesByKind } from "./capabilities.js";
import type { Code, CodeData } from "../diagnostics/codes.js";
import type { BaseFacts, Facts, FailedFact, FactOf, Need } from "./facts.js";

/** A part of a text, in UTF-16 units from its first character. */
export interface TextRange {
  readonly start: number;
  readonly length: number;
}
export interface WordCheckContext {
  readonly facts: Facts;
  /** Checked values of the statement so far, and of the definitions it uses (`data`, `model`, `recipe`). */
  readonly statement: Readonly<Record<string, Value>>;
  readonly data?: Readonly<Record<string, Value>>;
  readonly model?: Readonly<Record<string, Value>>;
  readonly base?: BaseFacts;
  /**
   * Reports at an argument or key of the call (`path`), else at the call itself. `instead`: a possible replacement.
   * `within`: the part of the written text; without `path`, the part of the call counted from the start of its word.
   */
  report<C extends Code>(code: C, data: CodeData[C], path?: string, instead?: string, within?: TextRange): void;
  /** Requests a fact. Undefined if it is not known yet; the statement is compiled again once it is. */
  ask<N extends Need>(need: N): FactOf<N["about"]> | FailedFact | undefined;
  /** Returns the folder that a path in that argument is relative to. */
  folderOf(path: string): string;
  /** Reports a failed fact, like `report`. */
  reportFailed(failure: FailedFact, path?: string): void;
  /** True for editor assistance: no rule may require a scan or a download. */
  readonly assisting: boolean;
  find<K extends WordKind>(kind: K, name: string): { readonly capabilities?: CapabilitiesByKind[K] } | undefined;
  /** Returns all implemented words of a kind. */
  ofKind<K extends WordKind>(
    kind: K,
  ): readonly { readonly name: string; readonly capabilities?: CapabilitiesByKind[K] }[];
  call?: Call;
}

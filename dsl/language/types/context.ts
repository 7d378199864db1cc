/** What a word's own `check` and derived defaults may ask and how they report. */
import type { Call, Value } from "./value.js";
import type { WordKind, Kinds } from "./capabilities.js";
import type { Code, CodeData } from "../diagnostics/codes.js";
import type { BaseFacts, Facts, FailedFact, FactOf, Need } from "./facts.js";

/** A part of a text, in UTF-16 from its first character. */
export interface TextPart {
  readonly start: number;
  readonly length: number;
}
export interface CheckContext {
  readonly facts: Facts;
  /** The checked values of the statement so far, and of the definitions it builds on (`data`, `model`, `recipe`). */
  readonly statement: Readonly<Record<string, Value>>;
  readonly data?: Readonly<Record<string, Value>>;
  readonly model?: Readonly<Record<string, Value>>;
  /** What the model begins from, where that is known. */
  readonly base?: BaseFacts;
  /**
   * Reports at an argument or key of the call (`at`), else at the call itself. `instead`: what might be written there; `within`:
   * the part of the text that is written there, or without `at` of the call as it begins with its word.
   */
  report<C extends Code>(code: C, data: CodeData[C], path?: string, instead?: string, within?: TextPart): void;
  /** What is asked of the world; undefined: it isn't known yet, and the statement is compiled again once it is. */
  ask<N extends Need>(need: N): FactOf<N["about"]> | FailedFact | undefined;
  /** The folder that a path in that argument starts from. */
  folderOf(path: string): string;
  /** As `report`, of what the world answered. */
  reportFailed(failure: FailedFact, path?: string): void;
  /** True while someone types: no rule may need a scan or a download. */
  readonly assisting: boolean;
  find<K extends WordKind>(kind: K, name: string): { readonly capabilities?: Kinds[K] } | undefined;
  /** All words of a kind that are built. */
  ofKind<K extends WordKind>(kind: K): readonly { readonly name: string; readonly capabilities?: Kinds[K] }[];
  call?: Call;
}

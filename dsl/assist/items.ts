/** What completion is asked with and what it answers. */
import type { EarlierCells } from "../compile/earlier.js";
import type { Source } from "../diagnostics/span.js";
import type { Outside } from "../plan/outside.js";
import type { Facts, Need } from "../types/facts.js";
import type { Registry } from "../types/registry.js";

export interface AssistContext {
  readonly registry: Registry;
  /** Cells that ran before. */
  readonly earlier: readonly Source[];
  /** What they came to the last time that anything was asked. */
  readonly kept?: EarlierCells;
  readonly facts: Facts;
  readonly outside: Outside;
}
export interface Item {
  readonly text: string;
  /** verb, connector, key, word, value, name, column, split. */
  readonly type: string;
  /** What it takes and what it is without, in a few words. */
  readonly detail?: string;
  /** Markdown. */
  readonly doc?: string;
  /** It is on its way out: an editor strikes it through. */
  readonly deprecated?: true;
}
export interface Completions {
  readonly items: readonly Item[];
  /** The part of the text that an item replaces, UTF-16. */
  readonly start: number;
  readonly end: number;
  /** What the host may look up for a better answer: a folder that is typed. */
  readonly needs: readonly Need[];
}

/** A figure: a number that should fall, and the places that contribute to it. */
import type { Place, SourceFile } from "./file.js";

export interface Tree {
  /** Paths of all tracked files, from the root. */
  readonly tracked: readonly string[];
  /** Hand-written TypeScript files of dsl, stdlib, kernel and page. */
  readonly sources: readonly SourceFile[];
  /** Lines of a tracked file. */
  readonly lines: (file: string) => number;
}

export interface Count {
  readonly value: number;
  readonly places: readonly Place[];
}

export interface Figure {
  readonly name: string;
  /** Target value; null if none was set. */
  readonly bar: number | null;
  readonly count: (tree: Tree) => Count;
  /**
   * Allows a rise up to the bar, as sizes grow with each feature. If unset, the figure may not rise above the committed
   * value.
   */
  readonly mayGrow?: true;
}

export const countOf = (places: readonly Place[]): Count => ({ value: places.length, places });

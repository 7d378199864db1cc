/** What a figure is: a number that should fall, and the places that make it up. */
import type { Place, SourceFile } from "./file.js";

export interface Tree {
  /** Paths of all tracked files, from the root. */
  readonly tracked: readonly string[];
  /** Hand-written TypeScript of dsl, stdlib, kernel and page. */
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
  /** The value that the tree is to reach; null: none was set. */
  readonly bar: number | null;
  readonly count: (tree: Tree) => Count;
  /** It may rise up to its bar: sizes grow with each feature. Absent: it may not rise above what is committed. */
  readonly mayGrow?: true;
}

export const countOf = (places: readonly Place[]): Count => ({ value: places.length, places });

/** What build.mjs puts into the window's script. */
import type { Vocabulary } from "#editors/vocabulary.js";

export interface Example {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly program: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}
declare const EXAMPLES: readonly Example[];
declare const VOCABULARY: Vocabulary;

export const examples = EXAMPLES;
export const vocabulary = VOCABULARY;

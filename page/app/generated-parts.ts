/** Constants that build.mjs defines in the window's script. */
import type { Vocabulary } from "#editors/vocabulary.js";

export interface Example {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly program: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}
declare const EXAMPLES: readonly (Omit<Example, "files"> & { readonly paths: readonly string[] })[];
/** File texts by path. */
declare const FILES: Readonly<Record<string, string>>;
declare const VOCABULARY: Vocabulary;

const texts = FILES;

export const examples: readonly Example[] = EXAMPLES.map(({ paths, ...example }) => ({
  ...example,
  files: paths.map((path) => ({ path, text: texts[path] ?? "" })),
}));
export const vocabulary = VOCABULARY;

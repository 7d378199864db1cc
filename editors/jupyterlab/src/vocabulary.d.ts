/** Written by build.mjs: the vocabulary that this extension was built with. */
import type { Vocabulary } from "#editors/vocabulary.js";

export declare const vocabulary: Vocabulary;

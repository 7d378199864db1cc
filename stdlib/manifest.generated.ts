// Written by tools/manifest.mjs; do not edit.
import type { Word } from "#dsl/registry.js";


export const words: readonly Word[] = [

];

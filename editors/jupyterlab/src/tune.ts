// Tune's syntax colours, with the vocabulary of the extension's build.
import { tuneLanguage } from "#editors/codemirror/language.js";
import { vocabulary } from "./vocabulary.js";

export const tune = tuneLanguage(vocabulary);

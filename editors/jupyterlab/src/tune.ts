// Tune's colours with the vocabulary that this extension was built with.
import { tuneLanguage } from "#editors/codemirror/language.js";
import { vocabulary } from "./vocabulary.js";

export const tune = tuneLanguage(vocabulary);

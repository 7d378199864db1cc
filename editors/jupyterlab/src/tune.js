// Tune's colours with the vocabulary that this extension was built with.
import { tuneLanguage } from "./editor/language.js";
import { connectors, verbs, words } from "./vocabulary.js";

export const tune = tuneLanguage({ verbs, connectors, words });

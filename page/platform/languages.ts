/** What stands in a browser for stdlib/platform/languages.ts: the page is to be small, and tells no languages. */
import type * as node from "#platform/languages.js";

export const loadLanguageDetector: typeof node.loadLanguageDetector = () => Promise.resolve(null);

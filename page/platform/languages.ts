/** Browser replacement for stdlib/platform/languages.ts: detects no languages, to keep the page small. */
import type * as node from "#platform/languages.js";

export const loadLanguageDetector: typeof node.loadLanguageDetector = () => Promise.resolve(null);

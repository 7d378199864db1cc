/** Browser replacement for stdlib/platform/insults.ts: detects no insults, to keep the page small. */
import type * as node from "#platform/insults.js";

export const loadInsultFinder: typeof node.loadInsultFinder = () => Promise.resolve(null);

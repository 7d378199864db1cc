/** What stands in a browser for stdlib/platform/insults.ts: the page is to be small, and looks for no coarse words. */
import type * as node from "#platform/insults.js";

export const loadInsultFinder: typeof node.loadInsultFinder = () => Promise.resolve(null);

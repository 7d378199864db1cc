/** What stands in a browser for stdlib/platform/personal.ts: lists of names are larger than the page, which looks for none. */
import type * as node from "#platform/personal.js";

export const findPersonalData: typeof node.findPersonalData = () => [];

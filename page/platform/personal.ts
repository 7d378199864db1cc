/**
 * Browser replacement for stdlib/platform/personal.ts: detects no names, because the lists of names are larger than the
 * page.
 */
import type * as node from "#platform/personal.js";

export const findPersonalData: typeof node.findPersonalData = () => [];

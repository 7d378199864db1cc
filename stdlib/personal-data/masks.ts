/** Whether something stands masked in a text: `[NAME]`, or with the hash of what it was, which differs where that did. */
import { personalEntities } from "./finding.js";

const mask = new RegExp(`\\[(?:${[...personalEntities, "pattern"].join("|").toUpperCase()})\\]`);

/** Masks without a hash: texts that differed there may be the same now. */
export function isMasked(text: string): boolean {
  return mask.test(text);
}

/**
 * Checks whether a text contains masks: `[NAME]`, or a mask with the hash of the original, which differs for different
 * originals.
 */
import { personalEntities } from "./finding.js";

const mask = new RegExp(`\\[(?:${[...personalEntities, "pattern"].join("|").toUpperCase()})\\]`);

/** Returns true for masks without a hash: texts that were different may now be equal. */
export function hasMaskedPersonalData(text: string): boolean {
  return mask.test(text);
}

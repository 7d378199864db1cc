/** What a family's head over whole texts adds to a base (`SentenceHead`), told before anything is loaded. */
import type { HeadOn } from "#dsl/language/types/capabilities/model.js";

/** Elements, for `hidden` features and `outputs` numbers. */
export function sentenceParameters(hidden: number, outputs: number, { family }: Pick<HeadOn, "family">): number {
  return hidden * outputs + outputs + (family?.denseHead ? hidden * hidden + hidden : 0);
}

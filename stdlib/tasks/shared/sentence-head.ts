/** What a family's head over whole texts adds to a base (`SentenceHead`), told before anything is loaded. */
import type { HeadContext } from "#dsl/language/types/capabilities/model.js";

/** Elements, for `hidden` features and `outputs` numbers. */
export function sentenceHeadElementCount(
  hidden: number,
  outputs: number,
  { family }: Pick<HeadContext, "family">,
): number {
  return hidden * outputs + outputs + (family?.denseHead ? hidden * hidden + hidden : 0);
}

/** Parameters that a family's sequence head adds to a base (`SequenceClassificationHead`), known before anything is loaded. */
import type { HeadContext } from "#dsl/language/types/capabilities/model.js";

/** Number of elements, for `hidden` features and `outputs` numbers. */
export function sentenceHeadElementCount(
  hidden: number,
  outputs: number,
  { family }: Pick<HeadContext, "family">,
): number {
  return hidden * outputs + outputs + (family?.denseHead ? hidden * hidden + hidden : 0);
}

/** What a family's head over whole texts adds to a base (`SentenceHead`), told before anything is loaded. */

/** Elements, for `hidden` features and `outputs` numbers; `family`: what the base's word says of it. */
export function sentenceParameters(
  hidden: number,
  outputs: number,
  family?: Readonly<Record<string, unknown>>,
): number {
  return hidden * outputs + outputs + (family?.["denseHead"] === true ? hidden * hidden + hidden : 0);
}

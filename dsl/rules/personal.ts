/** What is said of personal data in a data set: errors where it is surely some, warnings where words tell of it. */
import type { DataFacts } from "../types/facts.js";
import type { PersonalFacts } from "../types/personal-facts.js";
import type { Draft, Program } from "../plan/program.js";
import type { Span } from "../diagnostics/span.js";
import type {} from "./personal-codes.js";

/** `here`: where errors stand that belong to another source. @returns false if it can't be trained on */
export function checkPersonal(
  program: Program,
  draft: Draft,
  { personal = [] }: DataFacts,
  at: Span | undefined,
  here: Span,
): boolean {
  const sure = personal.filter(({ sure }) => sure > 0);
  const likely = personal.filter(({ sure }) => sure === 0);
  const told = (of: readonly PersonalFacts[]) => ({ data: draft.name, found: of });
  if (likely.length > 0) program.reportOwn("personal-data", told(likely), draft, at);
  return sure.length === 0 || !program.reportNear("personal-numbers", told(sure), at, here);
}

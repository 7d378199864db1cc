/** Reports which tasks a baseline cannot do, and which baseline to use instead. */
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { TaskToPredict } from "#dsl/language/types/capabilities/scoring.js";

export type BaselineName = "majority" | "tfidf" | "probe";

export function baselineRefusal(
  baseline: BaselineName,
  { taskCapabilities: has, roles }: TaskToPredict,
): Refusal | null {
  const measures = new Set(has?.measures);
  if (has?.rowFormat.generatesText)
    return {
      why: "its predictions are texts, and no constant text fits all rows",
      instead: "the base before its training, `NAME.base`",
    };
  if (measures.has("answer"))
    return {
      why: "its predictions are positions in a context",
      instead: "another model, trained for less or on fewer rows",
    };
  if (baseline === "probe" && has?.worksUntrained)
    return { why: "the base itself computes the similarity of texts", instead: "`NAME.base`" };
  if (baseline !== "majority" && measures.has("tags"))
    return {
      why: "it reads texts, but tags belong to words",
      instead: "`baseline(majority)`, which knows each word's commonest tag",
    };
  if (baseline === "majority" && measures.has("similarity") && !roles.includes("label"))
    return {
      why: "no constant gives the similarity of all pairs",
      instead: "`baseline(tfidf)`",
    };
  return null;
}

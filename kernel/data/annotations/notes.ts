/** Notes on the decisions, in the preview of annotated data. */
import type { AnnotationFacts } from "#dsl/language/types/annotated-facts.js";

export function annotationNotes(facts: AnnotationFacts): readonly string[] {
  const { file, rows, by, changed, labelled, dropped, waiting, ties, lost, unread } = facts;
  const who = by.map(({ annotator, rows }) => `${annotator} (${number(rows)})`).join(", ");
  const did = [
    labelled > 0 && `${plural(labelled, "row")} labelled`,
    changed > 0 && `${plural(changed, "label")} changed`,
    dropped > 0 && `${plural(dropped, "row")} dropped`,
  ].filter((one) => one !== false);
  const first =
    rows === 0
      ? `annotations in ${file}: none yet`
      : `annotations in ${file}: ${plural(rows, "row")} by ${who}; ${did.length > 0 ? did.join(", ") : "every label stays"}`;
  return [
    first,
    ...(waiting > 0
      ? [`${plural(waiting, "row")} without a label ${waiting === 1 ? "waits" : "wait"} to be annotated`]
      : []),
    ...(ties > 0
      ? [`${plural(ties, "row")} with a tie between annotators: the source's label stays (show NAME.agreement)`]
      : []),
    ...(lost > 0
      ? [`${plural(lost, "annotation")} of rows that no longer exist: their texts changed, or they were removed`]
      : []),
    ...(unread > 0
      ? [`${plural(unread, "line")} of ${file} cannot be read and ${unread === 1 ? "is" : "are"} skipped`]
      : []),
  ];
}

const number = (n: number): string => n.toLocaleString("en-US");
const plural = (n: number, what: string): string => `${number(n)} ${what}${n === 1 ? "" : "s"}`;

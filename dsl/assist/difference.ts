/** The one edit that makes a text of another: what both have at their beginning and end stays, and so does a cursor there. */
export interface TextDifference {
  /** UTF-16, in the text before the edit. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Null: the texts are the same. */
export function textDifference(before: string, after: string): TextDifference | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, text: after.slice(start, after.length - end) };
}

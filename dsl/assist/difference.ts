/**
 * The single edit that turns one text into another. The common beginning and end are unchanged, so a cursor in them
 * does not move.
 */
export interface TextDifference {
  /** UTF-16 offset in the text before the edit. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Returns null if the texts are equal. */
export function textDifference(before: string, after: string): TextDifference | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, text: after.slice(start, after.length - end) };
}

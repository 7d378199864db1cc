/** Finds numbers written in groups: runs of digits separated by spaces, hyphens and the like. */
import { allMatches } from "./matches.js";

export interface DigitGroup {
  readonly start: number;
  readonly end: number;
}

const digits = /\d+/g;

/** Returns chains of groups, in order; a group ends before a character that is not a digit. */
export function groupDigits(text: string, between: RegExp): readonly (readonly DigitGroup[])[] {
  const chains: DigitGroup[][] = [];
  let chain: DigitGroup[] = [];
  for (const { 0: run, index: start } of allMatches(digits, text)) {
    const last = chain.at(-1);
    const joined = last !== undefined && start - last.end <= 3 && between.test(text.slice(last.end, start));
    if (!joined) chains.push((chain = []));
    chain.push({ start, end: start + run.length });
  }
  return chains;
}

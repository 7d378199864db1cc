/** Numbers written in groups: runs of digits with one space or one hyphen between them. */
import { matchesOf } from "./matches.js";

export interface Group {
  readonly start: number;
  readonly end: number;
}

const digits = /\d+/g;

/** Chains of groups, in order; each group ends where something else than a digit stands. */
export function digitChains(text: string, between = " -"): readonly (readonly Group[])[] {
  const chains: Group[][] = [];
  let chain: Group[] = [];
  for (const { 0: run, index: start } of matchesOf(digits, text)) {
    const last = chain.at(-1);
    const joined = last !== undefined && start === last.end + 1 && between.includes(text[last.end] ?? "\n");
    if (!joined) chains.push((chain = []));
    chain.push({ start, end: start + run.length });
  }
  return chains;
}

/**
 * Finds the verdict in a judge's answer: the last one in the requested form, or an answer that consists only of a
 * verdict.
 */
import type { Verdict } from "./judge.js";

/** Instruction for the end of the judge's answer. */
export const VERDICT_INSTRUCTION = "End with one line that says VERDICT: A, VERDICT: B or VERDICT: TIE.";

const WRITTEN = /verdict[\s*_`"”:=-]*(?:is\s+)?[\s*_`"“([]*(a|b|tie)(?![\p{L}\p{N}])/giu;
const ALONE = /^[\s*_`"“([]*(?:answer\s+|text\s+)?(a|b|tie)[\s*_`"”)\].!]*$/iu;
/** Reasoning that models write before their answer. */
const THOUGHTS = /<think>[\s\S]*?(?:<\/think>|$)/giu;

export function verdictOf(answer: string): Verdict | null {
  const reply = answer.replace(THOUGHTS, "");
  const found = [...reply.matchAll(WRITTEN)].at(-1)?.[1] ?? ALONE.exec(reply)?.[1];
  return found === undefined ? null : (found.toLowerCase() as Verdict);
}

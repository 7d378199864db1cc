/** The verdict of a judge's answer: the last that it writes as it was asked to, or an answer that is nothing else. */
import type { Verdict } from "./judge.js";

/** What it is asked to end with. */
export const VERDICT_INSTRUCTION = "End with one line that says VERDICT: A, VERDICT: B or VERDICT: TIE.";

const WRITTEN = /verdict[\s*_`"”:=-]*(?:is\s+)?[\s*_`"“([]*(a|b|tie)(?![\p{L}\p{N}])/giu;
const ALONE = /^[\s*_`"“([]*(?:answer\s+|text\s+)?(a|b|tie)[\s*_`"”)\].!]*$/iu;
/** What models think aloud before they answer. */
const THOUGHTS = /<think>[\s\S]*?(?:<\/think>|$)/giu;

export function verdictOf(answer: string): Verdict | null {
  const reply = answer.replace(THOUGHTS, "");
  const found = [...reply.matchAll(WRITTEN)].at(-1)?.[1] ?? ALONE.exec(reply)?.[1];
  return found === undefined ? null : (found.toLowerCase() as Verdict);
}

/** What several templates share. */
import type { Turn } from "../../kinds/conversation.js";

/** What a turn says: with the text it is about, where there is one. */
export function said({ content, context }: Turn): string {
  return context === undefined ? content : `${content}\n\n${context}`;
}

/** Why these turns (the system's left out) are not question, answer, question, …; undefined: they are. */
export function notInTurns(turns: readonly Turn[]): string | undefined {
  const at = turns.findIndex(({ role }, i) => role !== (i % 2 === 0 ? "user" : "assistant"));
  return at < 0 ? undefined : `user and assistant must take turns, the user first: turn ${String(at + 1)} is not`;
}

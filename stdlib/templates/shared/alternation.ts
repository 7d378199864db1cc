/** The order of roles that several templates require. */
import type { Message } from "../../conversations/kind.js";

/**
 * Returns why these messages (without the system's) don't alternate between user and assistant; undefined if they do.
 */
export function alternationError(messages: readonly Message[]): string | undefined {
  const wrong = messages.findIndex(({ role }, i) => role !== (i % 2 === 0 ? "user" : "assistant"));
  return wrong < 0
    ? undefined
    : `user and assistant must take turns, the user first: turn ${String(wrong + 1)} breaks this order`;
}

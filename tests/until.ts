/** Waiting for what comes of itself: a file, a process's end, a message. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Looks until what it sees is no longer false, null, undefined or empty, and gives that. `words` tell what was to come when it
 * did not within `seconds`, which only ends what hangs: an assertion on how fast something is belongs in bench/.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  words: string | (() => string) = "what was waited for",
  seconds = 60,
): Promise<NonNullable<T>> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(5)) {
    const seen = await look();
    if (seen) return seen;
  }
  return assert.fail(`after ${seconds} s there is still not: ${typeof words === "string" ? words : words()}`);
}

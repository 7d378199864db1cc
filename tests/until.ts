/** Waits for events that happen by themselves: a file, a process's end, a message. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Calls `look` until its result is no longer false, null, undefined or empty, and returns that. `words` describe what
 * was expected if it did not come within `seconds`. The time limit only ends a test that hangs: an assertion on speed
 * belongs in bench/.
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

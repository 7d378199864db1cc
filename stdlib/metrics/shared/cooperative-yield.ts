/** What long work over rows calls after each: now and then it lets the event loop turn, and hears whether to stop. */
import { breathe } from "#platform/turn.js";

/** Undefined: there is nothing to wait for. */
export type CooperativeYield = () => Promise<void> | undefined;

/** Milliseconds between two turns. */
const EVERY = 50;

export function cooperativeYield(signal?: AbortSignal): CooperativeYield {
  let turned = performance.now();
  return () => {
    if (performance.now() - turned < EVERY) return undefined;
    return (async () => {
      await breathe();
      signal?.throwIfAborted();
      turned = performance.now();
    })();
  };
}

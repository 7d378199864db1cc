/** Called after each row of a long computation: it yields to the event loop at intervals, and checks for an abort. */
import { nextEventLoopTurn } from "#platform/turn.js";

/** Returns undefined if there is no need to wait. */
export type CooperativeYield = () => Promise<void> | undefined;

/** Milliseconds between two yields. */
const EVERY = 50;

export function makeCooperativeYield(signal?: AbortSignal): CooperativeYield {
  let turned = performance.now();
  return () => {
    if (performance.now() - turned < EVERY) return undefined;
    return (async () => {
      await nextEventLoopTurn();
      signal?.throwIfAborted();
      turned = performance.now();
    })();
  };
}

/** Delays before something that failed is started again: none the first time, then longer with each recent failure. */

/** Milliseconds by the number of recent failures; the last value repeats. */
const DELAYS = [0, 1000, 2000, 5000, 10_000, 30_000] as const;
/** The same for an engine that had opened all its models: the crash may not recur, and clients are waiting. */
const DELAYS_WHEN_READY = [0, 250, 500, 1000] as const;
/** Something that ran this long, in ms, starts counting its failures from one again. */
export const STABLE_AFTER_MS = 60_000;

/** `wasReady`: whether it had finished opening before it failed. */
export function restartDelay(failures: number, { wasReady = false } = {}): number {
  const delays: readonly number[] = wasReady ? DELAYS_WHEN_READY : DELAYS;
  return delays[Math.min(failures, delays.length) - 1] ?? 0;
}

/** Delays before restarting something that failed: none the first time, then longer with each recent failure. */

/** Milliseconds by the number of recent failures; the last value repeats. */
const DELAYS = [0, 1000, 2000, 5000, 10_000, 30_000] as const;
/** The delays for an engine that had opened all its models: the crash may not recur, and clients are waiting. */
const DELAYS_WHEN_READY = [0, 250, 500, 1000] as const;
/** After running this long (ms), the failure count starts again from one. */
export const STABLE_AFTER_MS = 60_000;

/** `wasReady`: whether it had finished opening before it failed. Returns the delay in ms. */
export function restartDelay(failures: number, { wasReady = false } = {}): number {
  const delays: readonly number[] = wasReady ? DELAYS_WHEN_READY : DELAYS;
  return delays[Math.min(failures, delays.length) - 1] ?? 0;
}

/** How long is waited before what broke is begun anew: not at all the first time, and longer the more often it broke of late. */

/** Ms; the last one stays. */
const PAUSES = [0, 1000, 2000, 5000, 10_000, 30_000] as const;
/** Ms that something must hold for its next end to count as the first. */
export const LONG = 60_000;

/** Seconds that whoever asks is told to wait at most. */
const LONGEST = 60;
/** Seconds after which it is worth asking again for what is to be back in `ms`; where it is late, half as long as it is late. */
export function secondsLeft(ms: number): number {
  return Math.max(1, Math.min(LONGEST, Math.ceil((ms > 0 ? ms : -ms / 2) / 1000)));
}

export function pauseAfter(times: number): number {
  return PAUSES[Math.min(times, PAUSES.length) - 1] ?? 0;
}

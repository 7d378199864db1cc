/** The `Retry-After` of a model that is temporarily unavailable. */

/** Maximum seconds that a client is told to wait. */
const LONGEST = 60;

/**
 * Seconds after which a client should ask again for a model that is expected back in `ms`. A negative `ms` means that the
 * model is overdue: the wait is half the delay so far.
 */
export function retryAfter(ms: number): number {
  return Math.max(1, Math.min(LONGEST, Math.ceil((ms > 0 ? ms : -ms / 2) / 1000)));
}

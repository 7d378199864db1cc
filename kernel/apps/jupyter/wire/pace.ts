/**
 * How fast output may leave. Jupyter's server drops what exceeds its limits (1 MB of stream text and 1,000 messages a
 * second over three seconds, by default), so a kernel that a server started stays below them; other front ends set none.
 */
export interface OutputLimits {
  /** Bytes of stream text and messages, per second; 0 is no limit. */
  readonly bytes: number;
  readonly messages: number;
}

/** Limits for this process: `TUNEBOOK_IOPUB_RATE` (bytes per second, 0 for none), else a server's if a server started us. */
export function outputLimitsFrom(env: NodeJS.ProcessEnv): OutputLimits {
  const stated = env["TUNEBOOK_IOPUB_RATE"];
  if (stated !== undefined && /^\d+$/.test(stated))
    return { bytes: Number(stated), messages: stated === "0" ? 0 : 600 };
  return env["JPY_SESSION_NAME"] === undefined ? { bytes: 0, messages: 0 } : { bytes: 700_000, messages: 600 };
}

/** Two buckets of tokens, refilled with time; each holds about one second's worth, so any three seconds stay in bounds. */
export class OutputRateLimiter {
  private bytes: number;
  private messages: number;
  private last: number;

  constructor(
    private readonly limits: OutputLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.bytes = limits.bytes;
    this.messages = limits.messages;
    this.last = now();
  }

  /** Milliseconds to wait before a message may leave; 0 is now. */
  wait(): number {
    this.refill();
    const lacking = (have: number, rate: number) => (rate > 0 && have <= 0 ? ((1 - have) / rate) * 1000 : 0);
    return Math.ceil(Math.max(lacking(this.bytes, this.limits.bytes), lacking(this.messages, this.limits.messages)));
  }

  /** A message of so many bytes of stream text has left. */
  spend(bytes: number): void {
    this.bytes -= bytes;
    this.messages -= 1;
  }

  private refill(): void {
    const now = this.now();
    const seconds = (now - this.last) / 1000;
    this.last = now;
    this.bytes = Math.min(this.limits.bytes, this.bytes + seconds * this.limits.bytes);
    this.messages = Math.min(this.limits.messages, this.messages + seconds * this.limits.messages);
  }
}

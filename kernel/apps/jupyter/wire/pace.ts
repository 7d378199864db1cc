/**
 * Rate limit of output. Jupyter's server drops output beyond its limits (1 MB of stream text and 1,000 messages a
 * second over three seconds, by default), so a kernel started by a server stays below them; other front ends set none.
 */
export interface OutputLimits {
  /** Bytes of stream text and messages, per second; 0 means no limit. */
  readonly bytes: number;
  readonly messages: number;
}

/**
 * Limits of this process: `TUNEBOOK_IOPUB_RATE` (bytes per second, 0 for none), else a server's if a server started us.
 */
export function outputLimitsFrom(env: NodeJS.ProcessEnv): OutputLimits {
  const stated = env["TUNEBOOK_IOPUB_RATE"];
  if (stated !== undefined && /^\d+$/.test(stated))
    return { bytes: Number(stated), messages: stated === "0" ? 0 : 600 };
  return env["JPY_SESSION_NAME"] === undefined ? { bytes: 0, messages: 0 } : { bytes: 700_000, messages: 600 };
}

/**
 * Two token buckets, refilled over time; each has about one second's worth, so any three seconds stay within the
 * limits.
 */
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

  /** Milliseconds to wait before a message may be sent; 0 means now. */
  wait(): number {
    this.refill();
    const lacking = (have: number, rate: number) => (rate > 0 && have <= 0 ? ((1 - have) / rate) * 1000 : 0);
    return Math.ceil(Math.max(lacking(this.bytes, this.limits.bytes), lacking(this.messages, this.limits.messages)));
  }

  /** Records a sent message with this many bytes of stream text. */
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

/** Load of the last seconds: requests per second and latency. */
import type { HttpLoad } from "../contract.js";

/** Seconds of the window. */
const SPAN = 10;
/** Maximum stored latencies per second; beyond that, a random sample. */
const KEPT = 2048;

interface Second {
  time: number;
  requests: number;
  tokens: number;
  readonly times: Float64Array;
}

/** Load of the last seconds, one entry per second. */
export class RecentLoad {
  private readonly start = now();
  private readonly seconds = Array.from({ length: SPAN + 1 }, (): Second => ({
    time: -1,
    requests: 0,
    tokens: 0,
    times: new Float64Array(KEPT),
  }));

  add(ms: number): void {
    const second = this.current();
    const index = second.requests < KEPT ? second.requests : Math.floor(Math.random() * (second.requests + 1));
    if (index < KEPT) second.times[index] = ms;
    second.requests++;
  }
  addTokens(tokens: number): void {
    this.current().tokens += tokens;
  }

  summary(): Pick<HttpLoad, "perSecond" | "p50" | "p99" | "tokensPerSecond"> {
    const here = now();
    const seconds = this.seconds.filter(({ time }) => time >= 0 && here - time < SPAN);
    const span = Math.max(1, Math.min(SPAN, here - this.start + 1));
    const times = seconds.flatMap(({ times, requests }) => [...times.subarray(0, Math.min(KEPT, requests))]);
    times.sort((a, b) => a - b);
    return {
      perSecond: seconds.reduce((sum, { requests }) => sum + requests, 0) / span,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      tokensPerSecond: seconds.reduce((sum, { tokens }) => sum + tokens, 0) / span,
    };
  }

  private current(): Second {
    const time = now();
    const [first] = this.seconds;
    const second = this.seconds[time % (SPAN + 1)] ?? first;
    if (!second) throw new RangeError("there is no second");
    if (second.time !== time) Object.assign(second, { time, requests: 0, tokens: 0 });
    return second;
  }
}

const now = (): number => Math.floor(performance.now() / 1000);

/** The smallest of the sorted values that is at least as large as this share of them. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** What a training that workers share took of them: kept step by step, told when it ends. */
import type { Sharing } from "#dsl/plan/plan.js";
import type { RunEvent, SharedBy } from "../core/session/events.js";

export class Toll {
  private seconds = 0;
  private communicated = 0;
  private waited = 0;
  private readonly began = performance.now();

  /** `before`: all that its log has of gangs that were lost and of a training that was stopped. */
  constructor(
    private readonly of: Sharing,
    private readonly before: readonly RunEvent[],
  ) {}

  step(seconds: number, shared: { readonly communicated: number; readonly waited: number }): void {
    this.seconds += seconds;
    this.communicated += shared.communicated;
    this.waited += shared.waited;
  }

  told(): SharedBy {
    const { count, threads, gpus, price } = this.of;
    const hours = (count * (performance.now() - this.began)) / 3_600_000;
    const ended = this.before.flatMap((event) => (event.kind === "stopped" && event.shared ? [event.shared] : []));
    const all = (key: "cpuHours" | "gpuHours" | "cost", own: number): number =>
      Number((own + ended.reduce((sum, one) => sum + (one[key] ?? 0), 0)).toPrecision(6));
    const share = (part: number): number =>
      this.seconds > 0 ? Number(Math.min(1, part / this.seconds).toFixed(4)) : 0;
    return {
      workers: count,
      communication: share(this.communicated),
      waiting: share(this.waited),
      ...(gpus === undefined
        ? { cpuHours: all("cpuHours", hours * threads) }
        : { gpuHours: all("gpuHours", hours * gpus) }),
      ...(price !== undefined && { cost: all("cost", hours * price) }),
    };
  }
}

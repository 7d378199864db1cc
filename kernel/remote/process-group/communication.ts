/** Communication costs of a training shared by several workers: summed over its steps, reported when it ends. */
import type { WorkersOfTraining } from "#dsl/compiler/plan/plan.js";
import type { RunEvent, DistributedTrainingUsage } from "../../events/events.js";
import type { ExtraStoppedFields, TrainingHook } from "../../training/loop/hook.js";
import type { CompletedStep, ExtraStepFields } from "../../training/loop/step-source.js";

export class CommunicationTimeHook implements TrainingHook {
  private seconds = 0;
  private communicated = 0;
  private waited = 0;
  private readonly began = performance.now();

  /** `before`: all events of the run's log, including those of lost process groups. */
  constructor(
    private readonly sharing: WorkersOfTraining,
    private readonly before: readonly RunEvent[],
  ) {}

  afterStep({ seconds, report = {} }: CompletedStep): ExtraStepFields {
    const { communicated, waited } = report;
    if (communicated === undefined || waited === undefined) return {};
    this.seconds += seconds;
    this.communicated += communicated;
    this.waited += waited;
    return {};
  }

  finish(): ExtraStoppedFields {
    return { shared: this.figures() };
  }

  private figures(): DistributedTrainingUsage {
    const { count, threads, gpus, price } = this.sharing;
    const hours = (count * (performance.now() - this.began)) / 3_600_000;
    const ended = this.before.flatMap((event) => (event.kind === "stopped" && event.shared ? [event.shared] : []));
    const total = (key: "cpuHours" | "gpuHours" | "cost", value: number): number =>
      Number((value + ended.reduce((sum, one) => sum + (one[key] ?? 0), 0)).toPrecision(6));
    const share = (part: number): number =>
      this.seconds > 0 ? Number(Math.min(1, part / this.seconds).toFixed(4)) : 0;
    return {
      workers: count,
      communication: share(this.communicated),
      waiting: share(this.waited),
      ...(gpus === undefined
        ? { cpuHours: total("cpuHours", hours * threads) }
        : { gpuHours: total("gpuHours", hours * gpus) }),
      ...(price !== undefined && { cost: total("cost", hours * price) }),
    };
  }
}

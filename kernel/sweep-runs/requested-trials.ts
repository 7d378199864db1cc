/** What a person wants of a sweep that runs: a trial stopped, or others begun beside those that the search draws. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";

export interface RequestedTrial {
  readonly point: SearchPoint;
  readonly values: Readonly<Record<string, string>>;
  /** The number of the trial in whose place it is trained. */
  readonly again?: number;
}

export class TrialRequests {
  private readonly stop = new Set<number>();
  private readonly begin: RequestedTrial[] = [];
  /** Told when something was wished. */
  onWish: () => void = () => undefined;

  /** Whether a trial is to end, with the weights and the score that it has then. */
  stopped(number: number): boolean {
    return this.stop.has(number);
  }
  wantStopped(number: number): void {
    this.stop.add(number);
    this.onWish();
  }
  wantBegun(wanted: RequestedTrial): void {
    this.begin.push(wanted);
    this.onWish();
  }
  /** How many are still to begin. */
  get waiting(): number {
    return this.begin.length;
  }
  /** What was wished first. */
  next(): RequestedTrial | null {
    return this.begin.shift() ?? null;
  }
}

/** Coded error `trial-not-running`. */
export function demandTrialRunning(sweep: string, number: number, running: readonly number[]): void {
  if (!running.includes(number)) throw new CodedError("trial-not-running", { sweep, trial: number, running });
}

/**
 * A user's requests for a running sweep: to stop a trial, or to start others in addition to those that the search
 * draws.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";

export interface RequestedTrial {
  readonly point: SearchPoint;
  readonly values: Readonly<Record<string, string>>;
  /** Number of the trial that it replaces. */
  readonly again?: number;
}

export class TrialRequests {
  private readonly stop = new Set<number>();
  private readonly begin: RequestedTrial[] = [];
  /** Called for each new request. */
  onWish: () => void = () => undefined;

  /** Reports whether a trial should end with its present weights and score. */
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
  /** Number of requested trials that have not started. */
  get waiting(): number {
    return this.begin.length;
  }
  /** Returns the earliest request. */
  next(): RequestedTrial | null {
    return this.begin.shift() ?? null;
  }
}

/** Throws the coded error `trial-not-running`. */
export function demandTrialRunning(sweep: string, number: number, running: readonly number[]): void {
  if (!running.includes(number)) throw new CodedError("trial-not-running", { sweep, trial: number, running });
}

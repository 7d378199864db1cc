/**
 * What a trial's failure means for its sweep: most failures end only the trial, some end the sweep, and some end it
 * when repeated.
 */
import { CodedError, diagnosticText, type Code } from "#dsl/language/diagnostics/codes.js";

const engineEnds: readonly Code[] = ["engine-died", "engine-unavailable"];
const diskEnds: readonly Code[] = ["no-space", "disk-full", "run-folder", "run-lost"];
/** Failures for which no trial is responsible: all of them stay open in the journal. */
const workersEnd: readonly Code[] = ["workers-end", "worker-lacks"];

/**
 * Returns why the sweep must end: an interrupt, a dead engine, workers that all ended or lack something, or a full
 * disk. Returns null if only the trial ends.
 */
export function sweepEndingFailureKind(error: unknown): "interrupt" | "engine" | "disk" | "workers" | null {
  if (!(error instanceof CodedError)) return error instanceof Error && error.name === "AbortError" ? "interrupt" : null;
  if (error.code === "interrupted") return "interrupt";
  if (workersEnd.includes(error.code)) return "workers";
  return engineEnds.includes(error.code) ? "engine" : diskEnds.includes(error.code) ? "disk" : null;
}

/** Returns the failure's text for the table of trials. */
export function failureText(error: unknown): string {
  if (error instanceof CodedError) return diagnosticText(error).message;
  return error instanceof Error ? error.message : String(error);
}

/** Number of similar failures in a row that end a sweep. */
export const MAX_ALIKE_FAILURES = 3;

export class FailureStreak {
  private last: string | null = null;
  private times = 0;

  /** Resets the streak after a trial without a failure. */
  none(): void {
    this.last = null;
    this.times = 0;
  }
  /** @returns whether the limit is reached */
  add(error: unknown): boolean {
    const kind = alike(error);
    this.times = kind === this.last ? this.times + 1 : 1;
    this.last = kind;
    return this.times >= MAX_ALIKE_FAILURES;
  }
}

/** Removes numbers, so that the same failure at another step counts as equal. */
function alike(error: unknown): string {
  const code = error instanceof CodedError ? error.code : "";
  return `${code} ${failureText(error).replace(/\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi, "#")}`;
}

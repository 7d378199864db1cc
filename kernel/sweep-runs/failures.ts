/** What a trial's failure means for its sweep: most end the trial alone, some the sweep, and some do when they come again and again. */
import { CodedError, diagnosticText, type Code } from "#dsl/language/diagnostics/codes.js";

const engineEnds: readonly Code[] = ["engine-died", "engine-unavailable"];
const diskEnds: readonly Code[] = ["no-space", "disk-full", "run-folder", "run-lost"];
/** No trial is at fault: each waits in the journal. */
const workersEnd: readonly Code[] = ["workers-end", "worker-lacks"];

/** An interrupt, a dead engine, workers that all end or lack something, or a disk that takes nothing more ends the sweep: null, where only the trial ends. */
export function sweepEndingFailure(error: unknown): "interrupt" | "engine" | "disk" | "workers" | null {
  if (!(error instanceof CodedError)) return error instanceof Error && error.name === "AbortError" ? "interrupt" : null;
  if (error.code === "interrupted") return "interrupt";
  if (workersEnd.includes(error.code)) return "workers";
  return engineEnds.includes(error.code) ? "engine" : diskEnds.includes(error.code) ? "disk" : null;
}

/** As the table of trials tells it. */
export function failureText(error: unknown): string {
  if (error instanceof CodedError) return diagnosticText(error).message;
  return error instanceof Error ? error.message : String(error);
}

/** So many failures that are alike, and nothing else between them, end a sweep. */
export const MAX_ALIKE_FAILURES = 3;

export class FailureStreak {
  private last: string | null = null;
  private times = 0;

  /** A trial that came to something. */
  none(): void {
    this.last = null;
    this.times = 0;
  }
  /** @returns whether it was one too many */
  add(error: unknown): boolean {
    const kind = alike(error);
    this.times = kind === this.last ? this.times + 1 : 1;
    this.last = kind;
    return this.times >= MAX_ALIKE_FAILURES;
  }
}

/** The same trouble at another step, or with another number, is the same. */
function alike(error: unknown): string {
  const code = error instanceof CodedError ? error.code : "";
  return `${code} ${failureText(error).replace(/\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi, "#")}`;
}

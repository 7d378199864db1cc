/** Reports a running sweep: its journal as it grows, and the progress of its trials. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { TrialProgress } from "../../../remote/coordinator/ray/job-progress.js";
import type { TrialRecord } from "../../../study/trial.js";
import type { ProgressWriter } from "./progress-lines.js";

/** Milliseconds between two polls. */
const LOOK = 1000;
/**
 * Minimum interval between progress reports, as a share of the elapsed time, so that a long sweep's log stays short.
 */
const PART = 0.002;
const AT_LEAST = 2000;
/** Maximum bytes of the journal per report. */
const PIECE = 4 * 2 ** 20;

export class SweepFollower {
  private readonly timer: NodeJS.Timeout;
  private readonly begun = performance.now();
  private lastReportTime = -Infinity;
  private journalOffset = 0;
  private before = "[]";

  constructor(
    private readonly journal: string,
    private readonly trials: () => readonly TrialRecord[],
    private readonly says: ProgressWriter,
  ) {
    this.timer = setInterval(() => this.look(), LOOK);
    this.timer.unref();
  }

  /** Reports everything so far and stops. */
  end(): void {
    clearInterval(this.timer);
    this.grown();
    this.says.flush();
  }

  private look(): void {
    this.grown();
    const now = performance.now();
    if (now - this.lastReportTime < Math.max(AT_LEAST, (now - this.begun) * PART)) return;
    const running = this.trials().flatMap(progressOf);
    const text = JSON.stringify(running);
    if (text === this.before) return;
    [this.lastReportTime, this.before] = [now, text];
    this.says.say({ is: "running", trials: running });
  }

  /** Reports complete lines only, as the rest may end inside a character. */
  private grown(): void {
    let file: number;
    try {
      file = openSync(this.journal, "r");
    } catch {
      return; // no journal yet
    }
    try {
      for (;;) {
        const bytes = Buffer.alloc(Math.min(PIECE, Math.max(0, fstatSync(file).size - this.journalOffset)));
        const got = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.journalOffset));
        const whole = got.lastIndexOf(10) + 1;
        if (whole === 0) return;
        this.says.say({ is: "journal", at: this.journalOffset, text: got.toString("utf8", 0, whole) });
        this.journalOffset += whole;
      }
    } finally {
      closeSync(file);
    }
  }
}

function progressOf({ number, state, step, steps, tokens }: TrialRecord): readonly TrialProgress[] {
  if (state !== "running" || step === undefined || steps === undefined) return [];
  return [{ number, step, steps, tokens: tokens ?? 0 }];
}

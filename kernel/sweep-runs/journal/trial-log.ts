/** The present trials of a sweep: those of its journal and those that run. */
import type { TrialRecord } from "../../study/trial.js";
import type { Journal, MismatchedTrial } from "./journal.js";

export class TrialLog {
  private readonly running = new Map<number, TrialRecord>();

  private outdated: ReadonlySet<number> = new Set();

  /** @param watched another process runs the sweep, so its started trials count as open */
  constructor(
    private readonly journal: Journal,
    private readonly watched = false,
  ) {}

  /** Name of the journal. */
  get name(): string {
    return this.journal.name;
  }
  /** The folder of runs that contains the journal. */
  get runs(): string {
    return this.journal.runs;
  }
  /** Sorted by number. */
  get trials(): readonly TrialRecord[] {
    return [...this.ended, ...this.open].sort((a, b) => a.number - b.number);
  }
  /** The ended trials that count. */
  get ended(): readonly TrialRecord[] {
    const trials = this.journal.trials.filter(({ number }) => !this.outdated.has(number));
    const replaced = new Set(trials.flatMap(({ again }) => again ?? []));
    return replaced.size === 0 ? trials : trials.filter(({ number }) => !replaced.has(number));
  }
  /** Number of ended trials that no longer count. */
  get aside(): number {
    return this.journal.trials.length - this.ended.length;
  }
  /** All ended or started trials, whether they count or not. */
  get known(): readonly TrialRecord[] {
    return [...this.journal.trials, ...this.unfinished];
  }
  get open(): readonly TrialRecord[] {
    const others = this.watched ? this.journal.interrupted : [];
    return [...this.running.values(), ...others.map((trial) => ({ ...trial, state: "running" as const }))];
  }
  /** Trials of other programs in its study that cannot be read as trials of this sweep. */
  get strange(): readonly MismatchedTrial[] {
    return this.journal.strange;
  }
  /** Trials that ran when the sweep was interrupted; they will be resumed. */
  get unfinished(): readonly TrialRecord[] {
    return this.journal.interrupted;
  }
  /** The number that a trial would get if it started now. */
  get next(): number {
    return this.journal.next;
  }

  /** Excludes these trials from now on. */
  setAside(outdated: readonly number[]): void {
    this.outdated = new Set(outdated);
  }

  /** Reads what others have written. */
  look(): void {
    this.journal.look();
  }
  /** @returns the trial with its number */
  begin(trial: TrialRecord): TrialRecord {
    const begun = this.journal.begin(trial);
    this.running.set(begun.number, begun);
    return begun;
  }
  /** Adds information about a running trial. */
  note(number: number, more: Partial<TrialRecord>): void {
    const trial = this.running.get(number);
    if (trial) this.running.set(number, { ...trial, ...more });
  }
  report(number: number, step: number, score: number): void {
    const { reports = [] } = this.running.get(number) ?? {};
    const before = reports.filter((one) => one.step < step);
    // A resumed trial repeats its reports from before the interruption; these are not written again.
    if (before.length === reports.length) this.journal.report(number, step, score);
    this.note(number, { reports: [...before, { step, score }] });
  }
  /** @param missed distance by which the trial misses each threshold */
  end(trial: TrialRecord, missed: Readonly<Record<string, number>> = {}): void {
    this.journal.end(trial, missed);
    this.running.delete(trial.number);
  }
  /** Removes a trial that no longer runs; it is resumed with the sweep. */
  leave(number: number): void {
    this.running.delete(number);
  }
}

/** The part of the log that is displayed. */
export type DisplayedTrialLog = Pick<TrialLog, "name" | "trials" | "ended" | "open" | "strange">;

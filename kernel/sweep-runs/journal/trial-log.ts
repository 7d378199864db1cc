/** The trials of a sweep as they stand: those of its journal, and those that run. */
import type { TrialRecord } from "../../study/trial.js";
import type { Journal, UnfitTrial } from "./journal.js";

export class TrialLog {
  private readonly running = new Map<number, TrialRecord>();

  private outdated: ReadonlySet<number> = new Set();

  /** `watched`: another process runs it, and what that one began is open. */
  constructor(
    private readonly journal: Journal,
    private readonly watched = false,
  ) {}

  /** Of its journal. */
  get name(): string {
    return this.journal.name;
  }
  /** The folder of runs that its journal lies in. */
  get runs(): string {
    return this.journal.runs;
  }
  /** In the order of their numbers. */
  get trials(): readonly TrialRecord[] {
    return [...this.ended, ...this.open].sort((a, b) => a.number - b.number);
  }
  /** Those that count. */
  get ended(): readonly TrialRecord[] {
    const trials = this.journal.trials.filter(({ number }) => !this.outdated.has(number));
    const replaced = new Set(trials.flatMap(({ again }) => again ?? []));
    return replaced.size === 0 ? trials : trials.filter(({ number }) => !replaced.has(number));
  }
  /** How many that are over count no more. */
  get aside(): number {
    return this.journal.trials.length - this.ended.length;
  }
  /** All that are over or were begun, whether they count or not. */
  get known(): readonly TrialRecord[] {
    return [...this.journal.trials, ...this.unfinished];
  }
  get open(): readonly TrialRecord[] {
    const others = this.watched ? this.journal.interrupted : [];
    return [...this.running.values(), ...others.map((trial) => ({ ...trial, state: "running" as const }))];
  }
  /** What others ran in its study and can't be read as its trials. */
  get strange(): readonly UnfitTrial[] {
    return this.journal.strange;
  }
  /** Begun when the sweep was interrupted: they go on. */
  get unfinished(): readonly TrialRecord[] {
    return this.journal.interrupted;
  }
  /** The number that a trial would get that begins now. */
  get next(): number {
    return this.journal.next;
  }

  /** From now on these count no more. */
  setAside(outdated: readonly number[]): void {
    this.outdated = new Set(outdated);
  }

  /** Reads what others wrote. */
  look(): void {
    this.journal.look();
  }
  /** @returns it with its number */
  begin(trial: TrialRecord): TrialRecord {
    const begun = this.journal.begin(trial);
    this.running.set(begun.number, begun);
    return begun;
  }
  /** What is learnt of a trial that runs. */
  note(number: number, more: Partial<TrialRecord>): void {
    const trial = this.running.get(number);
    if (trial) this.running.set(number, { ...trial, ...more });
  }
  report(number: number, step: number, score: number): void {
    const { reports = [] } = this.running.get(number) ?? {};
    const before = reports.filter((one) => one.step < step);
    // What goes on tells again what it told before it was interrupted.
    if (before.length === reports.length) this.journal.report(number, step, score);
    this.note(number, { reports: [...before, { step, score }] });
  }
  /** `missed`: by how much it misses each bar. */
  end(trial: TrialRecord, missed: Readonly<Record<string, number>> = {}): void {
    this.journal.end(trial, missed);
    this.running.delete(trial.number);
  }
  /** It runs no longer, and goes on when the sweep does. */
  leave(number: number): void {
    this.running.delete(number);
  }
}

/** As far as it is shown. */
export type SweepLog = Pick<TrialLog, "name" | "trials" | "ended" | "open" | "strange">;

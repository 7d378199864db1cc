/**
 * The journal of a sweep: what makes an interrupted sweep go on. It is a journal of Optuna's, so that Optuna opens it, draws it and
 * goes on with it; what Optuna adds meanwhile is read whenever something is written. A trial's number is its place in the study,
 * whoever created it: `begin` says which one it got.
 */
import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { makePrivateFolder } from "../../fetch/private.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { OptunaJournalFile } from "../../runs/optuna/journal-file.js";
import {
  OPTUNA_DIRECTIONS,
  OPTUNA_OPERATIONS,
  OPTUNA_TRIAL_STATES,
  type UnsignedOperation,
} from "../../runs/optuna/operations.js";
import { isTrialOver, type LoggedStudy, type LoggedTrial } from "../../runs/optuna/replay.js";
import type { TrialRecord } from "../../study/trial.js";
import { runFolderName, runFolderIn } from "../../runs/trial-places.js";
import {
  createdEntry,
  endedEntry,
  isFittingTrial,
  JournalReading,
  trialFromLog,
  type JournalSpec,
  type UnfitReason,
} from "./logged-trial.js";

export type { JournalSpec };

/** A trial of the file that is none of the sweep's: its parameters don't fit. */
export interface UnfitTrial extends UnfitReason {
  readonly number: number;
}
interface Known {
  readonly changes: number;
  readonly trial: TrialRecord | UnfitReason;
}

/** The journal of a sweep: what is done stays done. */
export class Journal {
  private readonly worker = `tunebook-${randomUUID()}`;
  private readonly log: OptunaJournalFile;
  private readonly reading: JournalReading;
  /** Trials that this process began. */
  private readonly ownTrials = new Set<number>();
  /** By id, as they were read last. */
  private readonly known = new Map<number, Known>();

  private constructor(
    readonly file: string,
    private readonly spec: JournalSpec,
  ) {
    this.log = new OptunaJournalFile(file);
    this.reading = new JournalReading(spec);
    this.log.look();
  }

  /** The folder of its lock (run-lock.ts): two processes that sweep the same would draw the same trials twice. */
  static folder(root: string, name: string, hash: string): string {
    const folder = folderOf(root, name, hash);
    try {
      makePrivateFolder(folder);
    } catch (error) {
      throw toRunFolderError(error, folder);
    }
    return folder;
  }

  /** Opens the journal of the sweep with this hash under `root`; a torn last line is left out. */
  static open(root: string, name: string, hash: string, of: JournalSpec): Journal {
    return new Journal(`${Journal.folder(root, name, hash)}.jsonl`, of);
  }

  /** That of a sweep which another process runs: nothing is made, though there be none. */
  static watched(root: string, name: string, hash: string, of: JournalSpec): Journal {
    return new Journal(`${folderOf(root, name, hash)}.jsonl`, of);
  }

  /** Its file's name without the ending, and the study's. */
  get name(): string {
    return basename(this.file, ".jsonl");
  }

  /** The folder of runs that it lies in. */
  get runs(): string {
    return dirname(dirname(this.file));
  }

  /** Those that are over, whoever ran them, by their numbers. */
  get trials(): readonly TrialRecord[] {
    return this.logged(isTrialOver).filter(isFittingTrial);
  }
  /** Begun by a process of ours that ended before they did: `begin` takes them up again under their numbers. */
  get interrupted(): readonly TrialRecord[] {
    return this.logged((one) => this.leftBehind(one)).filter(isFittingTrial);
  }
  /** Trials that others ran, and that can't be read as points of this sweep. */
  get strange(): readonly UnfitTrial[] {
    return (this.study?.trials ?? []).filter(isTrialOver).flatMap((one) => {
      const trial = this.trialOf(one);
      return isFittingTrial(trial) ? [] : [{ number: one.number + 1, ...trial }];
    });
  }
  /** The number that the next trial gets, if nobody else begins one. */
  get next(): number {
    return (this.study?.trials ?? []).length + 1;
  }

  /** Reads what others wrote since. */
  look(): void {
    this.log.look();
  }

  /** It runs from now on, under the number that is returned. */
  begin(trial: TrialRecord): TrialRecord {
    let number = 0;
    this.append(() => {
      const left = this.study?.trials[trial.number - 1];
      if (left && this.leftBehind(left) && samePoint(this.trialOf(left), trial)) {
        number = trial.number;
        this.ownTrials.add(left.id);
        return [];
      }
      number = (this.study?.trials.length ?? 0) + 1;
      this.ownTrials.add(this.log.replay.next.trial);
      return [...this.opening(), createdEntry(this.reading, this.studyId, trial)];
    });
    return { ...trial, number };
  }

  /** A score of the first goal on the way. */
  report(number: number, step: number, score: number): void {
    this.append(() => [
      { op_code: OPTUNA_OPERATIONS.intermediateValue, trial_id: this.idOf(number), step, intermediate_value: score },
    ]);
  }

  /** It is over: its number is that which it began with. `missed`: by how much it misses each bar, below 0 where it doesn't. */
  end(trial: TrialRecord, missed: Readonly<Record<string, number>> = {}): void {
    this.append(() => endedEntry(this.idOf(trial.number), written(trial), { endedAt: Date.now(), missed }), true);
  }

  /** Begun and over at once. */
  add(trial: TrialRecord, missed: Readonly<Record<string, number>> = {}): TrialRecord {
    let number = 0;
    this.append(() => {
      number = (this.study?.trials.length ?? 0) + 1;
      return [...this.opening(), ...this.whole(trial, this.log.replay.next.trial, missed)];
    }, true);
    return { ...trial, number };
  }

  private get study(): LoggedStudy | undefined {
    return this.log.replay.study(this.name);
  }
  private get studyId(): number {
    return this.study?.id ?? this.log.replay.next.study;
  }

  private append(made: () => readonly UnsignedOperation[], keep = false): void {
    this.log.append(this.worker, made, keep);
  }

  /** What creates the study, where it isn't there yet. */
  private opening(): readonly UnsignedOperation[] {
    if (this.study) return [];
    const { goals } = this.spec;
    const names = { "study:metric_names": goals.map(({ metric }) => metric) };
    return [
      {
        op_code: OPTUNA_OPERATIONS.createStudy,
        study_name: this.name,
        directions: goals.map((goal) => OPTUNA_DIRECTIONS[goal.direction]),
      },
      { op_code: OPTUNA_OPERATIONS.studySystemAttr, study_id: this.studyId, system_attr: names },
    ];
  }
  private whole(
    trial: TrialRecord,
    id: number,
    missed: Readonly<Record<string, number>> = {},
  ): readonly UnsignedOperation[] {
    const endedAt = (trial.begun ?? Date.now() - 1000 * trial.seconds) + 1000 * trial.seconds;
    const reports = (trial.reports ?? []).map(({ step, score }) => ({
      op_code: OPTUNA_OPERATIONS.intermediateValue,
      trial_id: id,
      step,
      intermediate_value: score,
    }));
    const first = createdEntry(this.reading, this.studyId, { ...trial, begun: endedAt - 1000 * trial.seconds });
    return [first, ...reports, ...endedEntry(id, written(trial), { endedAt, missed })];
  }

  private idOf(number: number): number {
    const id = this.study?.trials[number - 1]?.id;
    if (id === undefined) throw new Error(`trial ${number} of ${this.name} was not begun`);
    return id;
  }
  private leftBehind({ id, state, userAttrs }: LoggedTrial): boolean {
    return state === OPTUNA_TRIAL_STATES.running && userAttrs.has("values") && !this.ownTrials.has(id);
  }

  private logged(which: (trial: LoggedTrial) => boolean): readonly (TrialRecord | UnfitReason)[] {
    return (this.study?.trials ?? []).filter(which).map((one) => this.trialOf(one));
  }
  private trialOf(logged: LoggedTrial): TrialRecord | UnfitReason {
    const { id, changes } = logged;
    const before = this.known.get(id);
    if (before?.changes === changes) return before.trial;
    const read = trialFromLog(this.reading, logged);
    const trial = isFittingTrial(read) ? this.here(read) : read;
    this.known.set(id, { changes, trial });
    return trial;
  }
  private here(trial: TrialRecord): TrialRecord {
    return trial.run === null ? trial : { ...trial, run: runFolderIn(this.runs, trial.run) };
  }
}

const folderOf = (root: string, name: string, hash: string): string =>
  join(root, "sweeps", `${name}-${hash.slice(0, 12)}`);

function written(trial: TrialRecord): TrialRecord {
  return trial.run === null ? trial : { ...trial, run: runFolderName(trial.run) };
}

function samePoint(logged: TrialRecord | UnfitReason, { point }: TrialRecord): boolean {
  return isFittingTrial(logged) && Object.entries(logged.point).every(([name, value]) => point[name] === value);
}

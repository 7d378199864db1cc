/**
 * The journal of a sweep, from which an interrupted sweep is resumed. It is an Optuna journal, so Optuna can open, plot
 * and continue it. Trials that Optuna adds meanwhile are read with every write. A trial's number is its position in the
 * study, whoever created it: `begin` returns it.
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
  type OperationWithoutWorker,
} from "../../runs/optuna/operations.js";
import { isTrialOver, type LoggedStudy, type LoggedTrial } from "../../runs/optuna/replay.js";
import type { TrialRecord } from "../../study/trial.js";
import { runFolderName, runFolderIn } from "../../runs/trial-folders.js";
import {
  createdEntry,
  endedEntry,
  isFittingTrial,
  JournalTrialParameters,
  trialFromLog,
  type JournaledSweep,
  type UnfitReason,
} from "./logged-trial.js";

export type { JournaledSweep as JournalSpec };

/** A trial of the file whose parameters do not fit the sweep. */
export interface MismatchedTrial extends UnfitReason {
  readonly number: number;
}
interface Known {
  readonly changes: number;
  readonly trial: TrialRecord | UnfitReason;
}

/** The journal of a sweep: completed trials are never changed. */
export class Journal {
  private readonly worker = `tunebook-${randomUUID()}`;
  private readonly log: OptunaJournalFile;
  private readonly reading: JournalTrialParameters;
  /** Trials that this process started. */
  private readonly ownTrials = new Set<number>();
  /** Trials by id, as last read. */
  private readonly known = new Map<number, Known>();

  private constructor(
    readonly file: string,
    private readonly spec: JournaledSweep,
  ) {
    this.log = new OptunaJournalFile(file);
    this.reading = new JournalTrialParameters(spec);
    this.log.look();
  }

  /**
   * Returns the folder of the sweep's lock (run-lock.ts): two processes with the same sweep would draw the same trials
   * twice.
   */
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
  static open(root: string, name: string, hash: string, of: JournaledSweep): Journal {
    return new Journal(`${Journal.folder(root, name, hash)}.jsonl`, of);
  }

  /** Opens the journal of a sweep that another process runs; creates nothing, even if the file does not exist. */
  static watched(root: string, name: string, hash: string, of: JournaledSweep): Journal {
    return new Journal(`${folderOf(root, name, hash)}.jsonl`, of);
  }

  /** The file's name without its extension, which is also the study's name. */
  get name(): string {
    return basename(this.file, ".jsonl");
  }

  /** The folder of runs that contains the journal. */
  get runs(): string {
    return dirname(dirname(this.file));
  }

  /** The ended trials, whoever ran them, by number. */
  get trials(): readonly TrialRecord[] {
    return this.logged(isTrialOver).filter(isFittingTrial);
  }
  /** Trials whose process (of Tunebook) ended before they did: `begin` resumes them under their numbers. */
  get interrupted(): readonly TrialRecord[] {
    return this.logged((one) => this.leftBehind(one)).filter(isFittingTrial);
  }
  /** Trials of other programs that cannot be read as points of this sweep. */
  get strange(): readonly MismatchedTrial[] {
    return (this.study?.trials ?? []).filter(isTrialOver).flatMap((one) => {
      const trial = this.trialOf(one);
      return isFittingTrial(trial) ? [] : [{ number: one.number + 1, ...trial }];
    });
  }
  /** The number that the next trial gets, if no other process starts one. */
  get next(): number {
    return (this.study?.trials ?? []).length + 1;
  }

  /** Reads what others have written since. */
  look(): void {
    this.log.look();
  }

  /** Records the start of a trial, and returns it with its number. */
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

  /** Records an intermediate score of the first goal. */
  report(number: number, step: number, score: number): void {
    this.append(() => [
      { op_code: OPTUNA_OPERATIONS.intermediateValue, trial_id: this.idOf(number), step, intermediate_value: score },
    ]);
  }

  /**
   * Records the end of a trial under its number.
   * @param missed distance by which it misses each threshold, at most 0 if it is met
   */
  end(trial: TrialRecord, missed: Readonly<Record<string, number>> = {}): void {
    this.append(() => endedEntry(this.idOf(trial.number), written(trial), { endedAt: Date.now(), missed }), true);
  }

  /** Records the start and end of a trial together. */
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

  private append(made: () => readonly OperationWithoutWorker[], keep = false): void {
    this.log.append(this.worker, made, keep);
  }

  /** Returns the operations that create the study, if it does not exist yet. */
  private opening(): readonly OperationWithoutWorker[] {
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
  ): readonly OperationWithoutWorker[] {
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

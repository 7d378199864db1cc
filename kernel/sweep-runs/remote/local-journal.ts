/**
 * Local copy of the journal of a sweep on a cluster, as far as it was received. It is the same file that a local search
 * would write, so all readers of sweeps can read it. The cluster's entries take precedence over local ones.
 */
import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { PRIVATE_MODES, writePrivateFile } from "../../fetch/private.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { withJournalLock } from "../../runs/optuna/journal-lock.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { TrialProgress } from "../../remote/coordinator/ray/job-progress.js";
import type { TrialRecord } from "../../study/trial.js";
import { Journal, type JournalSpec } from "../journal/journal.js";
import { TrialLog, type DisplayedTrialLog } from "../journal/trial-log.js";

export class SweepMirror implements DisplayedTrialLog {
  private log: TrialLog;
  private journal: Journal;
  private aside: readonly number[] = [];
  private readonly progress = new Map<number, TrialProgress>();
  private over = false;

  /** `runs`: the folder of runs; `name` and `hash`: those of the sweep. */
  constructor(
    private readonly made: {
      readonly runs: string;
      readonly name: string;
      readonly hash: string;
      readonly spec: JournalSpec;
    },
  ) {
    [this.journal, this.log] = this.opened();
  }

  private opened(): [Journal, TrialLog] {
    const { runs, name, hash, spec } = this.made;
    const journal = Journal.open(runs, name, hash, spec);
    return [journal, new TrialLog(journal)];
  }

  get file(): string {
    return this.journal.file;
  }
  get name(): string {
    return this.log.name;
  }
  get trials(): readonly TrialRecord[] {
    return [...this.ended, ...this.open].sort((a, b) => a.number - b.number);
  }
  get ended(): readonly TrialRecord[] {
    return this.log.ended;
  }
  get strange(): TrialLog["strange"] {
    return this.log.strange;
  }
  /** Trials that have started and, as far as is known, not ended. */
  get unfinished(): readonly TrialRecord[] {
    return this.log.unfinished;
  }
  get open(): readonly TrialRecord[] {
    if (this.over) return [];
    return this.unfinished.map((trial) => {
      const { step, steps, tokens } = this.progress.get(trial.number) ?? {};
      if (step === undefined || steps === undefined) return trial;
      return { ...trial, step, steps, ...(tokens !== undefined && { tokens }) };
    });
  }

  setAside(outdated: readonly number[]): void {
    this.aside = outdated;
    this.log.setAside(outdated);
  }

  running(trials: readonly TrialProgress[]): void {
    this.progress.clear();
    for (const one of trials) this.progress.set(one.number, one);
  }
  /** Records that nothing runs on the cluster any more. */
  end(): void {
    this.over = true;
  }

  /**
   * Takes complete lines of the remote journal from this byte offset. Throws the coded errors `search-results`,
   * `no-space` and `run-folder`.
   */
  take(offset: number, text: string): void {
    const { file } = this;
    const bytes = Buffer.from(text);
    let anew = false;
    try {
      withJournalLock(file, () => {
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        if (offset > size)
          throw new CodedError("search-results", { host: "its node", why: "a part of its journal is missing" });
        const here = read(file, offset, Math.min(size - offset, bytes.length));
        if (here.equals(bytes.subarray(0, here.length))) append(file, bytes.subarray(here.length));
        else {
          writePrivateFile(file, Buffer.concat([read(file, 0, offset), bytes]));
          anew = true;
        }
      });
    } catch (error) {
      throw error instanceof CodedError ? error : toRunFolderError(error, file);
    }
    if (!anew) return this.log.look();
    [this.journal, this.log] = this.opened();
    this.log.setAside(this.aside);
  }
}

function read(file: string, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (length === 0) return bytes;
  const descriptor = openSync(file, "r");
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, from));
  } finally {
    closeSync(descriptor);
  }
}
function append(file: string, bytes: Buffer): void {
  if (bytes.length === 0) return;
  const descriptor = openSync(file, "a", PRIVATE_MODES.file);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Determines a run's status from its folder alone: training, completed, or interrupted; then how it ended, as far as
 * recorded, and from which step it can resume.
 */
import { existsSync } from "node:fs";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { lastLogLines, readDetachedNote, type DetachedProcessEnd } from "../../runs/detached-run.js";
import { readRegularFile } from "../../runs/read-events.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { lockHolderOf, type RunLockHolder } from "../../runs/run-lock.js";
import { readTrialGroup } from "../../runs/together/trial-groups.js";
import { RunLog } from "../../runs/run-log.js";
import { isFromEarlierBoot, type ProcessIdentity } from "../../runs/writer.js";

/**
 * `interrupted`: stopped in an orderly way. `failed`: the training reported an error. `cut off`: it ended without a
 * report.
 */
export type RunProgressStatus = "training" | "done" | "early" | "interrupted" | "failed" | "cut off";
export interface RunProgress {
  readonly is: RunProgressStatus;
  readonly step: number;
  readonly steps: number | null;
  readonly holder: RunLockHolder | null;
  /** Step of the newest valid checkpoint; null if there is none. */
  readonly goesOnFrom: number | null;
  /** How it ended, for people. */
  readonly how: string | null;
  readonly why: string | null;
  readonly log: readonly string[];
  /** Its folder no longer exists, so nothing else is known. */
  readonly gone?: true;
}

/** Whether a process has locked the run for training. */
export function isTraining(run: RunFolder): boolean {
  return lockHolderOf(run.path)?.does === "train";
}

export function runProgressOf(run: RunFolder): RunProgress {
  if (!existsSync(run.path)) return GONE;
  const log = new RunLog();
  log.take(readRegularFile(run.eventsFile) ?? "");
  const holder = lockHolderOf(run.path);
  const progress = { step: log.step, steps: log.steps, holder };
  if (holder?.does === "train") return { ...progress, is: "training", goesOnFrom: null, how: null, why: null, log: [] };
  const note = readDetachedNote(run.path);
  const is = log.ended ?? (readTrialGroup(run.path) ? endOf(note?.ended) : "cut off");
  const over = is === "done" || is === "early";
  return {
    ...progress,
    is,
    goesOnFrom: over ? null : newest(run),
    how: over ? null : howOf(is, log.writer ?? note?.process ?? null, note?.ended ?? null),
    why: note?.ended?.why ?? null,
    log: over ? [] : lastLogLines(run.path),
  };
}

const GONE: RunProgress = {
  is: "cut off",
  step: 0,
  steps: null,
  holder: null,
  goesOnFrom: null,
  why: null,
  log: [],
  gone: true,
  how: "its folder is no longer there: it was moved or deleted",
};

/** For several trainings run as one: they have no log, only their process's note. */
function endOf(ended: DetachedProcessEnd | undefined): RunProgressStatus {
  if (ended?.exit === EXIT_STATUSES.done) return "done";
  if (ended?.exit === EXIT_STATUSES.interrupted) return "interrupted";
  return ended && ended.exit !== null ? "failed" : "cut off";
}

function newest(run: RunFolder): number | null {
  const whole = readCheckpoints(run).flatMap((one) => ("position" in one ? [one.position.step] : []));
  return whole.at(-1) ?? null;
}

function howOf(is: RunProgressStatus, writer: ProcessIdentity | null, ended: DetachedProcessEnd | null): string {
  if (is === "interrupted") return "it was stopped in good order";
  const where = writer ? `its process, ${String(writer.id)},` : "its process";
  if (ended?.signal) {
    const memory = ended.signal === "SIGKILL" ? " (memory that runs out ends processes so)" : "";
    return `${where} was ended by ${ended.signal}${memory}`;
  }
  if (ended?.exit === DISK_FULL_STATUS) return `${where} ended because the disk was full`;
  if (ended?.exit === EXIT_STATUSES.gone) return `${where} ended because its folder was moved`;
  if (is === "failed") return "its training failed";
  if (ended && ended.exit !== null) return `${where} ended with status ${String(ended.exit)}`;
  if (writer && isFromEarlierBoot(writer) === true) return "the machine was started again while it trained";
  return `${where} ended without a message: it was killed`;
}

/**
 * Exit statuses of a detached training process; those for a full disk and a missing folder are the system's errno
 * values.
 */
export const DISK_FULL_STATUS = 28;
export const EXIT_STATUSES = { done: 0, failed: 1, gone: 2, interrupted: 130, full: DISK_FULL_STATUS } as const;

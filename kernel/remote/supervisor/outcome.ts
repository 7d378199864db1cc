/**
 * How a run stands, told from its folder alone: it trains, it ended as it was to, or it was cut off; then how, as far as
 * anybody saw it, and from which step it can go on.
 */
import { existsSync } from "node:fs";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { lastLines, readNote, type Ended } from "../../runs/detached-run.js";
import { readRegular } from "../../runs/read-regular.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { holderOf, type Holder } from "../../runs/run-lock.js";
import { readTogether } from "../../runs/together/trial-groups.js";
import { RunLog } from "../../runs/run-log.js";
import { isOfEarlierStart, type Writer } from "../../runs/writer.js";

/** `interrupted`: stopped in good order. `failed`: its training says so. `cut off`: it ended without a word. */
export type Standing = "training" | "done" | "early" | "interrupted" | "failed" | "cut off";
export interface Outcome {
  readonly is: Standing;
  readonly step: number;
  readonly steps: number | null;
  readonly holder: Holder | null;
  /** Of the newest checkpoint that is whole; null: there is none. */
  readonly goesOnFrom: number | null;
  /** How it ended, in words. */
  readonly how: string | null;
  readonly why: string | null;
  readonly log: readonly string[];
  /** Nothing is known of it but that its folder is no longer there. */
  readonly gone?: true;
}

/** Whether somebody has its lock to train. */
export function isTraining(run: RunFolder): boolean {
  return holderOf(run.path)?.does === "train";
}

export function outcomeOf(run: RunFolder): Outcome {
  if (!existsSync(run.path)) return GONE;
  const log = new RunLog();
  log.take(readRegular(run.eventsFile) ?? "");
  const holder = holderOf(run.path);
  const of = { step: log.step, steps: log.steps, holder };
  if (holder?.does === "train") return { ...of, is: "training", goesOnFrom: null, how: null, why: null, log: [] };
  const note = readNote(run.path);
  const is = log.ended ?? (readTogether(run.path) ? endOf(note?.ended) : "cut off");
  const over = is === "done" || is === "early";
  return {
    ...of,
    is,
    goesOnFrom: over ? null : newest(run),
    how: over ? null : howOf(is, log.writer ?? note?.process ?? null, note?.ended ?? null),
    why: note?.ended?.why ?? null,
    log: over ? [] : lastLines(run.path),
  };
}

const GONE: Outcome = {
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

/** Of several trainings as one: they have no log but their process's note. */
function endOf(ended: Ended | undefined): Standing {
  if (ended?.exit === EXITS.done) return "done";
  if (ended?.exit === EXITS.interrupted) return "interrupted";
  return ended && ended.exit !== null ? "failed" : "cut off";
}

function newest(run: RunFolder): number | null {
  const whole = readCheckpoints(run).flatMap((one) => ("position" in one ? [one.position.step] : []));
  return whole.at(-1) ?? null;
}

function howOf(is: Standing, writer: Writer | null, ended: Ended | null): string {
  if (is === "interrupted") return "it was stopped in good order";
  const where = writer ? `its process, ${String(writer.id)},` : "its process";
  if (ended?.signal) {
    const memory = ended.signal === "SIGKILL" ? " (memory that runs out ends processes so)" : "";
    return `${where} was ended by ${ended.signal}${memory}`;
  }
  if (ended?.exit === FULL) return `${where} ended because the disk was full`;
  if (ended?.exit === EXITS.gone) return `${where} ended because its folder was moved`;
  if (is === "failed") return "its training failed";
  if (ended && ended.exit !== null) return `${where} ended with status ${String(ended.exit)}`;
  if (writer && isOfEarlierStart(writer) === true) return "the machine was started again while it trained";
  return `${where} is gone without a word: it was killed`;
}

/** Exit statuses of a process that trains by itself; those of a full disk and a folder that is gone are the system's own numbers. */
export const FULL = 28;
export const EXITS = { done: 0, failed: 1, gone: 2, interrupted: 130, full: FULL } as const;

/**
 * The trackers of a session. A training that starts, continues or ends reports it and does not wait: its events are in
 * its run's folder and are sent from there gradually. An unavailable tracker is retried after growing waits. Unsent
 * events stay in the runs' folders, for the next session with the same tracker or for `tunebook runs sync`.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import canonicalize from "canonicalize";
import type { ExperimentSettings } from "#dsl/compiler/plan/action.js";
import type { Call } from "#dsl/language/types/value.js";
import { plural } from "../host/value-text.js";
import type { TrackerTimeouts } from "./tracker-client.js";
import { sendRunToTrackers, type TrackerSendResult } from "./send-events.js";
import { isUnsent, readTracking, isSameTracker, mergeTrackers, trackingFile, writeTracking } from "./tracking.js";

export interface TrackersOptions {
  readonly patience?: TrackerTimeouts;
  /**
   * Milliseconds: between two transmissions of a running training, and of the first wait for an unavailable tracker.
   */
  readonly every?: number;
  readonly wait?: number;
  /** Sends nothing to any tracker. */
  readonly silent?: boolean;
}
/** The experiment and sweep that a run belongs to. */
export interface TrackedRunContext {
  readonly experiment: ExperimentSettings;
  /** The folder that relative paths start from. */
  readonly home: string;
  readonly source: string | null;
  /** Folder of the sweep that the run is a trial of. */
  readonly parent?: string;
  /** Shows the user a sentence. */
  readonly say: (text: string) => void;
}
interface Away {
  readonly tries: number;
  readonly until: number;
}

const EVERY = 2000;
const WAIT = 1000;
const LONGEST_WAIT = 60_000;

export class TrackerSender {
  /** Folders of runs with unsent events. */
  private readonly waiting = new Set<string>();
  /** Folders of runs that have trackers. */
  private readonly tracked = new Set<string>();
  private readonly away = new Map<string, Away>();
  private readonly refused = new Set<string>();
  /** Time of the last refusal, by run folder and tracker. */
  private readonly refusedAt = new Map<string, number>();
  private readonly urgent = new Set<string>();
  /**
   * Runs that were sent completely and have something new. They are marked as unsent before the next transmission,
   * since one may be running.
   */
  private readonly reopened = new Set<string>();
  /** Trackers that a program of this session names; others are not used automatically. */
  private readonly ownTrackers: Call[] = [];
  private say: (text: string) => void = () => undefined;
  private timer: NodeJS.Timeout | null = null;
  private passing: Promise<void> | null = null;
  private readonly ending = new AbortController();

  constructor(private readonly options: TrackersOptions = {}) {}

  /** Registers a run that starts or continues. A failure to write is reported and stops nothing. */
  began(folder: string, { experiment, home, source, parent, say }: TrackedRunContext): void {
    this.say = say;
    if (this.options.silent || experiment.trackers.length === 0) return;
    this.name(experiment);
    const before = readTracking(folder);
    try {
      writeTracking(folder, {
        version: 1,
        home: relative(folder, home),
        source,
        experiment: { name: experiment.name, notes: experiment.notes },
        ...(parent !== undefined && { parent: relative(folder, parent) }),
        // A continued run keeps the experiment of its start.
        ...(before && { experiment: before.experiment, source: before.source }),
        ...(before?.parent !== undefined && { parent: before.parent }),
        trackers: mergeTrackers(experiment.trackers, before?.trackers ?? []),
      });
    } catch (error) {
      say(`No tracker records this run: ${(error as Error).message}.`);
      return;
    }
    this.tracked.add(folder);
    this.again(folder);
  }

  /** Records that a tracker did not answer a check, and that the user knows it. */
  missed(call: Call): void {
    const key = keyOf(call);
    if (!this.away.has(key)) this.away.set(key, { tries: 1, until: Date.now() });
  }

  /** Reports a change outside the logs: in the run's files. */
  again(folder: string): void {
    if (!this.tracked.has(folder)) return;
    this.reopened.add(folder);
    this.happened(folder, { soon: true });
  }

  private name({ trackers }: ExperimentSettings): void {
    this.ownTrackers.push(...trackers.filter((one) => !named(this.ownTrackers, one)));
  }

  /** Reports an event of a run; does nothing for a run without trackers. */
  happened(folder: string, { soon = false }: { readonly soon?: boolean } = {}): void {
    if (!this.tracked.has(folder)) return;
    this.waiting.add(folder);
    if (soon) this.urgent.add(folder);
    this.plan(soon ? 0 : (this.options.every ?? EVERY));
  }

  /** Queues earlier runs with unsent events for these trackers. Returns their number. */
  async takeUp(runs: string, experiment: ExperimentSettings, say: (text: string) => void): Promise<number> {
    this.say = say;
    let found = 0;
    this.name(experiment);
    for (const root of [join(runs, "sweeps"), runs])
      for (const name of await readdir(root).catch((): string[] => [])) {
        const folder = join(root, name);
        const tracking = existsSync(trackingFile(folder)) ? readTracking(folder) : null;
        if (!tracking || !isUnsent(tracking)) continue;
        if (!tracking.trackers.some(({ call, done }) => !done && named(experiment.trackers, call))) continue;
        this.waiting.add(folder);
        found++;
      }
    if (found > 0) this.plan(0);
    return found;
  }
  private plan(milliseconds: number): void {
    if (this.timer !== null && milliseconds > 0) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      // Failures are reported inside `pass`; none may end this process.
      void this.pass().catch(() => undefined);
    }, milliseconds);
    this.timer.unref();
  }

  /** Sends everything that is queued, once. */
  private pass(): Promise<void> {
    return (this.passing ??= this.passNow().finally(() => (this.passing = null)));
  }
  private async passNow(): Promise<void> {
    // A sweep's own folder comes before those of its trials, whose runs are children of its run.
    const folders = [...this.waiting].sort((a, b) => Number(isSweep(b)) - Number(isSweep(a)));
    for (const folder of folders) {
      this.waiting.delete(folder);
      if (this.reopened.delete(folder)) reopen(folder);
      const outcomes = await this.tell(folder);
      this.urgent.delete(folder);
      if (outcomes.some((one) => named(this.ownTrackers, one.call) && isLater(one))) this.waiting.add(folder);
      for (const one of outcomes) this.heard(one);
    }
    const next = Math.min(...[...this.away.values()].map(({ until }) => until));
    if (this.waiting.size > 0 && !this.ending.signal.aborted)
      this.plan(Math.max(100, Number.isFinite(next) ? next - Date.now() : (this.options.every ?? EVERY)));
  }

  private async tell(folder: string): Promise<readonly TrackerSendResult[]> {
    try {
      return await sendRunToTrackers(folder, {
        signal: this.ending.signal,
        ...(this.options.patience && { patience: this.options.patience }),
        tells: (call) =>
          named(this.ownTrackers, call) &&
          (this.away.get(keyOf(call))?.until ?? 0) <= Date.now() &&
          (this.urgent.has(folder) ||
            (this.refusedAt.get(`${folder} ${keyOf(call)}`) ?? 0) < Date.now() - LONGEST_WAIT),
      });
    } catch (error) {
      // A tracker must never end a session.
      this.say(`A tracker could not be reached: ${(error as Error).message}.`);
      return [];
    }
  }

  private heard({ folder, call, title, is, why = "" }: TrackerSendResult): void {
    const key = keyOf(call);
    const before = this.away.get(key);
    if (is === "away" && !this.ending.signal.aborted) {
      const tries = (before?.tries ?? 0) + 1;
      const wait = Math.min(LONGEST_WAIT, (this.options.wait ?? WAIT) * 2 ** (tries - 1));
      this.away.set(key, { tries, until: Date.now() + wait });
      if (!before) this.say(trackerAwayText(title, why));
    }
    if (is === "told" && before) {
      this.away.delete(key);
      this.say(`${title} is reachable again; missed events were sent.`);
    }
    if (is === "refused") this.refusedAt.set(`${folder} ${key}`, Date.now());
    if (is === "refused" && !this.refused.has(`${key} ${why}`)) {
      this.refused.add(`${key} ${why}`);
      this.say(`${title} does not accept a run: ${why}. \`tunebook runs sync\` tries again.`);
    }
  }

  /** Reports the runs that could not be sent during the session. */
  private sayUntold(): void {
    const untold = [...this.waiting].filter((folder) =>
      readTracking(folder)?.trackers.some(({ call, done }) => !done && named(this.ownTrackers, call)),
    );
    if (untold.length > 0 && this.away.size === 0)
      this.say(
        `There was no time to send all events of ${plural(untold.length, "run")}: missed events are stored, and sent by the next session with the same \`experiment\` or by \`tunebook runs sync\`.`,
      );
  }

  /** Sends what is queued while there is time; unsent events stay in the runs' folders. */
  async close(milliseconds = 4000): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const limit = setTimeout(() => this.ending.abort(), this.away.size > 0 ? milliseconds / 4 : milliseconds);
    try {
      await this.passing?.catch(() => undefined);
      if (!this.ending.signal.aborted && this.waiting.size > 0) await this.pass().catch(() => undefined);
    } finally {
      clearTimeout(limit);
      this.sayUntold();
      this.ending.abort();
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = null;
    }
  }
}

/** Shown once until the tracker is available again. */
export function trackerAwayText(title: string, why: string): string {
  return `${title} is unreachable (${why}). Trainings continue as usual; missed events are stored in the runs' folders and sent later: automatically once it is reachable, by the next session with the same \`experiment\`, or by \`tunebook runs sync\`.`;
}

/** Reports whether an automatic retry makes sense. */
const isLater = ({ is, why }: TrackerSendResult): boolean =>
  is === "away" || is === "busy" || (is === "left" && why === undefined);
function reopen(folder: string): void {
  const tracking = readTracking(folder);
  if (!tracking?.trackers.some(({ done }) => done)) return;
  try {
    writeTracking(folder, { ...tracking, trackers: tracking.trackers.map((one) => ({ ...one, done: false })) });
  } catch {
    // the disk is full: the run stays marked as sent
  }
}
const isSweep = (folder: string): boolean => existsSync(join(folder, "sweep.json"));
const named = (calls: readonly Call[], call: Call): boolean => calls.some((one) => isSameTracker(one, call));
const keyOf = ({ word, arguments: given }: Call): string => `${word} ${canonicalize(given) ?? ""}`;

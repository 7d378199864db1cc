/**
 * Watches a sweep whose search runs on a cluster: draws its cell from the search's messages, and fetches its results
 * into the folder of runs when it has ended. Nothing in this process ends it.
 */
import { dirname, join } from "node:path";
import { CodedError, codeEntryOf, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { RunFolder } from "../runs/run-folder.js";
import { lockRun } from "../runs/run-lock.js";
import {
  removeSearchPlaceFile,
  readSearchPlace,
  writeSearchPlace,
  type ClusterSearchPlace,
} from "../runs/together/search-place.js";
import { RayJobs, type RayJob, type RayOptions } from "../remote/coordinator/ray/jobs.js";
import type { RemoteFile, SearchMessage } from "../remote/coordinator/ray/job-progress.js";
import { followSearch, removeSearchFolder } from "../remote/coordinator/ray/search-job.js";
import { plural } from "../host/value-text.js";
import { sweepTypeText } from "../study/trial.js";
import { LiveSweep } from "./live-sweep.js";
import { fetchRuns } from "./remote/bring-runs.js";
import type { SweepMirror } from "./remote/local-journal.js";
import { trackSweep } from "./tracked-sweep.js";
import { reportRunStartToTrackers } from "../training-runs/tracker-context.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

export interface RemoteSweepResult {
  readonly live: LiveSweep;
  readonly log: SweepMirror;
}
export interface WatchedSweep {
  readonly session: OpenSession;
  readonly action: Pick<Extract<Action, { verb: "sweep" }>, "name" | "sweep">;
  readonly stage: ExecutionContext;
  /** Folder of the sweep's lock, next to the journal. */
  readonly folder: string;
  readonly cluster: Pick<RayOptions, "address" | "token">;
  readonly mirror: SweepMirror;
}

/** Throws the coded errors `interrupted` (only watching ended), `search-cut-off`, and those of the search itself. */
export function watchRemoteSweep(options: WatchedSweep, place: ClusterSearchPlace): Promise<RemoteSweepResult> {
  return new Watching(options, place).watch();
}

class Watching {
  private readonly ray: RayJobs;
  private readonly mirror: SweepMirror;

  constructor(
    private readonly options: WatchedSweep,
    private readonly place: ClusterSearchPlace,
  ) {
    this.ray = new RayJobs({ ...options.cluster, ...(options.stage.signal && { signal: options.stage.signal }) });
    this.mirror = options.mirror;
  }

  async watch(): Promise<RemoteSweepResult> {
    const { session, action, stage: context, folder } = this.options;
    const { name, sweep } = action;
    const live = new LiveSweep(name, sweep, this.mirror, session.vocabulary.registry, {
      screen: context.screen,
      controls: undefined,
    });
    session.untrained.delete(name);
    session.sweeps.set(name, live);
    session.names.define(name, live, sweepTypeText);
    const tracked = trackSweep(session, { folder, name, sweep, goal: live.goal }, context);
    live.show();
    let end: Extract<SearchMessage, { is: "over" | "failed" }> | null = null;
    let job: RayJob | null;
    try {
      const all = followSearch(this.ray, this.place, {
        onAway: (why) => live.note(`${why}; it is tried again for ten minutes.`),
      });
      for (;;) {
        const next = await all.next();
        if (next.done) {
          job = next.value;
          break;
        }
        end = this.hear(next.value, live) ?? end;
        tracked.changed(this.mirror.ended);
      }
      if (end?.is === "over") await this.bring(end.results);
    } catch (error) {
      if (context.signal?.aborted) throw this.stillGoing();
      throw error;
    } finally {
      this.mirror.end();
      live.end();
    }
    tracked.ended(end?.is === "over" ? "finished" : "failed");
    if (end?.is === "over") return { live, log: this.mirror };
    throw end ? codedOf(end, name, this.mirror) : await this.cutOff(job);
  }

  private hear(message: SearchMessage, live: LiveSweep): Extract<SearchMessage, { is: "over" | "failed" }> | null {
    switch (message.is) {
      case "began":
        return null;
      case "journal":
        this.mirror.take(message.at, message.text);
        break;
      case "running":
        this.mirror.running(message.trials);
        break;
      case "note":
        live.note(message.words);
        return null;
      case "over":
      case "failed":
        return message;
    }
    live.show();
    return null;
  }

  /** Fetches the runs, and then removes everything from the cluster. */
  private async bring(results: RemoteFile): Promise<void> {
    const { session, folder, stage: context } = this.options;
    const lock = await lockRun(folder, "sweep");
    try {
      // Another watcher was faster.
      if (!this.isThis()) return;
      const work = join(session.runs, "sweeps", `.${this.mirror.name}`);
      const home = context.hostContext.folder;
      const came = await fetchRuns(this.ray, this.place, results, {
        runs: session.runs,
        home,
        work,
        signal: context.signal,
      });
      for (const run of came) {
        reportRunStartToTrackers(session, run, context, RunFolder.open(run).lock()?.trial);
        session.trackers.happened(run);
      }
      removeSearchPlaceFile(folder);
    } finally {
      lock.release();
    }
    // Runs in the background, and is done even if the cell was interrupted.
    session.later(removeSearchFolder(new RayJobs(this.options.cluster), this.place, dirname(results.path)));
  }

  /**
   * Reports whether the folder still points at this job: other watchers may fetch the results and send the sweep again.
   */
  private isThis(): boolean {
    return readSearchPlace(this.options.folder)?.job === this.place.job;
  }

  private stillGoing(): CodedError {
    const { name } = this.options.action;
    const { job, sweep } = this.place;
    return new CodedError("interrupted", {
      what: `watching ${name}`,
      kept: `the sweep continues on the cluster, as the job ${job}: the same cell or \`attach ${sweep}\` shows it again, \`tunebook runs stop ${sweep}\` ends it`,
    });
  }

  private async cutOff(job: RayJob | null): Promise<CodedError> {
    if (!this.isThis()) {
      const { name } = this.options.action;
      const reason = `another process copied its result, or started it again: the same cell or \`attach ${this.place.sweep}\` shows it`;
      return new CodedError("interrupted", { what: `watching ${name}`, kept: reason });
    }
    // Its results can no longer be fetched, so the next start sends it again.
    writeSearchPlace(this.options.folder, { ...this.place, lost: true });
    const log = job && (await this.ray.log(this.place.job).catch(() => null));
    const lines = (log ?? "").split("\n").filter((line) => line.trim() !== "" && !line.includes("tunebook-search "));
    const how = !job
      ? "the cluster does not know it any more; its head may have been restarted"
      : `its job ended as ${job.status}${job.message === "" ? "" : `: ${job.message}`}`;
    return new CodedError("search-cut-off", {
      sweep: this.options.action.name,
      address: this.place.address,
      how,
      ended: this.mirror.ended.length,
      log: lines.slice(-6).map((line) => line.slice(0, 300)),
    });
  }
}

/** Recreates the remote error with its code. */
function codedOf(
  { code, data, message }: Extract<SearchMessage, { is: "failed" }>,
  name: string,
  { ended }: SweepMirror,
): Error {
  if (code === "interrupted")
    return new CodedError("interrupted", {
      what: `the sweep ${name} on the cluster`,
      kept: `${plural(ended.length, "trial")} of it are finished and kept: run the statement again to continue`,
    });
  if (code !== null && codeEntryOf(code) !== undefined) return new CodedError(code as Code, data as CodeData[Code]);
  return new Error(message);
}

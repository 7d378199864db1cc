/**
 * A sweep whose search runs on the cluster of its runner: sent there, watched, found again by the same statement in whichever
 * notebook, and brought back when it is over. Whoever watches may leave at any time.
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CodedError, entryOf, type Code, type CodeData } from "#dsl/diagnostics/codes.js";
import { isRecord } from "#dsl/diagnostics/record.js";
import { must } from "#dsl/diagnostics/must.js";
import type { Action } from "#dsl/plan/plan.js";
import type { RunnerImplementation } from "#stdlib/kinds/runner.js";
import { lockRun } from "../../../artifacts/run-lock.js";
import { isOver, RayJobs, type RayJob } from "../../../cluster/ray/jobs.js";
import type { FileThere, Said } from "../../../cluster/ray/said.js";
import { followSearch, forgetSearch, PART_BYTES, sendSearch, standing } from "../../../cluster/ray/search-job.js";
import type { SearchOrder } from "../../../cluster/ray/search-order.js";
import { plural } from "../../../core/display/text.js";
import { does } from "../../../core/session/words.js";
import { searchedIn } from "../../../core/sweep/searched.js";
import { sweepType } from "../../../core/sweep/trial.js";
import { memoryHere } from "../../answers/dataset-cache.js";
import type { Stage, TuneSession } from "../../tune-session.js";
import { version } from "../../version.js";
import { tellBegun } from "../../trainings/told.js";
import { RunFolder } from "../../../artifacts/run-folder.js";
import { atOnce } from "../at-once.js";
import { sweepHash } from "../identity.js";
import { journalOf } from "../journal-of.js";
import { Journal } from "../journal.js";
import { hasWeights } from "../kept-weights.js";
import { LiveSweep } from "../live-sweep.js";
import { outdatedIn } from "../outdated.js";
import { planCard, trialCosts } from "../sweep-plan-card.js";
import { trackSweep } from "../tracked-sweep.js";
import { placeOf } from "../trains-trials.js";
import { bringRuns } from "./brought.js";
import { Mirror } from "./mirror.js";
import { packSweep } from "./packed-sweep.js";
import { dropPlace, readPlace, writePlace, type SearchPlace } from "./place.js";
import "../../../artifacts/codes.js";
import "../../../cluster/ray/codes.js";

type Sweep = Extract<Action, { verb: "sweep" }>;
export interface SweptThere {
  readonly live: LiveSweep;
  readonly log: Mirror;
}

/** What came of it there, once it is over; or the statement as it is to be run here. Coded errors of clusters. */
export async function sweepThere(
  session: TuneSession,
  action: Sweep,
  stage: Stage,
): Promise<SweptThere | { readonly here: Sweep }> {
  const { name, sweep } = action;
  const searched = searchedIn(sweep);
  const folder = Journal.folder(session.runs, name, sweepHash(sweep));
  if (searched?.where !== "cluster") {
    await demandNotThere(name, folder);
    return { here: action };
  }
  if (searched.why !== null) throw new CodedError("search-not-there", { sweep: name, why: searched.why });
  const there = await There.of(session, action, stage, folder);
  if (await there.allDone()) return { here: withoutRunner(action) };
  const at = (await there.found()) ?? (await there.begin());
  return there.watch(at);
}

/** Two searches of one sweep would draw the same trials. Coded error `search-elsewhere`. */
async function demandNotThere(sweep: string, folder: string): Promise<void> {
  const at = readPlace(folder);
  if (!at) return;
  const token = at.token === null ? undefined : process.env[at.token];
  const ray = new RayJobs({ address: at.address, ...(token !== undefined && { token }) });
  // A cluster that is gone has no search of it either.
  const job = await standing(ray, at).catch(() => null);
  if (job && !isOver(job)) throw new CodedError("search-elsewhere", { sweep, address: at.address });
}

function withoutRunner({ sweep: { runner, ...sweep }, ...action }: Sweep): Sweep {
  void runner;
  return { ...action, sweep };
}

interface Around {
  readonly session: TuneSession;
  readonly action: Sweep;
  readonly stage: Stage;
  /** Of its lock, beside the journal. */
  readonly folder: string;
  readonly cluster: ReturnType<NonNullable<RunnerImplementation["cluster"]>>;
}

class There {
  private readonly ray: RayJobs;
  private readonly mirror: Mirror;

  private constructor(private readonly o: Around) {
    const { session, action, stage, cluster } = o;
    const { name, sweep } = action;
    this.ray = new RayJobs({ ...cluster, ...(stage.signal && { signal: stage.signal }) });
    const of = journalOf(sweep, session.vocabulary.registry);
    this.mirror = new Mirror({ runs: session.runs, name, hash: sweepHash(sweep), of });
  }

  static async of(session: TuneSession, action: Sweep, stage: Stage, folder: string): Promise<There> {
    const runner = must(action.sweep.runner, "the runner");
    const cluster = must((await does(runner, "runner")).cluster, "a runner's cluster")(runner);
    const there = new There({ session, action, stage, folder, cluster });
    const { sweep } = action;
    there.mirror.setAside(await outdatedIn({ session, stage, sweep }, there.mirror.ended));
    return there;
  }

  /** Nothing is left to be trained, and nobody has what was. */
  async allDone(): Promise<boolean> {
    const { trials } = this.o.action.sweep;
    const { ended, unfinished } = this.mirror;
    return readPlace(this.o.folder) === null && trials !== null && ended.length >= trials && unfinished.length === 0;
  }

  /** That which goes on, or has ended well and was not brought back. */
  async found(): Promise<SearchPlace | null> {
    const { action, stage, folder } = this.o;
    const at = readPlace(folder);
    const job = at && (await standing(this.ray, at));
    if (!at || !job || at.lost) return null;
    if (isOver(job) && job.status !== "SUCCEEDED") return null;
    say(
      stage,
      isOver(job)
        ? `${action.name} has ended on the cluster: nothing was started, this brings what it came to.`
        : `${action.name} is under way on the cluster since ${at.since}: nothing was started, this shows it.`,
    );
    return at;
  }

  /** Sends it there. One that ended before its time goes on, in the folder that it had. */
  async begin(): Promise<SearchPlace> {
    const { session, action, stage, folder } = this.o;
    const { name } = action;
    const lock = await lockRun(folder, "sweep");
    const work = join(session.runs, "sweeps", `.${this.mirror.name}`);
    try {
      const fold = await this.plan();
      const before = readPlace(folder);
      const at = await this.placeFor(before);
      rmSync(work, { recursive: true, force: true });
      const file = await packSweep({ session, stage }, action, { folder: work, journal: this.mirror.file });
      const { size } = await (await import("node:fs/promises")).stat(file);
      const order: SearchOrder = {
        ...{ version: 1, tunebook: version, key: at.key, job: at.job, sweep: name, journal: this.mirror.name },
        ...{ address: at.address, host: at.node.address, parts: Math.max(1, Math.ceil(size / PART_BYTES)) },
        kept: this.mirror.ended.flatMap(({ run }) => (run !== null && hasWeights(run) ? [basename(run)] : [])),
      };
      // Whoever is killed here leaves a pointer to a job that never was, and the next one sends it.
      writePlace(folder, at);
      await sendSearch(this.ray, { ...at, order, file });
      fold();
      say(
        stage,
        `${name} goes on by itself on the cluster: its search is the job ${at.job} on ${at.node.host} (${at.node.address}), beside its workers. The notebook may be closed.`,
        `The same cell run again, here or in another notebook, shows it and brings what it came to. Interrupting this cell ends the watching alone; \`tunebook runs stop ${name}\` ends the sweep.`,
      );
      return at;
    } finally {
      rmSync(work, { recursive: true, force: true });
      lock.release();
    }
  }

  /** Shows it; what is returned folds it. */
  private async plan(): Promise<() => void> {
    const { session, action, stage } = this.o;
    const { name, sweep } = action;
    const costs = await trialCosts(session, { name, sweep }, stage);
    const where = await placeOf(sweep);
    const open = atOnce(sweep, memoryHere(), costs?.most.memoryBytes, where?.room ?? null);
    return planCard(stage, { name, sweep, open, costs });
  }

  private async placeFor(before: SearchPlace | null): Promise<SearchPlace> {
    const { action, cluster } = this.o;
    const nodes = await this.ray.nodes();
    const node = nodes.find(({ id }) => id === before?.node.id) ?? nodes.find(({ head }) => head) ?? nodes[0];
    const { id, host, address } = must(node, "a node of the cluster");
    return {
      ...{
        version: 1,
        sweep: action.name,
        address: cluster.address,
        token: variableIn(action.sweep.runner?.arguments["token"]),
      },
      key: before?.key ?? randomBytes(8).toString("hex"),
      job: `tunebook-search-${action.name.replace(/[^\w-]/g, "-")}-${randomBytes(4).toString("hex")}`,
      node: { id, host, address },
      since: new Date().toISOString(),
    };
  }

  /** Coded errors `interrupted` (watching ended, nothing else), `search-cut-off`, and those that the search itself came to. */
  async watch(at: SearchPlace): Promise<SweptThere> {
    const { session, action, stage } = this.o;
    const { name, sweep } = action;
    const live = new LiveSweep(name, sweep, this.mirror, session.vocabulary.registry, {
      ...{ screen: stage.screen, controls: undefined },
    });
    session.untrained.delete(name);
    session.sweeps.set(name, live);
    session.names.define(name, live, sweepType);
    const told = trackSweep(session, { folder: this.o.folder, name, sweep, goal: live.goal }, stage);
    live.show();
    let end: Extract<Said, { is: "over" | "failed" }> | null = null;
    let job: RayJob | null;
    try {
      const all = followSearch(this.ray, at, {
        onAway: (why) => live.note(`${why}; it is asked again for ten minutes.`),
      });
      for (;;) {
        const next = await all.next();
        if (next.done) {
          job = next.value;
          break;
        }
        end = this.hear(next.value, live) ?? end;
        told.changed(this.mirror.ended);
      }
      if (end?.is === "over") await this.bring(at, end.results, stage);
    } catch (error) {
      if (stage.signal?.aborted) throw this.stillGoing(at);
      throw error;
    } finally {
      this.mirror.end();
      live.end();
    }
    told.ended(end?.is === "over" ? "finished" : "failed");
    if (end?.is === "over") return { live, log: this.mirror };
    throw end ? codedOf(end, name, this.mirror) : await this.cutOff(at, job);
  }

  private hear(said: Said, live: LiveSweep): Extract<Said, { is: "over" | "failed" }> | null {
    switch (said.is) {
      case "began":
        return null;
      case "journal":
        this.mirror.take(said.at, said.text);
        break;
      case "running":
        this.mirror.running(said.trials);
        break;
      case "note":
        live.note(said.words);
        return null;
      case "over":
      case "failed":
        return said;
    }
    live.show();
    return null;
  }

  /** Its runs, and then nothing of it is left there. */
  private async bring(at: SearchPlace, results: FileThere, stage: Stage): Promise<void> {
    const { session, folder } = this.o;
    const lock = await lockRun(folder, "sweep");
    try {
      const work = join(session.runs, "sweeps", `.${this.mirror.name}`);
      const home = stage.hostContext.folder;
      const came = await bringRuns(this.ray, at, results, { runs: session.runs, home, work, signal: stage.signal });
      for (const run of came) {
        tellBegun(session, run, stage, RunFolder.open(run).lock()?.trial);
        session.trackers.happened(run);
      }
      dropPlace(folder);
    } finally {
      lock.release();
    }
    // Nobody waits for it, and an interrupted cell doesn't keep it from being done.
    session.later(forgetSearch(new RayJobs(this.o.cluster), at, dirname(results.path)));
  }

  private stillGoing({ job }: SearchPlace): CodedError {
    const { name } = this.o.action;
    return new CodedError("interrupted", {
      what: `watching ${name}`,
      kept: `the sweep goes on on the cluster, as the job ${job}: the same cell shows it again, \`tunebook runs stop ${name}\` ends it`,
    });
  }

  private async cutOff(at: SearchPlace, job: RayJob | null): Promise<CodedError> {
    // What it made can't be asked for: the next time it is sent anew.
    writePlace(this.o.folder, { ...at, lost: true });
    const log = job && (await this.ray.log(at.job).catch(() => null));
    const lines = (log ?? "").split("\n").filter((line) => line.trim() !== "" && !line.includes("tunebook-search "));
    const how = !job
      ? "the cluster doesn't know it any more; its head may have begun anew"
      : `its job ended as ${job.status}${job.message === "" ? "" : `: ${job.message}`}`;
    return new CodedError("search-cut-off", {
      ...{ sweep: this.o.action.name, address: at.address, how, ended: this.mirror.ended.length },
      log: lines.slice(-6).map((line) => line.slice(0, 300)),
    });
  }
}

/** Of a secret: the name of its variable. */
function variableIn(secret: unknown): string | null {
  const given = isRecord(secret) ? secret["arguments"] : undefined;
  const env = isRecord(given) ? given["env"] : undefined;
  return typeof env === "string" ? env : null;
}

/** What went wrong there, as it was there. */
function codedOf({ code, data, message }: Extract<Said, { is: "failed" }>, name: string, { ended }: Mirror): Error {
  if (code === "interrupted")
    return new CodedError("interrupted", {
      what: `the sweep ${name} on the cluster`,
      kept: `${plural(ended.length, "trial")} of it are over and kept: run the statement again to go on`,
    });
  if (code !== null && entryOf(code) !== undefined) return new CodedError(code as Code, data as CodeData[Code]);
  return new Error(message);
}

function say(stage: Stage, ...lines: readonly string[]): void {
  for (const line of lines) stage.screen.display({ bundle: { "text/plain": line } });
}

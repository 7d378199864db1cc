/**
 * Trials that workers train: the program of each is compiled here, what it reads is named by content, and a worker that takes
 * it trains it as it would be trained here. Its runs stand in this machine's folder of runs while they are made, so that what
 * a lost worker had handed in goes on with the next.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError, entryOf, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { readCheckpoints } from "../runs/checkpoints.js";
import type { TrialOf } from "../runs/together/trials.js";
import type { Base } from "../bases/base.js";
import type { HostContext } from "../host/host-context.js";
import type { Coordinator } from "../remote/coordinator/coordinator.js";
import type { Failure, Item, Read, RunFile } from "../remote/coordinator/protocol.js";
import { Replica } from "../remote/coordinator/replica.js";
import { filesOfRun } from "../remote/coordinator/run-files.js";
import { TRIAL, trialResult, type Aims, type Begun, type TrialOrder } from "../remote/coordinator/trial-order.js";
import type { Given, Order } from "../remote/coordinator/work.js";
import { matched, Unlike, type Json } from "../fetch/json.js";
import { isTrial, runsNamed } from "../runs/history/runs-named.js";
import { hashAt } from "../fetch/hashed.js";
import { ingredientsOf } from "../runs/record/ingredients.js";
import { filesOfShipment, type Shipment } from "../remote/jobs/shipment.js";
import type { TrialProgram } from "./trial-program.js";
import type { Asked, Outcome, RunsTrial } from "./trial-work.js";

/** A sweep, as far as its trials elsewhere are told of it. */
export interface AroundSweep {
  readonly session: {
    readonly runs: string;
    readonly weights: { parts(plan: Plan, s: HostContext): Promise<{ readonly base: Base }> };
  };
  readonly stage: {
    readonly hostContext: HostContext;
    readonly signal?: AbortSignal;
    readonly experiment?: { readonly name: string; readonly notes: string };
  };
  readonly sweep: Aims;
}
export interface Elsewhere {
  readonly coordinator: Pick<Coordinator, "give" | "withdraw">;
  /** Compiles a trial's program, and tells whoever asked for it of its hashes. */
  readonly plansOf: (asked: Asked) => Promise<TrialProgram["plans"]>;
  readonly around: AroundSweep;
  /** What the sweep is to another process, and the folder that it is written in. */
  readonly shipment: Shipment;
  readonly folder: string;
  /** Told of runs that begin here, and of what happens in them: trackers hear of them as of any. */
  readonly tells: { began(run: string, trial: TrialOf): void; happened(run: string): void };
  /** Told of what a worker said of a trial, for people. */
  readonly onNote: (words: string) => void;
}

/** Milliseconds in which the worker of an interrupted trial hands in its checkpoint. */
const HANDED_IN = 20_000;
/** What a worker may lack and another have: the trial is not at fault. */
const LACKING: readonly string[] = [
  ...["engine-unavailable", "device-unavailable", "wrong-machine", "sql-package"],
  ...["base-not-found", "base-incomplete", "base-damaged", "missing-file", "absolute-elsewhere", "not-trained"],
  ...["no-space", "disk-full", "cannot-write", "run-folder", "network-failed", "checksum-mismatch", "work-otherwise"],
];

/** As if the worker had ended: a trial that is too large ends the engine of each. */
const ENGINE_ENDED: readonly string[] = ["engine-died", "engine-closed"];

export function trialsElsewhere(o: Elsewhere): RunsTrial {
  return async (asked) => {
    const plans = await o.plansOf(asked);
    const reads = await readsOf(o, plans);
    asked.signal.throwIfAborted();
    const settled = new AbortController();
    const outcome = new Promise<readonly Outcome[]>((done, failed) => {
      const trial = new Trial({ ...o, asked, plans, ...reads }, { done, failed });
      o.coordinator.give(trial);
      trial.untilAborted(() => o.coordinator.withdraw(trial), settled.signal);
    });
    return outcome.finally(() => settled.abort());
  };
}

export interface Reads {
  readonly files: readonly Read[];
  /** Those of the shipment, where they lie. */
  readonly tables: readonly Read[];
  readonly shipped: readonly RunFile[];
  readonly bases: TrialOrder["bases"];
}

/** All that its plans read, and the shipment. */
export async function readsOf(
  {
    around: { session, stage },
    shipment,
    folder,
  }: Pick<Elsewhere, "shipment" | "folder"> & { readonly around: Pick<AroundSweep, "session" | "stage"> },
  plans: readonly { readonly plan: Plan }[],
): Promise<Reads> {
  const files = new Map<string, Read>();
  const bases = new Map<string, string>();
  const add = (path: string, hash: string, bytes: number): unknown => files.set(path, { path, hash, bytes });
  for (const { plan } of plans) {
    const { base } = plan.recipe.model.scratch
      ? { base: undefined }
      : await session.weights.parts(plan, stage.hostContext);
    const { files: read } = await ingredientsOf(plan.recipe, {
      folder: stage.hostContext.folder,
      base,
      signal: stage.signal,
    });
    for (const { path, hash, bytes } of read) add(path, hash, bytes);
    if (!base) continue;
    bases.set(plan.recipe.model.baseHash ?? base.hash, base.folder);
    for (const beside of [join(base.folder, "learnt.json"), join(dirname(base.folder), "learnt.json")])
      if (existsSync(beside)) for (const { path, hash, bytes } of await named([beside])) add(path, hash, bytes);
  }
  const shipped = await named(filesOfShipment(shipment).map((name) => join(folder, name)));
  return {
    files: [...files.values()],
    tables: shipped,
    shipped: shipped.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) })),
    bases: [...bases].map(([hash, at]) => ({ hash, folder: at })),
  };
}

async function named(paths: readonly string[]): Promise<readonly Read[]> {
  const { stat } = await import("node:fs/promises");
  return Promise.all(paths.map(async (path) => ({ path, hash: await hashAt(path), bytes: (await stat(path)).size })));
}

interface Of extends Elsewhere, Reads {
  readonly asked: Asked;
  readonly plans: TrialProgram["plans"];
}
interface Settles {
  readonly done: (outcomes: readonly Outcome[]) => void;
  readonly failed: (error: unknown) => void;
}

class Trial implements Given {
  readonly kind = TRIAL;
  private begun: readonly Begun[] = [];
  /** By the number of the run. */
  private readonly replicas = new Map<number, Replica>();
  /** Ids that a worker gave runs → those that they have here. */
  private readonly ids = new Map<string, string>();
  /** The last update that was told of, by the number of the run. */
  private readonly steps = new Map<number, number>();
  private lent = false;

  constructor(
    private readonly o: Of,
    private readonly settles: Settles,
  ) {}

  get title(): string {
    return `trial ${String(this.o.asked.of.number)} of ${this.o.asked.of.sweep}`;
  }

  /** Interrupted, it waits for what its worker hands in, for a while; `withdraw`: where nobody has taken it. */
  untilAborted(withdraw: () => boolean, settled: AbortSignal): void {
    const { signal } = this.o.asked;
    const stop = (): void => {
      if (withdraw() || !this.lent) this.settles.failed(this.interrupted());
      else setTimeout(() => this.settles.failed(this.interrupted()), HANDED_IN).unref();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true, signal: settled });
  }

  private interrupted(): CodedError {
    return new CodedError("interrupted", {
      what: `the sweep ${this.o.asked.of.sweep}`,
      kept: "the trials done so far are kept: run the statement again to go on",
    });
  }

  async begin(): Promise<Order> {
    const { asked, plans, around, bases, files, tables, shipped } = this.o;
    // A worker before this one may have begun it, too.
    this.begun = asked.resume || this.ids.size > 0 ? await this.before() : [];
    this.lent = true;
    const { goal, goals, require } = around.sweep;
    const order: TrialOrder = {
      laid: files.length,
      shipment: shipped,
      plans,
      of: asked.of,
      bases,
      begun: this.begun,
      aims: { goal, goals, ...(require && { require }) },
    };
    const runs = this.begun.flatMap(({ id, files: own }) =>
      own.map((file) => ({ ...file, path: join(around.session.runs, id, file.path) })),
    );
    return { order: { ...order }, files: [...files, ...tables, ...runs] };
  }

  /** Its runs that have something to go on from. */
  private async before(): Promise<readonly Begun[]> {
    const { asked, plans, around } = this.o;
    const found: Begun[] = [];
    for (const { name, plan } of plans) {
      const run = runsNamed(around.session.runs, name, plan.recipeHash).find(
        (one) => isTrial(one, asked.of) && readCheckpoints(one).length > 0,
      );
      if (run) found.push({ id: run.id, files: await filesOfRun(run.path, { whole: true }) });
    }
    return found;
  }

  on(item: Item): void {
    const { asked, onNote } = this.o;
    switch (item.is) {
      case "run":
        return this.run(item.run, item.id, item.lock);
      case "steps":
        return asked.onSteps(item.steps);
      case "step":
        // One that goes on tells again what it has behind it.
        if (item.step <= (this.steps.get(item.run) ?? 0)) return;
        this.steps.set(item.run, item.step);
        return asked.onStep(item.step, item.tokens);
      case "report":
        return asked.onReport(item.step, item.score);
      case "log":
        return this.log(item.run, item.line);
      case "note":
        return onNote(`${this.title}: ${item.words}`);
    }
  }

  private run(number: number, id: string, lock: Json): void {
    const { around, asked, plans, bases } = this.o;
    const { name, plan } = must(plans[number], "a run's plan");
    this.replicas.get(number)?.release();
    const known = this.begun.find((one) => one.id === id);
    const folder = join(around.session.runs, id);
    const base = plan.recipe.model.trained && bases.find(({ hash }) => hash === plan.recipe.model.baseHash)?.folder;
    const made = known
      ? Replica.again(folder, known.files)
      : Replica.make(around.session.runs, id, this.expected({ name, plan, base }), lock);
    this.replicas.set(number, made);
    this.ids.set(id, made.id);
    this.o.tells.began(made.run.path, asked.of);
    asked.onRun(made.run.path);
  }
  private log(run: number, line: string): void {
    const replica = this.replica(run);
    replica.log(line);
    this.o.tells.happened(replica.run.path);
  }
  private expected({ name, plan, base }: { name: string; plan: Plan; base: string | undefined }) {
    const { around, asked } = this.o;
    const { hostContext, experiment } = around.stage;
    return {
      name,
      plan,
      trial: asked.of,
      home: hostContext.folder,
      ...(base !== undefined && { base }),
      ...(experiment && { experiment: { name: experiment.name, notes: experiment.notes } }),
    };
  }

  private replica(run: number): Replica {
    const found = this.replicas.get(run);
    if (!found) throw new CodedError("request-refused", { why: "nothing was told of that run" });
    return found;
  }

  answer(): "go on" | "prune" | "stop" | "end" {
    const { asked } = this.o;
    if (asked.signal.aborted) return "end";
    const ends = asked.ends();
    return ends === null ? "go on" : ends === "stop" ? "stop" : "prune";
  }

  lacks(run: number, files: readonly RunFile[]): readonly RunFile[] {
    return this.replica(run).lacks(files);
  }
  holds(run: number, files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void {
    this.replica(run).holds(files, move);
  }

  left(): void {
    for (const replica of this.replicas.values()) replica.release();
    this.replicas.clear();
  }

  done(result: Json): void {
    const { around } = this.o;
    try {
      const { outcomes } = matched(result, trialResult);
      this.settles.done(
        outcomes.map(({ run, ...rest }) => ({ ...rest, run: join(around.session.runs, this.ids.get(run) ?? run) })),
      );
    } catch (error) {
      if (!(error instanceof Unlike)) throw error;
      throw new CodedError("request-refused", { why: error.why }, { cause: error });
    }
  }

  failed({ code, data, message }: Failure): "over" | "elsewhere" | "again" {
    if (this.o.asked.signal.aborted || code === "interrupted") this.settles.failed(this.interrupted());
    else if (code !== null && LACKING.includes(code)) return "elsewhere";
    else if (code !== null && ENGINE_ENDED.includes(code)) return "again";
    else if (code !== null && entryOf(code) !== undefined)
      this.settles.failed(new CodedError(code as Code, data as CodeData[Code]));
    else this.settles.failed(new Error(message));
    return "over";
  }

  lost(error: Error): void {
    this.settles.failed(this.o.asked.signal.aborted ? this.interrupted() : error);
  }
}

/**
 * A trial in a worker: trained and scored by the same code as without workers. Sessions are reused between trials of
 * one sweep, and with them the base, the tokenized rows and the compiled graph.
 */
import { rmSync, statSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { CodedError, must } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { registry } from "#stdlib/registry.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { openBase } from "../../bases/open.js";
import { rankOrderSchema, type TrainingOrder } from "../../remote/coordinator/rank-order.js";
import { pathBelowFolder, copyFileTo, placeFiles, type FileStore } from "../../remote/coordinator/file-store.js";
import type { CoordinatorClient } from "../../remote/coordinator/client.js";
import type { WorkerInstruction, InputFile, LeasedWork } from "../../remote/coordinator/protocol.js";
import { trialOrderSchema, type TrialOrder, type TrialResult } from "../../remote/coordinator/trial-order.js";
import type { DisplayOutput } from "../../display/html.js";
import { matchSchema, jsonObject, readJson } from "../../fetch/json.js";
import type { Engine, EngineOptions } from "../../engines/engine.js";
import { startEngine } from "../../engines/start.js";
import { sessionOfJob } from "../../features/shipped-session.js";
import { trainPlans, type TrialTrainingRequest } from "../../sweep-runs/run-trial.js";
import { TrialModels } from "../../sweep-runs/trial-program.js";
import { type ExecutionContext, Warnings } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { readJobSpec, type JobWithTables } from "../../remote/jobs/shipment.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { RunEvent } from "../../events/events.js";
import { serveRank } from "./rank-work.js";
import { RunUpload, type ResultUploadOptions } from "./result-upload.js";
import type { TrialReporter } from "./trial-reporter.js";

export interface TrialEnvironment {
  /** This worker's private folder: runs, files, uploads in progress. Deleted at its end. */
  readonly workFolder: string;
  /** Folder of files by their hash. */
  readonly cache: string;
  /** Name for people. */
  readonly name: string;
  /** Null: all threads of the machine. */
  readonly threads: number | null;
  readonly client: CoordinatorClient;
}
export interface TrialJob {
  readonly worker: string;
  readonly work: LeasedWork;
  readonly teller: TrialReporter;
  /** Returns the latest answer. */
  readonly answer: () => WorkerInstruction;
  /** Interrupts the trial; its checkpoint is then uploaded. */
  readonly signal: AbortSignal;
  /** Reports are no longer accepted. */
  readonly lost: AbortSignal;
  readonly onLost: (error: unknown) => void;
}
interface Bench {
  readonly session: OpenSession;
  readonly hostContext: ExecutionContext["hostContext"];
  readonly models: TrialModels;
  readonly stays: () => void;
}

export class RemoteTrialRunner {
  private readonly benches = new Map<string, Bench>();

  constructor(private readonly place: TrialEnvironment) {}

  async do(doing: TrialJob): Promise<TrialResult> {
    const order = matchSchema(doing.work.order, trialOrderSchema);
    const { root, shipped, reads } = await this.laid(order, doing);
    const bench = await this.benchOf(root, shipped, order);
    await lendBases(order, root, bench, this.place.name);
    await this.resumed(order, reads, doing);
    const hands = new Hands(order, doing, this.place, bench.session.runs);
    try {
      const outcomes = await trainPlans(
        {
          ...bench,
          apart: true,
          span: shipped.shipment.statement.span,
          sweep: order.aims,
          stage: this.stage(bench, doing),
        },
        { ...hands.trainingRequest, resume: order.begun.length > 0 },
        order.plans,
      );
      await hands.whole();
      return { outcomes: outcomes.map((one) => ({ ...one, run: basename(one.run) })) };
    } catch (error) {
      // Uploads an interrupted trial's last files, once the engine has written them.
      await bench.session.settled();
      if (!doing.lost.aborted) await hands.whole();
      throw error;
    } finally {
      for (const entry of hands.folders) rmSync(entry, { recursive: true, force: true });
    }
  }

  /** Takes part in a distributed training until it ends. */
  async rank(doing: TrialJob): Promise<void> {
    const order = matchSchema(doing.work.order, rankOrderSchema);
    const { plan } = must(order.plans[0], "the training of a rank");
    const bench = async () => {
      const { root, shipped } = await this.laid(order, doing);
      const made = await this.benchOf(root, shipped, order);
      await lendBases(order, root, made, this.place.name);
      return { session: made.session, stage: this.stage(made, doing), opens: made.models.opens };
    };
    await serveRank(order, plan, bench, doing.signal);
  }

  async close(): Promise<void> {
    for (const { session, models, stays } of this.benches.values()) {
      stays();
      await models.close();
      await session.close();
    }
    this.benches.clear();
  }

  private shelf({ lost }: TrialJob): FileStore {
    const { workFolder, cache, client } = this.place;
    return { cache, folder: join(workFolder, "files"), client, signal: lost };
  }

  /** Its input files, and the job. */
  private async laid(order: TrainingOrder, doing: TrialJob) {
    const reads = new Map(doing.work.files.map((file) => [file.hash, file]));
    const shelf = this.shelf(doing);
    const root = await placeFiles(doing.work.files.slice(0, order.laid), shelf);
    const folder = join(this.place.workFolder, "shipment");
    makePrivateFolder(folder);
    for (const { path, hash } of order.shipment)
      await copyFileTo(must(reads.get(hash), "a file of the shipment"), join(folder, path), shelf);
    return { root, reads, shipped: readJobSpec(folder) };
  }

  /** Closes the session of another sweep, as two bases may exceed the memory. */
  private async benchOf(root: string, { shipment, tables }: JobWithTables, order: TrainingOrder): Promise<Bench> {
    const key = JSON.stringify([root, order.shipment]);
    const known = this.benches.get(key);
    if (known) return known;
    await this.close();
    const runs = join(this.place.workFolder, "runs");
    makePrivateFolder(runs);
    const folder = root === "" ? shipment.folder : pathBelowFolder(root, shipment.folder);
    if (root !== "") makePrivateFolder(folder);
    const { session, hostContext } = await sessionOfJob(
      { shipment: { ...shipment, folder, runs }, tables },
      { screen: mute, startEngine: (options) => this.engine(options) },
    );
    const bench = { session, hostContext, models: new TrialModels(1), stays: session.engines.pin() };
    this.benches.set(key, bench);
    return bench;
  }

  private engine(options: EngineOptions): Promise<Engine> {
    const { threads } = this.place;
    return startEngine({ ...options, ...(threads !== null && options.threads === undefined && { threads }) });
  }

  private stage({ hostContext }: Bench, { teller, signal }: TrialJob): ExecutionContext {
    const screen = telling(teller);
    return {
      screen,
      signal,
      sources: [],
      warnings: new Warnings(screen, [], "trial"),
      hostContext: { ...hostContext, signal },
    };
  }

  /** Downloads the runs it resumes from to this worker's folder of runs. */
  private async resumed(order: TrialOrder, reads: ReadonlyMap<string, InputFile>, doing: TrialJob): Promise<void> {
    for (const { id, files } of order.begun) {
      const folder = join(this.place.workFolder, "runs", id);
      rmSync(folder, { recursive: true, force: true });
      makePrivateFolder(join(folder, "checkpoints"));
      for (const { path, hash } of files)
        await copyFileTo(must(reads.get(hash), "a file of a run"), join(folder, path), this.shelf(doing));
    }
  }
}

const mute = { display: () => undefined, update: () => undefined };

/** A screen that reports a trial's warnings as text. */
function telling(teller: TrialReporter): ExecutionContext["screen"] {
  const tell = ({ bundle, id, fixedText }: DisplayOutput): void => {
    const words = bundle["text/plain"];
    if (typeof words !== "string" || (id !== undefined && fixedText === undefined)) return;
    teller.say({ is: "note", words: words.slice(0, 4000) });
  };
  return { display: tell, update: () => undefined };
}

/**
 * Registers bases at the paths where their files were placed, whatever their names would resolve to on this machine.
 */
async function lendBases(order: TrainingOrder, root: string, { session, hostContext }: Bench, worker: string) {
  for (const { plan } of order.plans) {
    const { model, data } = plan.recipe;
    const base = order.bases.find(({ hash }) => hash === model.baseHash);
    if (root !== "") demandRelative([data.source, data.annotations?.file], worker);
    if (!base || (root === "" && !model.trained)) continue;
    const opened = await openBase(root === "" ? base.folder : pathBelowFolder(root, base.folder), "folder", registry);
    if (model.trained) session.weights.lend(model.trained.recipeHash, opened);
    // A trained model uses the tokenizer of the first model in its line, whose folder has it.
    const { name, folder } = model.trained?.from ?? { name: model.base, folder: model.folder };
    if (root !== "") session.datasets.lend({ name, folder }, hostContext, opened);
  }
}

/** Rejects absolute paths in sources. Coded error `absolute-elsewhere`. */
function demandRelative(value: unknown, worker: string): void {
  if (typeof value === "string" && isAbsolute(value))
    throw new CodedError("absolute-elsewhere", { path: value, worker });
  if (Array.isArray(value)) for (const part of value) demandRelative(part, worker);
  if (!isRecord(value)) return;
  // A query names its files within its text.
  if (isCall(value) && value.kind === "source")
    demandRelative(registry.find("source", value.word)?.capabilities?.fileNames?.(value), worker);
  for (const part of Object.values(value)) demandRelative(part, worker);
}

/** Reports and uploads of a trial. */
class Hands {
  readonly folders: string[] = [];
  private readonly runs: RunUpload[] = [];
  readonly trainingRequest: Omit<TrialTrainingRequest, "resume">;

  constructor(
    private readonly order: TrialOrder,
    private readonly doing: TrialJob,
    private readonly place: TrialEnvironment,
    private readonly runsFolder: string,
  ) {
    const { teller, signal, answer } = doing;
    this.trainingRequest = {
      trialOf: order.of,
      signal,
      turn: { begin: () => Promise.resolve(), pass: () => teller.flush() },
      onRun: (folder) => this.begun(folder),
      onSteps: (steps) => teller.say({ is: "steps", run: this.number, steps }),
      onReport: (step, score) => teller.say({ is: "report", step, score }),
      onStep: (step, tokens) => teller.say({ is: "step", run: this.number, step, tokens }),
      onEvent: (event) => this.event(event),
      ends: () => (answer() === "prune" ? "give up" : answer() === "stop" ? "stop" : null),
    };
    for (const { id } of order.begun) this.folders.push(join(runsFolder, id));
  }

  /** Number of the run that is training. */
  private get number(): number {
    return this.runs.at(-1)?.number ?? 0;
  }

  private begun(folder: string): void {
    const { teller, worker, work, lost, onLost } = this.doing;
    const lock = readJson(join(folder, "lock.json"), jsonObject);
    const number = this.order.plans.findIndex(
      ({ plan, name }) => plan.recipeHash === lock["recipeHash"] && name === lock["name"],
    );
    const plan = must(this.order.plans[number], "the plan of a run").plan;
    const runLock = RunFolder.open(folder).lock();
    // The trained base was identified by the hashes of its files; the plan names its recipe.
    const { baseHash, trained } = plan.recipe.model;
    const differs = [
      ...(plan.recipe.dataHash !== null && runLock?.dataHash !== plan.recipe.dataHash ? ["its rows"] : []),
      ...(baseHash !== null && !trained && runLock?.baseHash !== baseHash ? ["its base"] : []),
    ];
    if (differs.length > 0) throw new CodedError("work-otherwise", { what: work.title, differs: differs.join(", ") });
    if (!this.folders.includes(folder)) this.folders.push(folder);
    const known = this.order.begun.some(({ id }) => id === basename(folder));
    const size = known ? statSync(join(folder, "events.jsonl"), { throwIfNoEntry: false })?.size : 0;
    const { client, workFolder } = this.place;
    const handing: ResultUploadOptions = {
      client,
      worker,
      teller,
      onLost,
      lease: work.lease,
      signal: lost,
      beside: join(workFolder, "leaving"),
    };
    this.runs.push(new RunUpload(number, folder, handing, size ?? 0));
    teller.say({ is: "run", run: number, id: basename(folder), lock });
  }

  private event({ kind }: RunEvent): void {
    const run = this.runs.at(-1);
    run?.log();
    if (kind === "checkpoint") run?.handIn();
  }

  /** Resolves when all runs are uploaded. */
  async whole(): Promise<void> {
    for (const run of this.runs) await run.whole();
    await this.doing.teller.flush();
  }
}

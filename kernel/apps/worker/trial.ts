/**
 * A trial in a worker: trained and scored by the same code as without workers. Sessions are reused between trials of
 * one sweep, and with them the base, the tokenized rows and the compiled graph.
 */
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { rankOrderSchema, type TrainingOrder } from "../../remote/coordinator/rank-order.js";
import { pathBelowFolder, copyFileTo, placeFiles, type WorkerFileStore } from "../../remote/coordinator/file-store.js";
import type { InputFile } from "../../remote/coordinator/protocol.js";
import { trialOrderSchema, type TrialOrder, type TrialResult } from "../../remote/coordinator/trial-order.js";
import { matchSchema } from "../../fetch/json.js";
import { startEngine } from "../../engines/start-engine.js";
import { sessionOfJob } from "../../features/shipped-session.js";
import { trainPlans } from "../../sweep-runs/run-trial.js";
import { TrialModels } from "../../sweep-runs/trial-program.js";
import { type ExecutionContext, WarningReporter } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { readJobSpec, type JobWithTables } from "../../remote/jobs/shipment.js";
import { serveRank } from "./rank-work.js";
import { screenReportingTo } from "./trial-reporter.js";
import { type TrialEnvironment, type TrialJob, TrialUploads } from "./trial-uploads.js";
import { registerLentBases } from "./lent-bases.js";

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
    await registerLentBases(order, root, bench, this.place.name);
    await this.resumed(order, reads, doing);
    const hands = new TrialUploads(order, doing, this.place, bench.session.runs);
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
    const { plan } = mustExist(order.plans[0], "the training of a rank");
    const bench = async () => {
      const { root, shipped } = await this.laid(order, doing);
      const made = await this.benchOf(root, shipped, order);
      await registerLentBases(order, root, made, this.place.name);
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

  private shelf({ lost }: TrialJob): WorkerFileStore {
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
      await copyFileTo(mustExist(reads.get(hash), "a file of the shipment"), join(folder, path), shelf);
    return { root, reads, shipped: readJobSpec(folder) };
  }

  /** Closes the session of another sweep, as two bases may exceed the memory. */
  private async benchOf(root: string, { shipment, tables }: JobWithTables, order: TrainingOrder): Promise<Bench> {
    const key = JSON.stringify([root, order.shipment]);
    const { threads, workFolder } = this.place;
    const known = this.benches.get(key);
    if (known) return known;
    await this.close();
    const runs = join(workFolder, "runs");
    makePrivateFolder(runs);
    const folder = root === "" ? shipment.folder : pathBelowFolder(root, shipment.folder);
    if (root !== "") makePrivateFolder(folder);
    const { session, hostContext } = await sessionOfJob(
      { shipment: { ...shipment, folder, runs }, tables },
      {
        screen: mute,
        startEngine: (options) =>
          startEngine({ ...options, ...(threads !== null && options.threads === undefined && { threads }) }),
      },
    );
    const bench = { session, hostContext, models: new TrialModels(1), stays: session.engines.pin() };
    this.benches.set(key, bench);
    return bench;
  }

  private stage({ hostContext }: Bench, { teller, signal }: TrialJob): ExecutionContext {
    const screen = screenReportingTo(teller);
    return {
      screen,
      signal,
      sources: [],
      warnings: new WarningReporter(screen, [], "trial"),
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
        await copyFileTo(mustExist(reads.get(hash), "a file of a run"), join(folder, path), this.shelf(doing));
    }
  }
}

const mute = { display: () => undefined, update: () => undefined };

/** A trial that a worker has leased, and the reports and uploads of its runs. */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { CoordinatorClient } from "../../remote/coordinator/client.js";
import type { WorkerInstruction, LeasedWork } from "../../remote/coordinator/protocol.js";
import type { TrialOrder } from "../../remote/coordinator/trial-order.js";
import { jsonObject, readJson } from "../../fetch/json.js";
import type { TrialTrainingRequest } from "../../sweep-runs/run-trial.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { RunEvent } from "../../events/events.js";
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

/** Reports and uploads of a trial. */
export class TrialUploads {
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
    const plan = mustExist(this.order.plans[number], "the plan of a run").plan;
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

/**
 * MLflow over REST. Creating requests are preceded by a search, because an earlier response may have been lost: a run
 * has our id as a tag and is found by it. MLflow ignores points that are sent twice (same key, value, step and time).
 * After a resume, steps that were already reported are not sent again, because they are the same.
 */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import {
  secretVariableOf,
  TrackerUnavailableError,
  TrackerRefusalError,
  type EventCursor,
  type TrackerMemory,
  type TrackedFile,
  type TrackedRun,
  type TrackerHost,
  type TrackerImplementation,
} from "./kind.js";
import { listAtPath, valueAtPath, textAtPath } from "./shared/answers.js";
import { MlflowClient } from "./shared/mlflow-server.js";
import { clipText, mlflowMetricsOf, MLFLOW_LIMITS, mlflowTags } from "./shared/mlflow-values.js";
import { mlflowKeyName } from "./shared/names.js";
import { word } from "./mlflow.js";

/** Tag by which a run is found. */
const TAG = "tunebook.run";
/** MLflow's own tag for experiments with training runs. */
const KIND = { key: "mlflow.experimentKind", value: "custom_model_development" } as const;
const STATUS = { finished: "FINISHED", failed: "FAILED", killed: "KILLED" } as const;

interface Own extends TrackerMemory {
  readonly experiment?: string;
  readonly run?: string;
  /** Location of the run's files. */
  readonly uri?: string;
  readonly params?: true;
  readonly cursor?: EventCursor;
  /** The last step of each group. */
  readonly steps?: Readonly<Record<string, number>>;
  /** Why its files are refused; cleared when the user requests another attempt. */
  readonly refused?: string;
  /** Path → stamp of the uploaded file. */
  readonly files?: Readonly<Record<string, string>>;
  readonly status?: string;
  /** Version of the registered model. */
  readonly version?: string;
  readonly alias?: string;
}

export const mlflow: TrackerImplementation = {
  title: (call) => `mlflow at ${urlOf(call)}`,
  place: (call) => ({ url: urlOf(call), env: secretVariableOf(call.arguments["token"]) }),
  takesModel(call) {
    const { artifacts, register } = argumentsWithDefaults(word, call);
    return artifacts === "model" || register !== undefined;
  },
  async greet(call, door, experiment) {
    await serverOf(call, door).experimentNamed(argumentsWithDefaults(word, call).experiment ?? experiment);
  },
  tell: (call, run, door) => new Telling(call, run, door).tell(),
};

function serverOf(call: Call, door: Pick<TrackerHost, "ask">): MlflowClient {
  const { user } = argumentsWithDefaults(word, call);
  const env = secretVariableOf(call.arguments["token"]);
  return new MlflowClient(
    { url: urlOf(call), ...(env !== null && { env }), ...(user !== undefined && { user }) },
    door,
  );
}
const urlOf = (call: Call): string => argumentsWithDefaults(word, call).url.replace(/\/+$/, "");

class Telling {
  private memory: Own;
  private readonly server: MlflowClient;
  private readonly settings;

  constructor(
    call: Call,
    private readonly run: TrackedRun,
    private readonly door: TrackerHost,
  ) {
    this.memory = door.memory;
    this.server = serverOf(call, door);
    this.settings = argumentsWithDefaults(word, call);
  }

  async tell(): Promise<void> {
    const experiment = this.memory.experiment ?? (await this.experiment());
    const id = this.memory.run ?? (await this.begin(experiment));
    if (!this.memory.params) await this.params(id);
    await this.points(id);
    await this.status(id);
    await this.files(id);
    await this.register(id);
  }

  private keep(more: Own): void {
    this.memory = { ...this.memory, ...more };
    this.door.keep(this.memory);
  }

  private async experiment(): Promise<string> {
    const name = this.settings.experiment ?? this.run.experiment.name;
    const found = (await this.server.experimentNamed(name)) ?? (await this.made(name));
    this.keep({ experiment: found });
    return found;
  }
  private async made(name: string): Promise<string> {
    try {
      return textAtPath(await this.server.post("mlflow/experiments/create", { name, tags: [KIND] }), "experiment_id");
    } catch (error) {
      // Another run created the same experiment first.
      if (!(error instanceof TrackerRefusalError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
      const found = await this.server.experimentNamed(name);
      if (found === null) throw error;
      return found;
    }
  }

  /** Returns the run's id in MLflow: of an existing run, or of a new one. */
  private async begin(experiment: string): Promise<string> {
    const { run } = this;
    const [before] = listAtPath(
      await this.server.post("mlflow/runs/search", {
        experiment_ids: [experiment],
        filter: `tags.\`${TAG}\` = '${run.id.replaceAll("'", "")}'`,
        max_results: 1,
      }),
      "runs",
    );
    const found =
      before === undefined
        ? valueAtPath(
            await this.server.post("mlflow/runs/create", {
              experiment_id: experiment,
              start_time: run.began,
              run_name: run.name,
              tags: this.tags(),
            }),
            ["run"],
          )
        : before;
    const id = textAtPath(found, "info", "run_id");
    const uri = valueAtPath(found, ["info", "artifact_uri"]);
    this.keep({ run: id, status: "RUNNING", ...(typeof uri === "string" && { uri }) });
    return id;
  }

  private tags(): readonly { readonly key: string; readonly value: string }[] {
    const { id, name, is, parentRun, facts, about, experiment, source } = this.run;
    const parent = this.parent();
    const notes = experiment.notes === "" ? about : `${experiment.notes}\n\n${about}`;
    return mlflowTags({
      [TAG]: id.replaceAll("'", ""),
      "mlflow.runName": name,
      "mlflow.note.content": notes,
      ...(source.name !== null && {
        "mlflow.source.name": source.name,
        "mlflow.source.type": source.name.endsWith(".ipynb") ? "NOTEBOOK" : "LOCAL",
      }),
      ...(source.commit !== null && { "mlflow.source.git.commit": source.commit }),
      ...(parent !== null && { "mlflow.parentRunId": parent }),
      "tunebook.is": is,
      ...(parentRun && { "tunebook.of": parentRun.name, "tunebook.number": String(parentRun.number) }),
      ...Object.fromEntries(Object.entries(facts).map(([key, value]) => [`tunebook.${mlflowKeyName(key)}`, value])),
    });
  }
  /** Returns the run of the sweep, which is reported before its trials. */
  private parent(): string | null {
    const { parentRun } = this.run;
    if (!parentRun || parentRun.seeds || this.door.parent === null) return null;
    const { run } = this.door.parent;
    if (typeof run !== "string") throw new TrackerUnavailableError("the run of its sweep is not there yet");
    return run;
  }

  private async params(run_id: string): Promise<void> {
    const all = Object.entries(this.run.settings).map(([path, value]) => ({
      key: mlflowKeyName(path),
      value: clipText(String(value), MLFLOW_LIMITS.param),
    }));
    // MLflow would refuse two settings with the same key.
    const params = [...new Map(all.map((one) => [one.key, one])).values()];
    for (let i = 0; i < params.length; i += MLFLOW_LIMITS.params)
      await this.server.post("mlflow/runs/log-batch", { run_id, params: params.slice(i, i + MLFLOW_LIMITS.params) });
    this.keep({ params: true });
  }

  private async points(run_id: string): Promise<void> {
    for (let last = false; !last;) {
      const batch = await this.door.read(this.memory.cursor ?? null);
      const steps = { ...this.memory.steps };
      const metrics = batch.events.flatMap((one) => mlflowMetricsOf(one, steps));
      for (let i = 0; i < metrics.length; i += MLFLOW_LIMITS.metrics)
        await this.server.post("mlflow/runs/log-batch", {
          run_id,
          metrics: metrics.slice(i, i + MLFLOW_LIMITS.metrics),
        });
      this.keep({ cursor: batch.cursor, steps });
      last = batch.last;
    }
  }

  private async status(run_id: string): Promise<void> {
    const { ended } = this.run;
    const status = ended ? STATUS[ended.as] : "RUNNING";
    if (status === this.memory.status) return;
    await this.server.post("mlflow/runs/update", { run_id, status, ...(ended && { end_time: ended.at }) });
    this.keep({ status });
  }

  /** Uploads files that are missing or have changed. */
  private async files(run_id: string): Promise<void> {
    // A refusal is reported once; all other data is still sent.
    if (this.memory.refused !== undefined) return;
    try {
      await this.putAll(run_id);
    } catch (error) {
      if (error instanceof TrackerRefusalError) this.keep({ refused: error.message });
      throw error;
    }
  }
  private async putAll(run_id: string): Promise<void> {
    const { artifacts, register } = this.settings;
    const ended = this.run.ended?.as === "finished";
    const record = artifacts === "none" ? [] : await this.door.files("record");
    const model = ended && (artifacts === "model" || register !== undefined) ? await this.door.files("model") : [];
    for (const file of [...record, ...model]) {
      if (this.memory.files?.[file.path] === file.stamp) continue;
      await this.put(run_id, file);
      this.keep({ files: { ...this.memory.files, [file.path]: file.stamp } });
    }
  }
  /** Uploads through the server's artifact proxy; other storage is accessible only to MLflow's own clients. */
  private async put(run_id: string, file: TrackedFile): Promise<void> {
    const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(this.memory.uri ?? "")?.[1];
    if (root === undefined)
      throw new TrackerRefusalError(
        400,
        `it stores the files of run ${run_id} at ${this.memory.uri ?? "an unnamed place"}, which only MLflow's own programs reach: start it with --serve-artifacts, or write \`artifacts: none\``,
      );
    const path = [...root.split("/"), ...file.path.split("/")].map(encodeURIComponent).join("/");
    await this.server.ask({ method: "PUT", path: `mlflow-artifacts/artifacts/${path}`, file });
  }

  private async register(run_id: string): Promise<void> {
    const { register: name, alias } = this.settings;
    if (name === undefined || this.run.is === "sweep" || this.run.parentRun || this.run.ended?.as !== "finished")
      return;
    if (!Object.keys(this.memory.files ?? {}).some((path) => path.startsWith("model/"))) return;
    const version = this.memory.version ?? (await this.version(name, run_id));
    if (alias === undefined || this.memory.alias === alias) return;
    await this.server.post("mlflow/registered-models/alias", { name, alias, version });
    this.keep({ alias });
  }
  private async version(name: string, run_id: string): Promise<string> {
    await this.server.post("mlflow/registered-models/create", { name }).catch((error: unknown) => {
      if (!(error instanceof TrackerRefusalError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
    });
    const [before] = listAtPath(
      await this.server.get("mlflow/model-versions/search", { filter: `run_id = '${run_id}'`, max_results: "1" }),
      "model_versions",
    );
    const version = textAtPath(
      before ??
        valueAtPath(
          await this.server.post("mlflow/model-versions/create", {
            name,
            run_id,
            source: `${this.memory.uri ?? ""}/model`,
            tags: mlflowTags({ [TAG]: this.run.id }),
          }),
          ["model_version"],
        ),
      "version",
    );
    this.keep({ version });
    return version;
  }
}

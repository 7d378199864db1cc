/**
 * MLflow over REST. What makes something there is asked after first where an answer may have been lost: a run bears our own id as
 * a tag and is looked for by it, and points that are sent twice are the same to MLflow (key, value, step and time are). Of a run
 * that was resumed the steps that were told stand: they are the same again.
 */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import {
  envOf,
  TrackerAway,
  TrackerRefuses,
  type Cursor,
  type Kept,
  type RunFile,
  type TrackedRun,
  type TrackerDoor,
  type TrackerImplementation,
} from "./kind.js";
import { listIn, partIn, textIn } from "./shared/answers.js";
import { MlflowServer } from "./shared/mlflow-server.js";
import { clipped, metricsOf, MOST, tagged } from "./shared/mlflow-values.js";
import { keyName } from "./shared/names.js";
import { word } from "./mlflow.js";

/** The tag that a run is found by. */
const TAG = "tunebook.run";
/** What its own pages call experiments whose runs are trainings. */
const KIND = { key: "mlflow.experimentKind", value: "custom_model_development" } as const;
const STATUS = { finished: "FINISHED", failed: "FAILED", killed: "KILLED" } as const;

interface Own extends Kept {
  readonly experiment?: string;
  readonly run?: string;
  /** Where its files go. */
  readonly uri?: string;
  readonly params?: true;
  readonly cursor?: Cursor;
  /** The last step of each group. */
  readonly steps?: Readonly<Record<string, number>>;
  /** Why its files aren't taken; whoever asks again takes it away. */
  readonly refused?: string;
  /** Path → stamp of what is there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly status?: string;
  /** Of the registered model. */
  readonly version?: string;
  readonly alias?: string;
}

export const mlflow: TrackerImplementation = {
  title: (call) => `mlflow at ${urlOf(call)}`,
  place: (call) => ({ url: urlOf(call), env: envOf(call.arguments["token"]) }),
  takesModel(call) {
    const { artifacts, register } = argumentsOf(word, call);
    return artifacts === "model" || register !== undefined;
  },
  async greet(call, door, experiment) {
    await serverOf(call, door).experimentNamed(argumentsOf(word, call).experiment ?? experiment);
  },
  tell: (call, run, door) => new Telling(call, run, door).tell(),
};

function serverOf(call: Call, door: Pick<TrackerDoor, "ask">): MlflowServer {
  const { user } = argumentsOf(word, call);
  const env = envOf(call.arguments["token"]);
  return new MlflowServer(
    { url: urlOf(call), ...(env !== null && { env }), ...(user !== undefined && { user }) },
    door,
  );
}
const urlOf = (call: Call): string => argumentsOf(word, call).url.replace(/\/+$/, "");

class Telling {
  private kept: Own;
  private readonly server: MlflowServer;
  private readonly asked;

  constructor(
    call: Call,
    private readonly run: TrackedRun,
    private readonly door: TrackerDoor,
  ) {
    this.kept = door.kept;
    this.server = serverOf(call, door);
    this.asked = argumentsOf(word, call);
  }

  async tell(): Promise<void> {
    const experiment = this.kept.experiment ?? (await this.experiment());
    const id = this.kept.run ?? (await this.begin(experiment));
    if (!this.kept.params) await this.params(id);
    await this.points(id);
    await this.status(id);
    await this.files(id);
    await this.register(id);
  }

  private keep(more: Own): void {
    this.kept = { ...this.kept, ...more };
    this.door.keep(this.kept);
  }

  private async experiment(): Promise<string> {
    const name = this.asked.experiment ?? this.run.experiment.name;
    const found = (await this.server.experimentNamed(name)) ?? (await this.made(name));
    this.keep({ experiment: found });
    return found;
  }
  private async made(name: string): Promise<string> {
    try {
      return textIn(await this.server.post("mlflow/experiments/create", { name, tags: [KIND] }), "experiment_id");
    } catch (error) {
      // Another run of the same experiment came first.
      if (!(error instanceof TrackerRefuses) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
      const found = await this.server.experimentNamed(name);
      if (found === null) throw error;
      return found;
    }
  }

  /** Its run there: one that was made before, or a new one. */
  private async begin(experiment: string): Promise<string> {
    const { run } = this;
    const [before] = listIn(
      await this.server.post("mlflow/runs/search", {
        experiment_ids: [experiment],
        filter: `tags.\`${TAG}\` = '${run.id.replaceAll("'", "")}'`,
        max_results: 1,
      }),
      "runs",
    );
    const found =
      before === undefined
        ? partIn(
            await this.server.post("mlflow/runs/create", {
              experiment_id: experiment,
              start_time: run.began,
              run_name: run.name,
              tags: this.tags(),
            }),
            ["run"],
          )
        : before;
    const id = textIn(found, "info", "run_id");
    const uri = partIn(found, ["info", "artifact_uri"]);
    this.keep({ run: id, status: "RUNNING", ...(typeof uri === "string" && { uri }) });
    return id;
  }

  private tags(): readonly { readonly key: string; readonly value: string }[] {
    const { id, name, is, of, facts, about, experiment, source } = this.run;
    const parent = this.parent();
    const notes = experiment.notes === "" ? about : `${experiment.notes}\n\n${about}`;
    return tagged({
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
      ...(of && { "tunebook.of": of.name, "tunebook.number": String(of.number) }),
      ...Object.fromEntries(Object.entries(facts).map(([key, value]) => [`tunebook.${keyName(key)}`, value])),
    });
  }
  /** The run of the sweep, which is told before its trials are. */
  private parent(): string | null {
    const { of } = this.run;
    if (!of || of.seeds || this.door.parent === null) return null;
    const { run } = this.door.parent;
    if (typeof run !== "string") throw new TrackerAway("the run of its sweep is not there yet");
    return run;
  }

  private async params(run_id: string): Promise<void> {
    const all = Object.entries(this.run.settings).map(([path, value]) => ({
      key: keyName(path),
      value: clipped(String(value), MOST.param),
    }));
    // What two settings are called alike would be refused.
    const params = [...new Map(all.map((one) => [one.key, one])).values()];
    for (let i = 0; i < params.length; i += MOST.params)
      await this.server.post("mlflow/runs/log-batch", { run_id, params: params.slice(i, i + MOST.params) });
    this.keep({ params: true });
  }

  private async points(run_id: string): Promise<void> {
    for (let last = false; !last;) {
      const batch = await this.door.read(this.kept.cursor ?? null);
      const steps = { ...this.kept.steps };
      const metrics = batch.told.flatMap((one) => metricsOf(one, steps));
      for (let i = 0; i < metrics.length; i += MOST.metrics)
        await this.server.post("mlflow/runs/log-batch", { run_id, metrics: metrics.slice(i, i + MOST.metrics) });
      this.keep({ cursor: batch.cursor, steps });
      last = batch.last;
    }
  }

  private async status(run_id: string): Promise<void> {
    const { ended } = this.run;
    const status = ended ? STATUS[ended.as] : "RUNNING";
    if (status === this.kept.status) return;
    await this.server.post("mlflow/runs/update", { run_id, status, ...(ended && { end_time: ended.at }) });
    this.keep({ status });
  }

  /** Of what has ended: the files that are not there yet, or were others. */
  private async files(run_id: string): Promise<void> {
    // The rest is told all the same, and this is said once.
    if (this.kept.refused !== undefined) return;
    try {
      await this.putAll(run_id);
    } catch (error) {
      if (error instanceof TrackerRefuses) this.keep({ refused: error.message });
      throw error;
    }
  }
  private async putAll(run_id: string): Promise<void> {
    const { artifacts, register } = this.asked;
    const ended = this.run.ended?.as === "finished";
    const record = artifacts === "none" ? [] : await this.door.files("record");
    const model = ended && (artifacts === "model" || register !== undefined) ? await this.door.files("model") : [];
    for (const file of [...record, ...model]) {
      if (this.kept.files?.[file.path] === file.stamp) continue;
      await this.put(run_id, file);
      this.keep({ files: { ...this.kept.files, [file.path]: file.stamp } });
    }
  }
  /** Through the server, which keeps files for its runs: other places take what MLflow's own programs send alone. */
  private async put(run_id: string, file: RunFile): Promise<void> {
    const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(this.kept.uri ?? "")?.[1];
    if (root === undefined)
      throw new TrackerRefuses(
        400,
        `it keeps the files of run ${run_id} at ${this.kept.uri ?? "a place that it doesn't name"}, which only MLflow's own programs reach: start it with --serve-artifacts, or write \`artifacts: none\``,
      );
    const path = [...root.split("/"), ...file.path.split("/")].map(encodeURIComponent).join("/");
    await this.server.ask({ method: "PUT", path: `mlflow-artifacts/artifacts/${path}`, file });
  }

  private async register(run_id: string): Promise<void> {
    const { register: name, alias } = this.asked;
    if (name === undefined || this.run.is === "sweep" || this.run.of || this.run.ended?.as !== "finished") return;
    if (!Object.keys(this.kept.files ?? {}).some((path) => path.startsWith("model/"))) return;
    const version = this.kept.version ?? (await this.version(name, run_id));
    if (alias === undefined || this.kept.alias === alias) return;
    await this.server.post("mlflow/registered-models/alias", { name, alias, version });
    this.keep({ alias });
  }
  private async version(name: string, run_id: string): Promise<string> {
    await this.server.post("mlflow/registered-models/create", { name }).catch((error: unknown) => {
      if (!(error instanceof TrackerRefuses) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
    });
    const [before] = listIn(
      await this.server.get("mlflow/model-versions/search", { filter: `run_id = '${run_id}'`, max_results: "1" }),
      "model_versions",
    );
    const version = textIn(
      before ??
        partIn(
          await this.server.post("mlflow/model-versions/create", {
            name,
            run_id,
            source: `${this.kept.uri ?? ""}/model`,
            tags: tagged({ [TAG]: this.run.id }),
          }),
          ["model_version"],
        ),
      "version",
    );
    this.keep({ version });
    return version;
  }
}

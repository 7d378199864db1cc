/**
 * Trainings, a sweep and an evaluation of a notebook, reported to TensorBoard (whose own reader opens the files) and to
 * a server: once to a working one and once to a hanging one, which changes nothing.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { recipeHashOfRun } from "#kernel/runs/history/damage.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";
import { readTracking } from "#kernel/trackers/tracking.js";
import { until } from "#tests/until.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { TrackerServer } from "./server.js";

/** Reads all scalars, texts and hyper-parameters under a folder with TensorBoard's own classes. */
const READS = `
import json, sys, os
from tensorboard.backend.event_processing import event_accumulator, plugin_event_multiplexer
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.plugins.hparams import backend_context, list_session_groups, api_pb2
from tensorboard.backend.event_processing import data_provider
from tensorboard.plugins import base_plugin
from tensorboard import context
mux = plugin_event_multiplexer.EventMultiplexer(size_guidance={"scalars": 0, "tensors": 0}).AddRunsFromDirectory(sys.argv[1])
mux.Reload()
runs = {}
for run, tags in mux.Runs().items():
    points = {tag: [[e.step, e.tensor_proto.float_val[0]] for e in mux.Tensors(run, tag)] for tag in tags["tensors"] if mux.SummaryMetadata(run, tag).plugin_data.plugin_name == "scalars"}
    text = [t.tensor_proto.string_val[0].decode() for t in mux.Tensors(run, "about/text_summary")] if "about/text_summary" in tags["tensors"] else []
    runs[run] = {"points": points, "text": text, "tags": tags["tensors"]}
provider = data_provider.MultiplexerDataProvider(mux, sys.argv[1])
ctx = backend_context.Context(base_plugin.TBContext(data_provider=provider))
rc = context.RequestContext()
tags = ctx.hparams_metadata(rc, "x")
experiment = ctx.experiment_from_metadata(rc, "x", True, tags, None)
request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=100)
request.allowed_statuses.extend([1, 2, 3, 0])
groups = list_session_groups.Handler(rc, ctx, "x", request).run().session_groups
print(json.dumps({
  "runs": runs,
  "hparams": [i.name for i in experiment.hparam_infos],
  "metrics": [m.name.tag for m in experiment.metric_infos],
  "groups": [{"name": g.name, "hparams": {k: (v.number_value or v.string_value or v.bool_value) for k, v in g.hparams.items()}, "metrics": {m.name.tag: m.value for m in g.metric_values}, "status": [s.status for s in g.sessions]} for g in groups],
}))
`;
interface Read {
  readonly runs: Readonly<
    Record<
      string,
      {
        readonly points: Readonly<Record<string, readonly (readonly [number, number])[]>>;
        readonly text: readonly string[];
      }
    >
  >;
  readonly hparams: readonly string[];
  readonly metrics: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly hparams: Readonly<Record<string, unknown>>;
    readonly metrics: Readonly<Record<string, number>>;
    readonly status: readonly number[];
  }[];
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));
}
function allTold(runs: string): boolean {
  const folders = readdirSync(runs).map((name) => join(runs, name));
  return folders.every((folder) => readTracking(folder)?.trackers.every(({ done }) => done) ?? true);
}

describe("trackers of a notebook", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  let server: TrackerServer;
  let python: string;
  before(async () => {
    ({ python } = await ensurePythonEnv("tensorboard"));
    server = await TrackerServer.start();
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(definitions);
    await book.run("train m on d as plain { epochs: 2, validate: every(steps: 3) }");
    const trackers = `[mlflow("${server.url}", register: "mood", alias: "champion"), tensorboard("board")]`;
    await book.run(`experiment { name: "tries/one", notes: "Is it *so*?", trackers: ${trackers} }
train m on d as first { epochs: 2, validate: every(steps: 3) }
evaluate first on d.validation { metrics: [accuracy, f1(macro)] }
sweep m on d as search {
  vary: { technique: choice(full, lora(rank: choice(2, 4))), optimizer.learning_rate: log(1e-4..1e-2) }
  search: random, trials: 3, maximize: accuracy
}`);
    const over = (): boolean => [...server.runs.values()].every(({ status }) => status === "FINISHED");
    for (let wait = 0; wait < 400 && !(server.runs.size === 5 && over() && server.aliases.size === 1); wait++)
      await new Promise((done) => setTimeout(done, 50));
    server.mood = "hanging";
    await book.run("train m on d as hung { epochs: 2, validate: every(steps: 3) }");
  });
  after(async () => {
    await book.close();
    await server.stop();
  });

  const folderOf = (name: string): string => (book.values.get(name) as ModelHandle).folder!;
  const stepsOf = (name: string) =>
    RunFolder.open(folderOf(name))
      .events()
      .flatMap((event) => (event.kind === "step" ? [[event.step, event.loss] as const] : []));
  const read = (folder = "board"): Read =>
    JSON.parse(
      execFileSync(python, ["-c", READS, join(book.folder, folder)], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as Read;

  it("do not disturb a training while a server hangs", () => {
    assert.equal(recipeHashOfRun(RunFolder.open(folderOf("hung"))), recipeHashOfRun(RunFolder.open(folderOf("plain"))));
    assert.deepEqual(stepsOf("hung"), stepsOf("plain"));
    const ended = RunFolder.open(folderOf("hung")).events().at(-1);
    assert.equal(ended?.kind === "stopped" && ended.reason, "done");
    // The training ended before any request was answered.
    assert.ok(server.hanging.length > 0 && server.hanging.every((one) => !one.writableEnded));
  });

  it("send losses, rates, scores, text and hyper-parameters that TensorBoard reads", async () => {
    await book.session.trackers.close();
    const { runs, groups, hparams, metrics } = read();
    const [id = "", first] = Object.entries(runs).find(([name]) => name.startsWith("tries-one/first-"))!;
    const told = first!.points["train/loss"]!;
    assert.deepEqual(
      told.map(([step]) => step),
      stepsOf("first").map(([step]) => step),
    );
    for (const [i, [, loss]] of told.entries()) assert.ok(Math.abs(loss - stepsOf("first")[i]![1]) < 1e-6);
    for (const tag of [
      "train/learning_rate",
      "train/gradient_norm",
      "train/tokens_per_second",
      "validation/loss",
      "d.validation/f1(macro)",
    ])
      assert.ok((first!.points[tag]?.length ?? 0) > 0, `${tag} of ${Object.keys(first!.points).join(", ")}`);
    assert.match(first!.text.join(""), /\*\*first\*\*.*text_classification/);
    assert.ok(
      hparams.includes("model.technique.rank") && hparams.includes("training.optimizer.learning_rate"),
      hparams.join(", "),
    );
    assert.ok(metrics.includes("validation/accuracy"));
    const trials = groups.filter(({ name }) => /search-[0-9a-f]{12}/.test(name));
    assert.equal(trials.length, 3, groups.map(({ name }) => name).join(", "));
    for (const trial of trials) {
      assert.deepEqual(trial.status, [1]);
      assert.equal(typeof trial.hparams["training.optimizer.learning_rate"], "number");
      assert.equal(typeof trial.metrics["validation/accuracy"], "number");
    }
    assert.ok(id.length < 200);
  });

  it("send runs, nested ones under their sweep, with settings, scores and a registered model", () => {
    const first = server.run("first");
    assert.equal(first.status, "FINISHED");
    assert.equal(first.params["model.technique"], "full");
    assert.equal(first.params["training.batch_size"] !== undefined, true);
    assert.match(first.tags["mlflow.note.content"] ?? "", /^Is it \*so\*\?\n\n\*\*first\*\*/);
    const losses = first.metrics.filter(({ key }) => key === "train/loss").map(({ step, value }) => [step, value]);
    assert.deepEqual(losses, stepsOf("first"));
    assert.ok(first.metrics.some(({ key }) => key === "d.validation interval/f1_macro low"));
    const files = [...server.files.keys()].filter((path) =>
      path.startsWith(`${first.experiment}/${first.id}/artifacts/`),
    );
    for (const name of ["plan.json", "lock.json", "scores.jsonl", "model/config.json", "model/model.safetensors"])
      assert.ok(
        files.some((path) => path.endsWith(`/artifacts/${name}`)),
        `${name} of ${files.join(", ")}`,
      );
    assert.equal(server.versions.length, 1);
    assert.equal(server.versions[0]?.run, first.id);
    assert.equal(server.aliases.get("champion"), "1");
    const sweep = server.run("search");
    const trials = [...server.runs.values()].filter((one) => one.tags["mlflow.parentRunId"] === sweep.id);
    assert.equal(trials.length, 3);
    assert.deepEqual(new Set(trials.map(({ status }) => status)), new Set(["FINISHED"]));
    assert.equal(sweep.metrics.filter(({ key }) => key === "trials/best accuracy").length, 3);
  });

  it("record the experiment in the lock and the run table, not in the recipe", async () => {
    const lock = RunFolder.open(folderOf("first")).lock();
    assert.deepEqual(lock?.experiment, { name: "tries/one", notes: "Is it *so*?" });
    assert.equal(lock?.recipeHash, RunFolder.open(folderOf("plain")).lock()?.recipeHash);
    assert.equal(lock?.planHash !== undefined, true);
    const list = new RunList(book.runs);
    await list.look();
    const found = list.list({ ...defaultRunView, fold: false, since: 0, filter: "experiment:tries/one" });
    assert.equal(found.total, 5);
    assert.equal(list.list({ ...defaultRunView, fold: false, since: 0, filter: "experiment:tries" }).total, 0);
  });

  it("send no step of a resumed run twice", async () => {
    const other = new NotebookOfOne();
    try {
      writeSmallTraining(other.folder);
      await other.run(`${definitions}experiment { name: "e", trackers: tensorboard("board") }`);
      const stop = new AbortController();
      const going = other.run("train m on d { epochs: 6, checkpoint: every(steps: 2) }", { signal: stop.signal });
      const events = (): string => {
        const [run] = readdirSync(other.runs, { withFileTypes: true }).filter((one) => one.isDirectory());
        return run ? readFileSync(join(other.runs, run.name, "events.jsonl"), { encoding: "utf8", flag: "a+" }) : "";
      };
      for (let wait = 0; wait < 600; wait++) {
        await new Promise((done) => setTimeout(done, 20));
        try {
          if (events().includes('"step":5')) break;
        } catch {
          // it has not begun
        }
      }
      stop.abort();
      await assert.rejects(going);
      await other.session.settled();
      await other.run("train m on d { epochs: 6, checkpoint: every(steps: 2), resume: true }");
      await until(
        () => filesIn(join(other.folder, "board")).every((file) => file.endsWith(".1")) && allTold(other.runs),
      );
      // Simulates an interrupted write: readers would ignore everything after it, so a new file is started.
      appendFileSync(filesIn(join(other.folder, "board"))[0]!, "\x07\0\0");
      await other.run("evaluate m on d.validation { metrics: accuracy }");
      await other.session.trackers.close();
      assert.equal(filesIn(join(other.folder, "board")).length, 2);
      const { runs } = JSON.parse(
        execFileSync(python, ["-c", READS, join(other.folder, "board")], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        }),
      ) as Read;
      const [only] = Object.values(runs).filter(({ points }) => points["train/loss"]);
      const steps = only!.points["train/loss"]!.map(([step]) => step);
      assert.deepEqual(
        steps,
        steps.map((_, i) => i + 1),
      );
      assert.ok(steps.length >= 12);
      assert.equal(only!.points["d.validation/accuracy"]?.length, 1);
    } finally {
      await other.close();
    }
  });
});

/**
 * `npm run trackers [FOLDER]`: reports a notebook to a real MLflow server (SQLite, its own artifact store) and to
 * TensorBoard. Queries MLflow's REST API afterwards and takes screenshots in a browser. MLflow is too large for every
 * test run.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium, type Browser } from "playwright-core";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";
import { tools } from "#tests/editors/jupyterlab/jupyterlab.js";
import { until } from "#tests/until.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";

const shots = resolve(process.argv[2] ?? join(tmpdir(), "tunebook-trackers"));
mkdirSync(shots, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "tunebook-mlflow-"));
const children: ChildProcess[] = [];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function serve(group: "mlflow" | "tensorboard", args: (port: string) => readonly string[]): Promise<string> {
  const { python } = await ensurePythonEnv(group, { onProgress: say });
  const port = String(await freePort());
  const env = {
    ...process.env,
    PATH: `${dirname(python)}:${process.env["PATH"] ?? ""}`,
    MLFLOW_DISABLE_TELEMETRY: "true",
  };
  const child = spawn(python, args(port), { cwd: work, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      ),
    () => `${group} answers:\n${said}`,
    180,
  );
  return url;
}

async function told(url: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    ...(body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
  return (await answer.json()) as Record<string, unknown>;
}
interface MlRun {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string };
  readonly data: {
    readonly metrics?: readonly { readonly key: string; readonly value: number }[];
    readonly params?: readonly { readonly key: string; readonly value: string }[];
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
  };
}

const book = new NotebookOfOne();
let browser: Browser | null = null;
try {
  const url = await serve("mlflow", (port) => [
    ...["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1"],
    ...[
      "--backend-store-uri",
      `sqlite:///${join(work, "mlflow.db")}`,
      "--artifacts-destination",
      join(work, "artifacts"),
    ],
  ]);
  say(`mlflow at ${url}`);
  writeSmallTraining(book.folder);
  await book.run(definitions);
  await book.run(`experiment {
  name: "router-v2", notes: "Does a *small* rank do?"
  trackers: [mlflow("${url}", register: "router", alias: "champion"), tensorboard("board")]
}
train m on d as first { epochs: 12, validate: every(steps: 3) }
evaluate first on d.validation { metrics: [accuracy, f1(macro), loss] }
sweep m on d as search {
  vary: {
    technique: choice(full, lora(rank: choice(2, 4, 8)))
    optimizer.learning_rate: log(1e-4..1e-2)
    batch_size: choice(8, 16)
  }
  search: random, trials: 8, maximize: accuracy
}`);
  await book.session.trackers.close(60_000);
  const found = await told(url, `experiments/get-by-name?experiment_name=router-v2`);
  const id = (found["experiment"] as { experiment_id: string }).experiment_id;
  const { runs } = (await told(url, "runs/search", { experiment_ids: [id], max_results: 100 })) as unknown as {
    runs: readonly MlRun[];
  };
  const tagOf = (run: MlRun, key: string) => run.data.tags?.find((one) => one.key === key)?.value;
  assert.equal(runs.length, 10);
  assert.deepEqual([...new Set(runs.map(({ info }) => info.status))], ["FINISHED"]);
  const sweep = runs.find(({ info }) => info.run_name === "search")!;
  assert.equal(runs.filter((run) => tagOf(run, "mlflow.parentRunId") === sweep.info.run_id).length, 8);
  const first = runs.find(({ info }) => info.run_name === "first")!;
  assert.ok(first.data.metrics?.some(({ key }) => key === "d.validation/f1_macro"));
  const history = await told(
    url,
    `metrics/get-history?run_id=${first.info.run_id}&metric_key=train/loss&max_results=1000`,
  );
  const steps = (history["metrics"] as readonly { step: number }[]).map(({ step }) => step);
  assert.deepEqual(
    steps,
    steps.map((_, i) => i + 1),
  );
  const version = await told(url, "registered-models/alias?name=router&alias=champion");
  assert.equal((version["model_version"] as { run_id: string }).run_id, first.info.run_id);
  const files = await told(url, `artifacts/list?run_id=${first.info.run_id}&path=model`);
  assert.ok((files["files"] as readonly { path: string }[]).some(({ path }) => path === "model/model.safetensors"));
  const points = await told(
    url,
    `metrics/get-history?run_id=${first.info.run_id}&metric_key=validation/loss&max_results=1000`,
  );
  say(
    `mlflow: ${String(runs.length)} runs, ${String(steps.length)} steps, ${String((points["metrics"] as readonly object[]).length)} validations`,
  );

  const board = await serve("tensorboard", (port) => [
    ...["-m", "tensorboard.main", "--logdir", join(book.folder, "board"), "--host", "127.0.0.1", "--port", port],
  ]);
  const { ensureBrowser, chromiumArguments } = await tools();
  browser = await chromium.launch({ executablePath: await ensureBrowser(), headless: true, args: chromiumArguments });
  const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
  const photograph = async (name: string, address: string, wait = 8000): Promise<void> => {
    await page.goto(address, { waitUntil: "domcontentloaded" });
    await pause(wait);
    await page.screenshot({ path: join(shots, `${name}.png`) });
    say(join(shots, `${name}.png`));
  };
  await photograph("tensorboard-scalars", `${board}/#timeseries`);
  await photograph("tensorboard-hparams", `${board}/#hparams`, 10_000);
  await photograph("tensorboard-text", `${board}/#text`);
  await photograph("mlflow-runs", `${url}/#/experiments/${id}/runs`, 12_000);
  await photograph("mlflow-run", `${url}/#/experiments/${id}/runs/${first.info.run_id}`);
  await photograph("mlflow-metrics", `${url}/#/experiments/${id}/runs/${first.info.run_id}/model-metrics`);
  await photograph("mlflow-artifacts", `${url}/#/experiments/${id}/runs/${first.info.run_id}/artifacts`);
  await photograph("mlflow-model", `${url}/#/models/router`);
  say("all told");
} finally {
  await browser?.close();
  for (const child of children) if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  await book.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit();

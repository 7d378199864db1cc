/**
 * Models served from a notebook: started, used, replaced during use, stopped; and the effects when something ends
 * early.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { runningTrainingsText } from "#kernel/apps/cli/runs/running-table.js";
import { runsText } from "#kernel/apps/cli/runs/runs-table.js";
import { runningServers } from "#kernel/features/serve/process/running-servers.js";
import { ServerHandle } from "#kernel/features/serve/server-handle.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { openToOthers } from "../../../open-to-others.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";

const KEYS = "TUNEBOOK_TEST_DESK_KEYS";
const KEY = "planted-key-8d1f2c";
const TEXT = "good planted-text bad";
const labels = TASKS.find(({ name }) => name === "labels")!;

interface Label {
  readonly label: string;
  readonly score: number;
}

describe("server started from a notebook", function () {
  this.timeout(300_000);
  let book: NotebookOfOne;
  const state = process.env["XDG_STATE_HOME"];
  const desk = (): ServerHandle => {
    const value = book.values.get("desk");
    assert.ok(value instanceof ServerHandle);
    return value;
  };
  const post = (path: string, body: unknown, key?: string): Promise<Response> =>
    fetch(desk().url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
    });
  const ask = async (texts: readonly string[], key?: string): Promise<readonly Label[][]> => {
    const answer = await post("/predict", { model: "labels", inputs: texts.map((text) => [text]) }, key);
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as Label[][];
  };
  const html = (): string => String(book.shown.at(-1)?.bundle["text/html"]);
  const until = async (is: () => boolean, what: string): Promise<void> => {
    for (let i = 0; i < 300 && !is(); i++) await delay(50);
    assert.ok(is(), what);
  };
  const log = (): string => readFileSync(join(book.runs, "served/desk.log"), "utf8");
  const processNow = (): number =>
    Number(/.*"event":"listening".*"process":(\d+)/.exec(log().split("\n").reverse().join("\n"))?.[1]);
  const serve = (more = "") => `deploy labels to http(port: 0${more}) as desk`;
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return "none";
    } catch (error) {
      if (error instanceof CodedError) return error.code;
      throw error;
    }
  };
  before(async () => {
    process.env[KEYS] = `another, ${KEY}`;
    book = new NotebookOfOne();
    process.env["XDG_STATE_HOME"] = join(book.folder, "state");
    writeSmallTasks(book.folder);
    await book.run("engine { engine: onnx, threads: 1 }");
    await book.run(programOf(labels, "full"));
  });
  after(async () => {
    await book.close();
    if (state === undefined) Reflect.deleteProperty(process.env, "XDG_STATE_HOME");
    else process.env["XDG_STATE_HOME"] = state;
    Reflect.deleteProperty(process.env, KEYS);
  });

  it("answers like the notebook, and shows its status in its cell", async () => {
    const [plan] = await book.run(serve());
    assert.match(String(plan?.bundle["text/plain"]), /desk is to serve labels[\s\S]*this machine, without a key/);
    assert.ok(desk().running);
    assert.match(desk().url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const texts = ["good bad a", "kind", "mean poor fine b"];
    const handle = book.values.get("labels") as ModelHandle;
    const own = await handle.predict<{ text: string; label: string; probabilities: Record<string, number> }>(texts);
    for (const [i, scores] of (await ask(texts)).entries())
      for (const { label, score } of scores) assert.ok(Math.abs(score - own[i]!.probabilities[label]!) < 1e-4);
    // The current state, independent of when the cell was last rendered.
    assert.equal((await desk().load()).requests, 1);
    for (let i = 2; i < 6; i++) {
      await ask(["kind"]);
      assert.equal((await desk().load()).requests, i);
    }
    await until(() => /5 requests\b/.test(html()), "its load is shown");
    for (const place of [book.runs, join(book.folder, "state", "tunebook")])
      if (process.platform !== "win32") assert.deepEqual(openToOthers(place), [], place);
  });

  it("is listed with the running servers while it is alive", async () => {
    const [listed] = runningServers();
    const { since, ...rest } = listed!;
    const models = [{ name: "labels", folder: (book.values.get("labels") as ModelHandle).folder! }];
    assert.deepEqual(rest, { name: "desk", url: desk().url, models, process: processNow() });
    assert.ok(Math.abs(Date.parse(since) - Date.now()) < 300_000);
    const line = `desk serves labels at ${desk().url}: process ${String(processNow())}, since`;
    const view = { filter: "", sort: "started", on: null, reverse: false, fold: true, limit: "5" } as const;
    assert.ok((await runsText(book.folder, { ...view, json: false })).includes(line));
    assert.ok((await runningTrainingsText(false)).includes(line));
    const { servers } = JSON.parse(await runsText(book.folder, { ...view, json: true })) as { servers: unknown };
    assert.deepEqual(servers, [listed]);
  });

  it("survives a rerun of its cell with newly trained models, without losing a response", async () => {
    const [process, { url }] = [processNow(), desk()];
    const before = (await ask(["good bad a"]))[0]![0]!;
    let going = true;
    let answered = 0;
    const clients = Array.from({ length: 4 }, async () => {
      while (going) {
        await ask(["good bad a", "kind"]);
        answered += 1;
      }
    });
    await book.run(programOf(labels, "full").replace("seed: 1", "seed: 2"));
    await book.run(serve());
    await desk().replace(book.values.get("labels"));
    going = false;
    await Promise.all(clients);
    assert.ok(answered > 4, String(answered));
    assert.deepEqual([processNow(), desk().url], [process, url]);
    const now = (await ask(["good bad a"]))[0]!.find(({ label }) => label === before.label)!;
    assert.notEqual(now.score, before.score);
    assert.match(html(), /labels was replaced at/);
    assert.equal((await desk().load()).failed, 0);
    assert.equal(await codeOf(desk().replace(book.values.get("labels"), "other")), "desk-serves");
    assert.equal(await codeOf(desk().replace("labels")), "bad-option");
  });

  it("requires a key, and stores neither keys nor texts", async () => {
    await book.run(serve(`, api_keys: secret(env: ${KEYS})`));
    assert.deepEqual(
      await Promise.all(
        [undefined, "wrong", "another"].map(async (key) => (await post("/predict", { inputs: TEXT }, key)).status),
      ),
      [401, 401, 200],
    );
    await ask([TEXT], KEY);
    await until(() => /2 requests|4 requests/.test(html()), "its load is shown");
    const shown = JSON.stringify(book.shown);
    for (const planted of [KEY, "planted-text"]) {
      assert.ok(!shown.includes(planted), `${planted} is shown`);
      for (const file of filesIn(book.runs)) assert.ok(!readFileSync(file).includes(planted), `${planted} in ${file}`);
    }
    const environment = `/proc/${String(processNow())}/environ`;
    if (existsSync(environment)) assert.ok(!readFileSync(environment, "utf8").includes(KEY), "its process has it");
    const commands = `/proc/${String(processNow())}/cmdline`;
    if (existsSync(commands)) assert.ok(!readFileSync(commands, "utf8").includes(KEY), "its command line has it");
  });

  it("reports which process uses its port, and what that serves", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    try {
      await book.run(`deploy labels to http(port: ${String(port)}) as second`);
      assert.fail("it served");
    } catch (error) {
      assert.ok(error instanceof CodedError && error.code === "port-taken", String(error));
      if (process.platform === "linux") assert.match(error.message, new RegExp(`\\b${String(process.pid)}\\b`));
    } finally {
      other.close();
    }
    assert.ok(!book.values.has("second"));
    assert.match(html(), /second could not/);
    const taken = book.run(`deploy labels to http(port: ${String(desk().port)}) as second`);
    await assert.rejects(
      taken,
      (error) => error instanceof CodedError && error.code === "port-taken" && /\bdesk\b/.test(error.message),
    );
  });

  it("reports that its process was killed, and can be restarted", async () => {
    const broken = desk();
    process.kill(processNow(), "SIGKILL");
    await until(() => !broken.running, "it is seen");
    assert.deepEqual(runningServers(), []);
    assert.match(html(), /desk ended by itself[\s\S]*SIGKILL/);
    assert.equal(await codeOf(broken.replace(book.values.get("labels"))), "desk-over");
    await broken.stop();
    await book.run(serve());
    assert.equal((await ask(["kind"])).length, 1);
  });

  it("leaves nothing behind if interrupted while opening", async () => {
    const stopping = new AbortController();
    const running = book.run("deploy labels to http(port: 0) as late", { signal: stopping.signal });
    setTimeout(() => stopping.abort(), 300);
    await assert.rejects(running);
    assert.ok(!book.values.has("late"));
    assert.match(html(), /late could not[\s\S]*interrupted/);
    const { length } = readFileSync(join(book.runs, "served/late.log"));
    await delay(500);
    assert.equal(statSync(join(book.runs, "served/late.log")).size, length);
  });

  it("stops on request, and its cell shows it", async () => {
    const [url, process] = [desk().url, processNow()];
    await Promise.all([ask(["good bad a"]), ask(["kind"])]);
    await desk().stop();
    assert.match(html(), /desk stopped after/);
    await assert.rejects(fetch(`${url}/health`));
    assert.ok(!isAlive(process));
    assert.deepEqual(runningServers(), []);
    await desk().stop();
  });

  it("ends if the notebook process is killed", async () => {
    const run = readdirSync(book.runs).find((name) => name.startsWith("labels-"))!;
    const kernel = spawn(
      process.execPath,
      [fileURLToPath(new URL("notebook-process.js", import.meta.url)), book.folder, join(book.runs, run)],
      { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, NODE_OPTIONS: "" } },
    );
    const { url, server } = await told(kernel);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.deepEqual(
      runningServers().map((one) => [one.name, one.url, one.process]),
      [["apart", url, server]],
    );
    kernel.kill("SIGKILL");
    await once(kernel, "exit");
    await until(() => !isAlive(server), "it ended");
    assert.deepEqual(runningServers(), []);
    await assert.rejects(fetch(`${url}/health`));
  });
});

async function told(kernel: ChildProcess): Promise<{ readonly url: string; readonly server: number }> {
  const lines = createInterface({ input: kernel.stdout! });
  const [line] = (await Promise.race([
    once(lines, "line"),
    once(kernel, "exit").then(() => Promise.reject(new Error("it ended"))),
  ])) as [string];
  return JSON.parse(line) as { readonly url: string; readonly server: number };
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

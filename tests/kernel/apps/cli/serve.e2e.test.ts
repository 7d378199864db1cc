/** `tunebook serve` as a user calls it: messages, signals, keys, exit status, and rejected arguments. */
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { called } from "./called.js";

const cli = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
const KEY = "planted-key-of-the-command";

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  out(): string;
  log(): string;
}

describe("tunebook serve", function () {
  this.timeout(300_000);
  let book: NotebookOfOne;
  let folder: string;
  const quick = ["--engine", "onnx", "--threads", "1", "--port", "0"];
  /** `early` is called while the models are being opened. */
  const start = async (
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    early: ((child: ChildProcess) => void) | null = null,
  ): Promise<Started> => {
    const child = spawn(process.execPath, [cli, "serve", ...args], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, log] = ["", ""];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (!log.includes('"opening"')) return;
      early?.(child);
      early = null;
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
        const [, found] = /^Serving at (\S+)/.exec(out) ?? [];
        if (found !== undefined && out.includes("Ctrl-C")) resolve(found);
      });
      child.once("close", () => reject(new Error(log)));
    });
    return { child, url, out: () => out, log: () => log };
  };
  const scoreOf = async (url: string, key?: string): Promise<number> => {
    const answer = await fetch(`${url}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model: "labels", inputs: "good planted-text" }),
    });
    if (answer.status !== 200) return -answer.status;
    const scores = (await answer.json()) as { label: string; score: number }[];
    return scores.find(({ label }) => label === "yes")!.score;
  };
  const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 400 && !(await is()); i++) await new Promise((done) => setTimeout(done, 50));
    assert.ok(await is());
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-serve-"));
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    const labels = TASKS.find(({ name }) => name === "labels")!;
    await book.run("engine { engine: onnx, threads: 1 }");
    for (const [seed, to] of [
      [1, "first"],
      [2, "second"],
    ] as const)
      await book.run(
        `${programOf(labels, "full").replace("seed: 1", `seed: ${String(seed)}`)}\ndeploy labels to huggingface(${JSON.stringify(join(folder, to))}) { rows: 0 }`,
      );
  });
  after(async () => {
    await book.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("prints address, models and an example, reloads on SIGHUP, and exits with 0 on SIGTERM", async () => {
    cpSync(join(folder, "first"), join(folder, "labels"), { recursive: true });
    const { child, url, out, log: errors } = await start([...quick, "labels", "--log", "now.log"]);
    const log = (): string =>
      ["old.log", "now.log"]
        .map((name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : ""))
        .join("");
    assert.match(out(), /^Serving at http:\/\/127\.0\.0\.1:\d+\n {2}labels {2}labels \(2\) · 24 tokens/);
    const example = out()
      .split("\n")
      .find((line) => line.trim().startsWith("curl"))!;
    const { stdout } = spawnSync("sh", ["-c", example], { encoding: "utf8" });
    assert.match(stdout, /"label":"yes"/);
    const before = await scoreOf(url);
    cpSync(join(folder, "second"), join(folder, "labels"), { recursive: true });
    assert.ok(!log().includes('"changed"'));
    // Log rotation renames the file, then signals the server.
    renameSync(join(folder, "now.log"), join(folder, "old.log"));
    child.kill("SIGHUP");
    await until(async () => (await scoreOf(url)) !== before);
    await until(() => readFileSync(join(folder, "now.log"), "utf8").includes('"reloaded"'));
    const configured = join(folder, "labels", "config.json");
    writeFileSync(configured, readFileSync(configured, "utf8").replace(/"yes"/g, '"maybe"'));
    child.kill("SIGHUP");
    await until(() => /warning\[deployment-changed\]/.test(errors()));
    assert.match(errors(), /config\.json is not the file that was proved/);
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "close"), [0, null]);
    const lines = log()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly event: string });
    const events = lines.map(({ event }) => event);
    for (const event of ["opening", "opened", "listening", "changed", "request", "reloaded", "stopping", "stopped"])
      assert.ok(events.includes(event), event);
    assert.ok(!log().includes("planted-text"));
  });

  it("checks API keys of a variable or a file, reloads the file, and writes no key", async () => {
    const keys = join(folder, "keys");
    const made = spawnSync(process.execPath, [cli, "serve", "--new-key", keys], { encoding: "utf8" });
    assert.equal(made.status, 0);
    const hashed = spawnSync(process.execPath, [cli, "serve", "--hash-key"], { encoding: "utf8", input: `${KEY}\n` });
    assert.match(hashed.stdout, /^sha256:[0-9a-f]{64}\n$/);
    assert.equal(hashed.stderr, "");
    const short = spawnSync(process.execPath, [cli, "serve", "--hash-key"], { encoding: "utf8", input: "\nshort\n" });
    assert.match(short.stderr, /line 2 has only 5 letters/);
    assert.match(short.stdout, /^sha256:/);
    const { child, url, log, out } = await start(
      [...quick, "--name", "labels=first", "--host", "0.0.0.0", "--api-keys-file", "keys"],
      {},
      (opening) => opening.kill("SIGHUP"),
    );
    // A reload requested while nothing was open yet happens afterwards.
    await until(() => log().includes('"reloaded"'));
    assert.deepEqual([await scoreOf(url), await scoreOf(url, KEY)], [-401, -401]);
    // Other machines use this machine's host name.
    assert.match(out(), /\(it listens at 0\.0\.0\.0:\d+: all addresses of this machine\)/);
    assert.equal(await statusAs(hostname(), url), 200);
    assert.equal(await statusAs("evil.example", url), 421);
    assert.ok((await scoreOf(url, made.stdout.trim())) > 0);
    writeFileSync(keys, hashed.stdout);
    child.kill("SIGHUP");
    await until(async () => (await scoreOf(url, KEY)) > 0);
    assert.equal(await scoreOf(url, made.stdout.trim()), -401);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [130, null]);
    for (const secret of [KEY, made.stdout.trim()])
      assert.ok(![log(), out(), readFileSync(keys, "utf8")].some((text) => text.includes(secret)));
    const byName = await start(
      [...quick, "--name", "labels=first", "--api-keys-env", "OURS", "--log", "log", "--quiet", "--drain", "700ms"],
      { OURS: `x, ${KEY}` },
    );
    assert.match(byName.out(), /Bearer \$OURS/);
    assert.match(byName.out(), /^Warning: key 1 of OURS .* can be guessed/m);
    assert.match(readFileSync(join(folder, "log"), "utf8"), /"warning","event":"short-key","message":"key 1 of OURS/);
    assert.ok((await scoreOf(byName.url, KEY)) > 0);
    if (process.platform === "linux") {
      // The variable is removed from the environment: child processes do not receive it.
      const children = readdirSync("/proc").filter((id) => /^\d+$/.test(id) && parentOf(id) === byName.child.pid);
      assert.ok(children.length > 0);
      for (const id of children) assert.ok(!readFileSync(`/proc/${id}/environ`, "utf8").includes(KEY));
    }
    byName.child.kill("SIGTERM");
    // The server reports that it is shutting down but still accepts requests.
    const ready = (): Promise<Response> => fetch(`${byName.url}/ready`);
    await until(async () => (await ready()).status === 503);
    assert.equal((await ready()).headers.get("connection"), "keep-alive");
    await once(byName.child, "close");
    assert.equal(byName.log(), "");
    assert.ok(
      statSync(join(folder, "log")).size > 0 && !readFileSync(join(folder, "log"), "utf8").includes('"request"'),
    );
  });

  it("rejects unprotected hosts, occupied ports, and missing or incomplete settings", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const port = String((taken.address() as AddressInfo).port);
    for (const [args, code, words] of [
      [["first", "--host", "0.0.0.0"], "unguarded", /--insecure/],
      [["first", "--api-keys-env", "NO_SUCH_VARIABLE"], "keys-env", /NO_SUCH_VARIABLE.*not set/],
      [["first", "--log", "nowhere/log"], "log-file", /folder does not exist/],
      [["first", "--log", "first"], "log-file", /it is a folder/],
      [["first", "--api-keys-file", "none"], "keys-file", /--new-key/],
      [["first", "--tls-cert", "cert.pem"], "tls-file", /--tls-key/],
      [["nowhere"], "folder-not-served", /nowhere/],
      [["first", "--name", "first=second"], "same-name", /NAME=FOLDER/],
      [[], "bad-usage", /folder/],
      [["first", "--port", "99999"], "bad-usage", /65535/],
      [["first", "--max-body", "4 apples"], "bad-usage", /4MB/],
    ] as const) {
      const { status, stderr } = await called(folder, "serve", ...args);
      assert.equal(status, 1, stderr);
      assert.match(stderr, new RegExp(`error\\[${code}\\]`), stderr);
      assert.match(stderr, words);
    }
    // The models are open by then; their engine must not keep the process alive.
    const late = spawnSync(process.execPath, [cli, "serve", "first", ...quick, "--port", port], {
      ...{ cwd: folder, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" }, input: "" },
    });
    assert.equal(late.status, 1, late.stderr);
    assert.match(late.stderr, /error\[port-taken\]/);
    assert.match(late.stderr, /another port/);
    taken.close();
  });
});

/** Returns the status of a request with this Host header. */
function statusAs(host: string, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${url}/health`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", reject);
  });
}

function parentOf(id: string): number {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"))?.[1]);
  } catch {
    return -1;
  }
}

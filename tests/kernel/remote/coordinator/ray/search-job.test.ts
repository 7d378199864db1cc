/**
 * A search that runs as a cluster job, as seen from the notebook: submitted, followed, results fetched, stopped and
 * deleted.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RayJob, RayJobs, RayStatus, RayJobSubmission } from "#kernel/remote/coordinator/ray/jobs.js";
import { messageLine, type SearchMessage } from "#kernel/remote/coordinator/ray/job-progress.js";
import {
  MAX_SEARCH_INPUT_BYTES,
  demandSendable,
  fetchSearchFile,
  followSearch,
  removeSearchFolder,
  sendSearch,
  stopSearch,
} from "#kernel/remote/coordinator/ray/search-job.js";
import type { ClusterJobLocation } from "#kernel/runs/together/search-place.js";

const at: ClusterJobLocation = { job: "search-1", node: { id: "n1", host: "head", address: "10.0.0.1" } };
const refused = (status: number): CodedError =>
  new CodedError("ray-refused", { address: "http://head:8265", what: "a job", status, why: "no" });
const away = (): CodedError => new CodedError("ray-unreachable", { address: "http://head:8265", why: "it is away" });

/** A fake cluster whose jobs print the output of `runs`. */
class Cluster {
  readonly uploaded: Buffer[] = [];
  readonly submitted: RayJobSubmission[] = [];
  readonly stopped: string[] = [];
  readonly deleted: string[] = [];
  readonly states = new Map<string, RayStatus>();
  runs: (asked: RayJobSubmission) => string = () => "";
  private readonly logs = new Map<string, string>();

  upload(zip: Buffer): Promise<string> {
    this.uploaded.push(zip);
    return Promise.resolve(`gcs://${String(this.uploaded.length)}.zip`);
  }
  submit(asked: RayJobSubmission): Promise<string> {
    this.submitted.push(asked);
    this.states.set(asked.id, "SUCCEEDED");
    this.logs.set(asked.id, `INFO job_manager.py\n${this.runs(asked)}`);
    return Promise.resolve(asked.id);
  }
  job(id: string): Promise<RayJob> {
    const status = this.states.get(id);
    return status ? Promise.resolve({ id, status, message: "" }) : Promise.reject(refused(404));
  }
  jobs(wanted: Readonly<Record<string, string>>): Promise<readonly RayJob[]> {
    const ids = [...this.states.keys()].filter((id) => id.startsWith(wanted["tunebook"] ?? ""));
    return Promise.all(ids.map((id) => this.job(id)));
  }
  log(id: string): Promise<string | null> {
    return Promise.resolve(this.logs.get(id) ?? null);
  }
  stop(id: string): Promise<void> {
    this.stopped.push(id);
    this.states.set(id, "STOPPED");
    return Promise.resolve();
  }
  delete(id: string): Promise<void> {
    this.deleted.push(id);
    return Promise.resolve();
  }
  get ray(): RayJobs {
    return this as unknown as RayJobs;
  }
}

/** Answers like a node's shell to the commands that print a part of a file. */
function printing(content: Buffer): (asked: RayJobSubmission) => string {
  return ({ entrypoint }) => {
    const [, start = "", length = ""] = /tail -c \+(\d+) '\/there\/results' \| head -c (\d+) /.exec(entrypoint) ?? [];
    const part = content.subarray(Number(start) - 1, Number(start) - 1 + Number(length));
    return `\ntunebook-part\n${part.toString("base64")}\ntunebook-part\n`;
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error("nothing went wrong"),
    (e: unknown) => e,
  );
  return error instanceof CodedError ? error.code : String(error);
}

describe("search job on a cluster", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-search-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is sent with its files to one node, uses no CPU and gets time to stop", async () => {
    const cluster = new Cluster();
    const file = join(folder, "sent.tar");
    writeFileSync(file, "what it reads");
    await sendSearch(cluster.ray, { ...at, order: { version: 1 }, file, key: "0123456789abcdef" });
    const [asked] = cluster.submitted;
    assert.deepEqual([asked?.id, asked?.cpus, asked?.node, asked?.packages], ["search-1", 0, "n1", ["gcs://1.zip"]]);
    assert.equal(asked?.entrypoint, "exec tunebook coordinate .");
    assert.deepEqual(asked.metadata, { tunebook: "search", key: "0123456789abcdef" });
    assert.ok(Number(asked.environment?.["RAY_JOB_STOP_WAIT_TIME_S"]) > 20, "its workers write their checkpoints");
    const names = cluster.uploaded[0]?.toString("latin1") ?? "";
    assert.ok(names.includes("search.json") && names.includes("part-000"));
  });
  it("builds the same package from the same files", async () => {
    const [one, two] = [new Cluster(), new Cluster()];
    const file = join(folder, "sent.tar");
    writeFileSync(file, "what it reads");
    for (const { ray } of [one, two]) await sendSearch(ray, { ...at, order: {}, file, key: "k" });
    assert.deepEqual(one.uploaded, two.uploaded);
  });
  it("rejects files that are too large and names the largest", () => {
    demandSendable([{ path: "/a", bytes: MAX_SEARCH_INPUT_BYTES }]);
    assert.throws(
      () =>
        demandSendable([
          { path: "/rows.csv", bytes: 5 },
          { path: "/base/model.safetensors", bytes: MAX_SEARCH_INPUT_BYTES },
        ]),
      (error: CodedError) => error.code === "search-too-large" && error.message.includes("/base/model.safetensors"),
    );
  });

  it("delivers each log message once, even if the cluster is away for a while", async () => {
    const said: SearchMessage[] = ["one", "two", "three"].map((words) => ({ is: "note", words }));
    const lines = said.map((one) => messageLine([one]));
    const [first = "", second = "", third = ""] = lines;
    const log = `INFO\n${lines.join("")}`;
    const cut = 5 + first.length + 9;
    let asked = 0;
    const ray = {
      async *tail(_: string, from: number): AsyncGenerator<string> {
        await Promise.resolve();
        asked += 1;
        if (asked === 1) {
          yield log.slice(0, cut);
          throw away();
        }
        if (asked === 2) throw away();
        assert.equal(from, cut, "it goes on where it was");
        yield log.slice(from);
      },
      job: (id: string) => Promise.resolve({ id, status: "SUCCEEDED", message: "" }),
    };
    const told: string[] = [];
    const all = followSearch(ray as unknown as RayJobs, at, { onAway: (why) => told.push(why), away: 200 });
    const heard: SearchMessage[] = [];
    for (;;) {
      const next = await all.next();
      if (next.done) {
        assert.equal(next.value?.status, "SUCCEEDED");
        break;
      }
      heard.push(next.value);
    }
    assert.deepEqual(heard, said);
    assert.equal(told.length, 1, "it is told once that the cluster is away");
    assert.ok(second.length > 9 && third !== "");
  });
  it("ends if the cluster does not know it, and fails if the cluster stays away", async () => {
    const end = async (error: CodedError): Promise<unknown> => {
      // oxlint-disable-next-line require-yield
      async function* tail(): AsyncGenerator<string> {
        await Promise.resolve();
        throw error;
      }
      const all = followSearch({ tail } as unknown as RayJobs, at, { away: 30 });
      return (await all.next()).value;
    };
    assert.equal(await end(refused(404)), null);
    assert.equal(await codeOf(end(away())), "ray-unreachable");
    assert.equal(await codeOf(end(refused(500))), "ray-refused");
  });

  it("downloads a large file in parts", async () => {
    const cluster = new Cluster();
    const content = Buffer.alloc(30 * 2 ** 20, "what was made, ");
    cluster.runs = printing(content);
    const hash = createHash("sha256").update(content).digest("hex");
    const to = join(folder, "results");
    await fetchSearchFile(cluster.ray, at, { path: "/there/results", bytes: content.length, hash }, to);
    assert.ok(readFileSync(to).equals(content));
    assert.equal(cluster.submitted.length, 3);
    assert.ok(cluster.submitted.every(({ node, cpus }) => node === "n1" && cpus === 0));
    assert.equal(cluster.deleted.length, 3, "a log that is as large as the file isn't kept");
  });
  it("rejects a download that is truncated, differs in hash or is too large", async () => {
    const content = Buffer.from("what was made");
    const results = { path: "/there/results", bytes: content.length, hash: "0".repeat(64) };
    const fetched = (cluster: Cluster, bytes = content.length) =>
      codeOf(fetchSearchFile(cluster.ray, at, { ...results, bytes }, join(folder, "results")));
    const cluster = new Cluster();
    cluster.runs = printing(content);
    assert.equal(await fetched(cluster), "search-results", "another hash");
    assert.equal(await fetched(cluster, content.length + 1), "search-results", "too short");
    cluster.runs = () => "sh: base64: not found";
    assert.equal(await fetched(cluster), "search-results", "nothing");
    const none = new Cluster();
    assert.equal(await fetched(none, 2 ** 31), "search-results");
    assert.equal(none.submitted.length, 0);
  });

  it("is stopped together with its remaining workers", async () => {
    const cluster = new Cluster();
    for (const id of ["search-1", "worker-1", "worker-2"]) cluster.states.set(id, "RUNNING");
    cluster.states.set("worker-0", "SUCCEEDED");
    await stopSearch(cluster.ray, { ...at, key: "k" });
    assert.deepEqual(cluster.stopped, ["search-1", "worker-1", "worker-2"]);
    const gone = new Cluster();
    gone.states.set("worker-1", "RUNNING");
    await stopSearch(gone.ray, { ...at, key: "k" });
    assert.deepEqual(gone.stopped, ["worker-1"], "those of a search that is no longer known too");
  });
  it("is removed with its folder, and no other folder is removed", async () => {
    const cluster = new Cluster();
    for (const home of ["/", "/cache", "/cache/searches/", "/cache/searches/../x", "/cache/searches/0123456789abcdeg"])
      await removeSearchFolder(cluster.ray, at, home);
    assert.equal(cluster.submitted.length, 0);
    await removeSearchFolder(cluster.ray, at, "/cache/searches/0123456789abcdef");
    assert.equal(cluster.submitted[0]?.entrypoint, "rm -rf '/cache/searches/0123456789abcdef'");
    assert.ok(cluster.deleted.includes("search-1"));
  });
});

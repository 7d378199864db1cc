/**
 * A cluster with one node, this machine, which implements only the Jobs API: its jobs are processes. It behaves as Ray
 * was observed to: packages are unpacked; the first is the working folder, and the rest are on Python's path. A stopped
 * job gets SIGTERM, and SIGKILL after the time that the job specifies.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromBuffer, type Entry, type ZipFile } from "yauzl";

interface Asked {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly runtime_env: {
    readonly env_vars: Readonly<Record<string, string>>;
    readonly working_dir?: string;
    readonly py_modules?: readonly string[];
  };
}
interface Job {
  readonly asked: Asked;
  readonly child: ChildProcess;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED";
  stopping: boolean;
  log: string;
}
const program = fileURLToPath(new URL("../../../../../kernel/apps/cli/main.js", import.meta.url));

export class LocalCluster {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-cluster-"));
  readonly jobs = new Map<string, Job>();
  /** Bodies of all job submissions. */
  readonly asked: string[] = [];
  /** The job ids of all log requests. */
  readonly read: string[] = [];
  private server: Server | null = null;
  address = "";

  static async open(): Promise<LocalCluster> {
    const made = new LocalCluster();
    const bin = join(made.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "tunebook"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
    const server = createServer((request, response) => {
      void made.answer(request).then(
        ([status, body]) => response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    made.server = server;
    made.address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    return made;
  }

  named(tunebook: string): readonly Job[] {
    return [...this.jobs.values()].filter(({ asked }) => asked.metadata["tunebook"] === tunebook);
  }
  get running(): readonly Job[] {
    return [...this.jobs.values()].filter(({ status }) => status === "RUNNING");
  }

  async close(): Promise<void> {
    for (const job of this.running) end(job, "SIGKILL");
    await Promise.all([...this.jobs.values()].map(({ child }) => over(child)));
    this.server?.closeAllConnections();
    this.server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage): Promise<readonly [number, unknown]> {
    const { method = "", url = "" } = request;
    const body = await buffer(request);
    const [, , what, id = "", more] = url.split("/");
    if (url === "/api/version") return [200, { ray_version: "2.60.0" }];
    if (url === "/nodes?view=summary") return [200, { data: { summary: [{ raylet: NODE }] } }];
    if (what === "packages") return this.package(method, basename(url), body);
    if (what !== "jobs") return [404, "404: Not Found"];
    if (method === "POST" && id === "") return this.submit(body.toString());
    if (id === "") return [200, [...this.jobs.values()].map(told)];
    const job = this.jobs.get(id);
    if (!job) return [404, `Job ${id} does not exist`];
    if (more === "logs") return (this.read.push(id), [200, { logs: job.log }]);
    if (more === "stop") return (stop(job), [200, { stopped: true }]);
    if (method === "DELETE") this.jobs.delete(id);
    return [200, told(job)];
  }

  private async package(method: string, name: string, zip: Buffer): Promise<readonly [number, string]> {
    const at = join(this.folder, "packages", name);
    if (method === "PUT") await unzipped(zip, at);
    return existsSync(at) ? [200, ""] : [404, "Package does not exist"];
  }

  private submit(text: string): readonly [number, unknown] {
    this.asked.push(text);
    const asked = JSON.parse(text) as Asked;
    const { env_vars: own, working_dir: folder, py_modules: more = [] } = asked.runtime_env;
    const at = (uri: string): string => join(this.folder, "packages", basename(uri));
    const child = spawn("sh", ["-c", asked.entrypoint], {
      cwd: folder === undefined ? this.folder : at(folder),
      env: {
        ...process.env,
        ...own,
        PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}`,
        PYTHONPATH: more.map(at).join(":"),
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const job: Job = { asked, child, status: "RUNNING", stopping: false, log: "INFO job_manager.py: it begins\n" };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => (job.log += part.toString()));
    child.once("close", (status) => {
      job.status = job.stopping ? "STOPPED" : status === 0 ? "SUCCEEDED" : "FAILED";
    });
    this.jobs.set(asked.submission_id, job);
    return [200, { submission_id: asked.submission_id }];
  }
}

const NODE = {
  ...{ nodeId: "n1", state: "ALIVE", nodeManagerHostname: "local", nodeManagerAddress: "127.0.0.1" },
  ...{ isHeadNode: true, resourcesTotal: { CPU: 2, memory: 2 ** 33 } },
};
const told = ({ asked, status }: Job) => ({
  ...{ submission_id: asked.submission_id, status, message: "", metadata: asked.metadata },
});

function stop(job: Job): void {
  if (job.status !== "RUNNING") return;
  job.stopping = true;
  end(job, "SIGTERM");
  const wait = Number(job.asked.runtime_env.env_vars["RAY_JOB_STOP_WAIT_TIME_S"] ?? 3);
  setTimeout(() => end(job, "SIGKILL"), 1000 * wait).unref();
}
/** Sends the signal to the job and to all processes it started. */
function end({ child, status }: Job, signal: NodeJS.Signals): void {
  if (status !== "RUNNING" || child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it ended by itself
  }
}
function over(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once("close", done));
}

async function unzipped(zip: Buffer, to: string): Promise<void> {
  const opened = await promisify<Buffer, { lazyEntries: boolean }, ZipFile>(fromBuffer)(zip, { lazyEntries: true });
  await new Promise<void>((done, failed) => {
    opened.on("error", failed).on("end", () => done());
    opened.on("entry", (entry: Entry) => {
      opened.openReadStream(entry, (error, stream) => {
        if (error) return failed(error);
        void buffer(stream).then((content) => {
          const file = join(to, entry.fileName);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, content);
          opened.readEntry();
        }, failed);
      });
    });
    opened.readEntry();
  });
}

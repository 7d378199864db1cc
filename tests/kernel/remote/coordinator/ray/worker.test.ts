/** Workers as jobs of a Ray cluster: their placement, their resource requests, and the reports on ended ones. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { RayJob, RayJobs, RayNode, RayStatus, RayJobSubmission } from "#kernel/remote/coordinator/ray/jobs.js";
import { workerSlots, startRayWorker } from "#kernel/remote/coordinator/ray/worker.js";

const node = (id: string, cpus: number, gpus = 0): RayNode => ({
  ...{ id, host: `host-${id}`, address: `10.0.0.${id}`, head: id === "1", cpus, gpus, memory: 2 ** 34 },
});

/** A cluster of one job whose state the test sets. */
class OneJob {
  status: RayStatus = "PENDING";
  text: string | null = "";
  readonly submitted: RayJobSubmission[] = [];
  stopped = 0;
  readonly packages: Buffer[] = [];
  upload(zip: Buffer): Promise<string> {
    this.packages.push(zip);
    return Promise.resolve("gcs://token.zip");
  }
  submit(asked: RayJobSubmission): Promise<string> {
    this.submitted.push(asked);
    return Promise.resolve(asked.id);
  }
  job(id: string): Promise<RayJob> {
    return Promise.resolve({ id, status: this.status, message: "the entrypoint failed" });
  }
  log(): Promise<string | null> {
    return Promise.resolve(this.text);
  }
  stop(): Promise<void> {
    this.stopped += 1;
    this.status = "STOPPED";
    return Promise.resolve();
  }
}
function started(cluster: OneJob) {
  return startRayWorker({
    ...{ ray: cluster as unknown as RayJobs, url: "http://10.0.0.9:4000", token: "hush", name: "ray-1", threads: 2 },
    ...{ cpus: 2, gpus: 0, node: () => Promise.resolve(node("2", 4)), patience: { look: 2, away: 50, grace: 400 } },
  });
}

async function submittedTo({ submitted }: OneJob): Promise<void> {
  while (submitted.length === 0) await delay(2);
}

describe("Ray workers", () => {
  it("are spread over nodes first and placed only where resources suffice", () => {
    const ids = (cpus: number, gpus = 0) =>
      workerSlots([node("1", 2), node("2", 5, 1), node("3", 4, 2)], { cpus, gpus }).map(({ id }) => id);
    assert.deepEqual(ids(2), ["1", "2", "3", "2", "3"]);
    assert.deepEqual(ids(1, 1), ["2", "3", "3"]);
    assert.deepEqual(ids(1, 0.5), ["2", "3", "2", "3", "3", "3"]);
    assert.deepEqual(ids(8), []);
  });
  it("are submitted to their node, with the token hidden from the dashboard", async () => {
    const cluster = new OneJob();
    const one = started(cluster);
    await submittedTo(cluster);
    const [asked] = cluster.submitted;
    assert.equal(
      asked?.entrypoint,
      'TUNEBOOK_WORKER_TOKEN="$(cat token)" exec tunebook worker --coordinator http://10.0.0.9:4000 --name ray-1 --threads 2',
    );
    assert.deepEqual([asked.node, asked.cpus, asked.packages], ["2", 2, ["gcs://token.zip"]]);
    assert.ok(!JSON.stringify(asked).includes("hush"));
    assert.ok(cluster.packages[0]?.includes("token"), "it lies in a package");
    cluster.status = "SUCCEEDED";
    assert.equal(await one.ended, "on host-2 (10.0.0.2) ended as SUCCEEDED");
  });
  it("report why one ended, and what to install if something is missing", async () => {
    const cluster = new OneJob();
    const one = started(cluster);
    cluster.text = "INFO job_manager.py\nsh: 1: exec: tunebook: not found\n";
    cluster.status = "FAILED";
    assert.match(await one.ended, /has no `tunebook` on its path: `tunebook doctor --ray ADDRESS`/);
    assert.equal(one.unfit?.(), true);
    const bare = new OneJob();
    const none = started(bare);
    bare.text = "INFO job_manager.py\n/usr/bin/env: 'node': No such file or directory\n";
    bare.status = "FAILED";
    assert.match(await none.ended, /^on host-2 \(10\.0\.0\.2\) has no Node on its path/);
    assert.equal(none.unfit?.(), true);
    const other = new OneJob();
    const two = started(other);
    other.text = "INFO\nerror[wrong-version]: here is 0.2.0\nhelp: …";
    other.status = "FAILED";
    assert.match(await two.ended, /ended as FAILED: error\[wrong-version\]: here is 0\.2\.0/);
    assert.equal(two.unfit?.(), false);
    const lost = new OneJob();
    const three = started(lost);
    lost.text = null;
    lost.status = "FAILED";
    assert.match(await three.ended, /ended as FAILED: the entrypoint failed/);
  });
  it("end by themselves on demand and are stopped if they do not", async () => {
    const willing = new OneJob();
    const one = started(willing);
    await submittedTo(willing);
    willing.status = "RUNNING";
    setTimeout(() => (willing.status = "SUCCEEDED"), 5);
    await one.end();
    assert.equal(willing.stopped, 0);
    const stubborn = new OneJob();
    const two = started(stubborn);
    await submittedTo(stubborn);
    stubborn.status = "RUNNING";
    await two.end();
    assert.equal(stubborn.stopped, 1);
  });
});

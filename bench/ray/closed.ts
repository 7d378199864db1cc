/**
 * Tests a sweep whose search runs on the cluster while its notebook is killed. `tunebook run` runs the program and is
 * killed (SIGKILL) in mid-sweep. All trials must finish by themselves, and a second run of the program must return
 * their results.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isJobOver, RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";
import { parseMessageLine } from "#kernel/remote/coordinator/ray/job-progress.js";
import type { RayHosts } from "./hosts.js";

const tunebook = fileURLToPath(new URL("../../kernel/apps/cli/main.js", import.meta.url));

export interface Closed {
  readonly folder: string;
  readonly program: string;
  readonly hosts: RayHosts;
  /** Number of finished trials after which the notebook is killed. */
  readonly after: number;
  readonly kill: number;
}

/** Runs the test and prints its results, one line each. */
export async function closedNotebook({ folder, program, hosts, after, kill }: Closed): Promise<void> {
  const file = join(folder, "sweep.tune");
  writeFileSync(file, program);
  const begun = performance.now();
  const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(1);
  const first = run(file);
  await until(() => ended(folder) >= after, first);
  first.child.kill("SIGKILL");
  const known = ended(folder);
  console.log(`${seconds()} s: the notebook was killed; it knew of ${String(known)} trials that are over`);
  const ray = new RayJobs({ address: hosts.address });
  for (let killed = 0; killed < kill; killed++) {
    await delay(4000);
    console.log(`${seconds()} s: a worker was killed: ${String(await killWorker(hosts))}`);
  }
  for (;;) {
    const [search] = await ray.jobs({ tunebook: "search" });
    if (search && isJobOver(search)) {
      const said = ((await ray.log(search.id)) ?? "").split("\n").flatMap(parseMessageLine);
      console.log(`${seconds()} s: the search ended as ${search.status}, with "${said.at(-1)?.is ?? "nothing"}" last`);
      break;
    }
    await delay(1000);
  }
  const running = (await ray.jobs({})).filter((one) => !isJobOver(one));
  console.log(`jobs that are still under way: ${String(running.length)}`);
  const again = performance.now();
  const second = run(file);
  const status = await second.ended;
  console.log(second.said());
  console.log(
    `run again: status ${String(status)} after ${((performance.now() - again) / 1000).toFixed(1)} s; ${String(ended(folder))} trials here`,
  );
  await delay(8000);
  const left = (await ray.jobs({})).filter((one) => !isJobOver(one));
  console.log(`jobs under way afterwards: ${String(left.length)}`);
}

function run(file: string): { readonly child: ChildProcess; readonly ended: Promise<number | null>; said(): string } {
  const child = spawn(process.execPath, [tunebook, "run", file], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += part.toString()));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  return { child, ended, said: () => text };
}

async function until(is: () => boolean, { ended: over, said }: ReturnType<typeof run>): Promise<void> {
  let status: number | null | undefined;
  void over.then((how) => (status = how));
  while (!is()) {
    if (status !== undefined) throw new Error(`it ended with ${String(status)}: ${said()}`);
    await delay(200);
  }
}

/** Number of finished trials in the local journal. */
function ended(folder: string): number {
  const sweeps = join(folder, "runs", "sweeps");
  if (!existsSync(sweeps)) return 0;
  const [journal] = readdirSync(sweeps).filter((name) => name.endsWith(".jsonl"));
  if (journal === undefined) return 0;
  return readFileSync(join(sweeps, journal), "utf8")
    .split("\n")
    .filter((line) => /"op_code": ?6\b/.test(line) && /"state": ?[123]\b/.test(line)).length;
}

async function killWorker(hosts: RayHosts): Promise<number | null> {
  for (let host = hosts.hosts.length - 1; host >= 0; host--)
    for (const pid of await hosts.processes(host)) {
      const line = existsSync(`/proc/${String(pid)}/cmdline`)
        ? readFileSync(`/proc/${String(pid)}/cmdline`, "utf8")
        : "";
      if (!line.includes("\0worker\0") || line.startsWith("/bin/sh")) continue;
      process.kill(pid, "SIGKILL");
      return pid;
    }
  return null;
}

/**
 * A worker as a Ray cluster job: a long job on one node that takes work from the coordinator until there is none. Ray
 * places it and reports its end. Ray retries nothing; the coordinator does.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { StartedWorker } from "#stdlib/runners/kind.js";
import { TOKEN_VARIABLE } from "../protocol.js";
import { isJobOver, type RayJob, type RayJobs, type RayNode } from "./jobs.js";
import { zipOf } from "./packed.js";

export interface RayWorkerOptions {
  readonly ray: RayJobs;
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Additional metadata by which its job is found. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly cpus: number;
  readonly gpus: number;
  /** Returns a node with free resources. */
  readonly node: () => Promise<RayNode>;
  readonly patience?: RayTimeouts;
}
/** Times in ms. */
export interface RayTimeouts {
  /** Polling interval for jobs. */
  readonly look: number;
  /** Time without a response of the cluster after which its workers count as lost. */
  readonly away: number;
  /** Time for a worker to upload its checkpoint: Ray kills a job three seconds after stopping it. */
  readonly grace: number;
}
const usual: RayTimeouts = { look: 1000, away: 60_000, grace: 15_000 };
/** Name of the token file in the working folder. */
const TOKEN = "token";
/** Number of log lines in messages. */
const LINES = 6;

export function startRayWorker(options: RayWorkerOptions): StartedWorker {
  const id = `tunebook-worker-${options.name.replace(/[^\w-]/g, "-")}-${randomBytes(4).toString("hex")}`;
  const ending = new AbortController();
  let unfit = false;
  const ended = follow(options, id, ending.signal).then(({ words, lacks }) => {
    unfit = lacks;
    return words;
  });
  return {
    name: options.name,
    ended,
    unfit: () => unfit,
    async end() {
      ending.abort();
      await ended;
    },
  };
}

/** `words` continue the worker's name; `lacks`: its node lacks what a worker needs. */
interface Ended {
  readonly words: string;
  readonly lacks: boolean;
}
const so = (words: string): Ended => ({ words, lacks: false });

/** Resolves with how the job ended; never rejects. */
async function follow(options: RayWorkerOptions, id: string, ending: AbortSignal): Promise<Ended> {
  const { ray } = options;
  try {
    const node = await options.node();
    if (ending.aborted) return so("was not needed");
    // The token is in a package because the dashboard shows commands and environments, but not package contents.
    const token = await ray.upload(await zipOf([{ path: TOKEN, content: Buffer.from(options.token) }]), "the token");
    if (ending.aborted) return so("was not needed");
    await ray.submit({
      id,
      cpus: options.cpus,
      gpus: options.gpus > 0 ? options.gpus : undefined,
      node: node.id,
      packages: [token],
      entrypoint: `${TOKEN_VARIABLE}="$(cat ${TOKEN})" exec tunebook worker --coordinator ${options.url} --name ${options.name} --threads ${String(options.threads)}`,
      metadata: { ...options.metadata, tunebook: "worker", name: options.name },
    });
    const job = await over(ray, id, { ending, patience: options.patience ?? usual });
    if (job === null) return so(`on ${node.host} (${node.address}) does not respond any more, nor does its cluster`);
    const { words, lacks } = howItEnded(job, await lastLines(ray, id));
    return { words: `on ${node.host} (${node.address}) ${words}`, lacks };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return so(`could not be started: ${error.message}`);
  }
}

/** Returns null if the cluster no longer responds. */
async function over(
  ray: RayJobs,
  id: string,
  { ending, patience }: { readonly ending: AbortSignal; readonly patience: RayTimeouts },
): Promise<RayJob | null> {
  let stopping = false;
  for (let heard = Date.now(); ;) {
    const job = await ray.job(id).catch((error: unknown) => {
      if (error instanceof CodedError && error.code === "ray-unreachable") return null;
      throw error;
    });
    if (job) heard = Date.now();
    if (job && isJobOver(job)) return job;
    if (Date.now() - heard > patience.away) return null;
    if (ending.aborted && job && !stopping) {
      stopping = true;
      // The worker may end by itself, because the coordinator reports that there is no more work.
      if (!(await untilOver(ray, id, patience))) await ray.stop(id);
    }
    await delay(patience.look, undefined, stopping ? {} : { signal: ending }).catch(() => undefined);
  }
}

async function untilOver(ray: RayJobs, id: string, { grace, look }: RayTimeouts): Promise<boolean> {
  for (const until = Date.now() + grace; Date.now() < until; await delay(look / 2))
    if (isJobOver(await ray.job(id))) return true;
  return false;
}

/** Returns the last log lines; empty if the node, and the log with it, is gone. */
async function lastLines(ray: RayJobs, id: string): Promise<readonly string[]> {
  const log = await ray.log(id).catch(() => null);
  return (log ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-LINES);
}

function howItEnded({ status, message }: RayJob, outputLines: readonly string[]): Ended {
  if (status === "SUCCEEDED" || status === "STOPPED") return so(`ended as ${status}`);
  const look = "`tunebook doctor --ray ADDRESS` looks at each node";
  const says = (pattern: RegExp): boolean => outputLines.some((line) => pattern.test(line));
  // `tunebook` on the path may be a script that needs Node.
  if (says(/node['’]?: (?:No such file|(?:command )?not found)/))
    return { words: `has no Node on its path: ${look}`, lacks: true };
  if (says(/tunebook: (?:command )?not found|not found.*tunebook/))
    return { words: `has no \`tunebook\` on its path: ${look}`, lacks: true };
  const error = outputLines.find((line) => /error\[[\w-]+\]/.test(line)) ?? outputLines.at(-1) ?? message;
  const lacks = error.includes("error[worker-version]");
  return { words: `ended as ${status}: ${error.trim()}`, lacks };
}

/** Returns worker slots in order: on each node as many as its CPUs and GPUs allow. */
export function workerSlots(
  nodes: readonly RayNode[],
  { cpus, gpus }: { readonly cpus: number; readonly gpus: number },
): readonly RayNode[] {
  const room = nodes.map((node) => ({
    node,
    left: Math.floor(Math.min(node.cpus / cpus, gpus > 0 ? node.gpus / gpus : Number.POSITIVE_INFINITY)),
  }));
  const slots: RayNode[] = [];
  // Round-robin, so that few workers are spread over many nodes.
  for (let round = 0; room.some(({ left }) => left > round); round++)
    for (const { node, left } of room) if (left > round) slots.push(node);
  return slots;
}

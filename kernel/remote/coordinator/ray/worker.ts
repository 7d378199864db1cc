/**
 * A worker that is a job of a Ray cluster: a long one, on one node, that takes work from the coordinator until there is none.
 * Ray places it and says when it is gone; it retries nothing, which is the coordinator's affair.
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
  /** What its job is found by, beside what it is. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly cpus: number;
  readonly gpus: number;
  /** A node with room for it. */
  readonly node: () => Promise<RayNode>;
  readonly patience?: RayPatience;
}
/** Milliseconds. */
export interface RayPatience {
  /** Between two looks at a job. */
  readonly look: number;
  /** Without an answer of the cluster, after which its workers count as gone. */
  readonly away: number;
  /** That it has to hand in its checkpoint: Ray kills three seconds after it stops. */
  readonly grace: number;
}
const usual: RayPatience = { look: 1000, away: 60_000, grace: 15_000 };
/** The file with the token, in its working folder. */
const TOKEN = "token";
/** Lines of its log that are told. */
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

/** In words after its name; `lacks`: its node has not what a worker is run by. */
interface Ended {
  readonly words: string;
  readonly lacks: boolean;
}
const so = (words: string): Ended => ({ words, lacks: false });

/** Never rejects: how it ended. */
async function follow(options: RayWorkerOptions, id: string, ending: AbortSignal): Promise<Ended> {
  const { ray } = options;
  try {
    const node = await options.node();
    if (ending.aborted) return so("was not needed");
    // Whoever looks at the dashboard sees commands and environments, and not what lies in a package.
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
    if (job === null) return so(`on ${node.host} (${node.address}) doesn't answer any more, nor does its cluster`);
    const { words, lacks } = howItEnded(job, await lastLines(ray, id));
    return { words: `on ${node.host} (${node.address}) ${words}`, lacks };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return so(`could not be started: ${error.message}`);
  }
}

/** Null: nobody answers any more. */
async function over(
  ray: RayJobs,
  id: string,
  { ending, patience }: { readonly ending: AbortSignal; readonly patience: RayPatience },
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
      // It may hear of the end by itself: the coordinator says that there is no more work.
      if (!(await untilOver(ray, id, patience))) await ray.stop(id);
    }
    await delay(patience.look, undefined, stopping ? {} : { signal: ending }).catch(() => undefined);
  }
}

async function untilOver(ray: RayJobs, id: string, { grace, look }: RayPatience): Promise<boolean> {
  for (const until = Date.now() + grace; Date.now() < until; await delay(look / 2))
    if (isJobOver(await ray.job(id))) return true;
  return false;
}

/** What it said last; none: its node is gone, and its log with it. */
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
  // What is first on the path may be a script that Node is to run.
  if (says(/node['’]?: (?:No such file|(?:command )?not found)/))
    return { words: `has no Node on its path: ${look}`, lacks: true };
  if (says(/tunebook: (?:command )?not found|not found.*tunebook/))
    return { words: `has no \`tunebook\` on its path: ${look}`, lacks: true };
  const error = outputLines.find((line) => /error\[[\w-]+\]/.test(line)) ?? outputLines.at(-1) ?? message;
  const lacks = error.includes("error[worker-version]");
  return { words: `ended as ${status}: ${error.trim()}`, lacks };
}

/** Places for workers, one after the other: on each node as many as its processors and graphics cards hold. */
export function workerSlots(
  nodes: readonly RayNode[],
  { cpus, gpus }: { readonly cpus: number; readonly gpus: number },
): readonly RayNode[] {
  const room = nodes.map((node) => ({
    node,
    left: Math.floor(Math.min(node.cpus / cpus, gpus > 0 ? node.gpus / gpus : Number.POSITIVE_INFINITY)),
  }));
  const slots: RayNode[] = [];
  // Round and round, so that few workers lie on many nodes.
  for (let round = 0; room.some(({ left }) => left > round); round++)
    for (const { node, left } of room) if (left > round) slots.push(node);
  return slots;
}

/**
 * A sweep's search as a job of a Ray cluster, seen from the notebook, which speaks with the dashboard alone: the job is sent
 * what it needs as packages, heard of by its log, fetched from by small jobs on its node that print a part of a file each, and
 * stopped. Nothing of the cluster need reach the notebook.
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClusterJobLocation } from "../../../runs/together/search-place.js";
import { isJobOver, type RayJob, type RayJobs } from "./jobs.js";
import { zipOf, type ZippedFile } from "./packed.js";
import { parseMessageLine, type RemoteFile, type SearchMessage } from "./job-progress.js";

/** What lies in a package beside what the search is told: parts of what it reads. */
export const PART_PREFIX = "part-";
export const ORDER_FILE = "search.json";

/** Bytes of a part: zipped, it is below what a package may have. */
export const PART_BYTES = 96 * 2 ** 20;
/** Bytes in all: a cluster keeps packages in its head's memory. */
export const MAX_SENT_BYTES = 4 * PART_BYTES;
/** Bytes of a file that one job prints. */
const PRINTED = 12 * 2 ** 20;
/** Jobs that print at a time. */
const AT_ONCE = 4;
/** Bytes that are brought back at most. */
export const MAX_RETURNED_BYTES = 2 ** 30;
/** Milliseconds. */
const patience = { away: 10 * 60_000, stop: 90_000, print: 5 * 60_000, look: 500 } as const;

export interface SearchToSend extends ClusterJobLocation {
  /** What the search is told. */
  readonly order: unknown;
  /** What it reads: one file. */
  readonly file: string;
  /** Its jobs are found by this. */
  readonly key: string;
}

/** Coded errors `ray-unreachable`, `ray-refused`, `ray-package-too-large`. */
export async function sendSearch(ray: RayJobs, { job, node, order, file, key }: SearchToSend): Promise<void> {
  const packages: string[] = [];
  for await (const part of partsOf(file, JSON.stringify(order)))
    packages.push(await ray.upload(await zipOf(part), `part ${String(packages.length + 1)} of the sweep`));
  await ray.submit({
    id: job,
    cpus: 0,
    node: node.id,
    packages,
    entrypoint: "exec tunebook coordinate .",
    // It ends its workers, who write their checkpoints, and writes its journal.
    environment: { RAY_JOB_STOP_WAIT_TIME_S: String(patience.stop / 1000 - 15) },
    metadata: { tunebook: "search", key },
  });
}

async function* partsOf(file: string, order: string): AsyncGenerator<readonly ZippedFile[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    for (let n = 0; n === 0 || n * PART_BYTES < size; n++) {
      const content = Buffer.alloc(Math.min(PART_BYTES, size - n * PART_BYTES));
      await handle.read(content, 0, content.length, n * PART_BYTES);
      const part = { path: `${PART_PREFIX}${String(n).padStart(3, "0")}`, content };
      yield n === 0 ? [{ path: ORDER_FILE, content: Buffer.from(order) }, part] : [part];
    }
  } finally {
    await handle.close();
  }
}

/**
 * All that it says, from the beginning, until it is over, and what its job was then; null: the cluster knows no such job (its
 * head began anew). A cluster that can't be reached is waited for ten minutes; `onAway` is told of it. Aborted, it throws.
 */
export async function* followSearch(
  ray: RayJobs,
  { job: id }: ClusterJobLocation,
  { onAway, away = patience.away }: { readonly onAway?: (why: string) => void; readonly away?: number } = {},
): AsyncGenerator<SearchMessage, RayJob | null, void> {
  let [offset, torn, since] = [0, "", null as number | null];
  for (;;) {
    try {
      for await (const text of ray.tail(id, offset)) {
        since = null;
        offset += text.length;
        const lines = (torn + text).split("\n");
        torn = lines.pop() ?? "";
        for (const line of lines) yield* parseMessageLine(line);
      }
      return await ray.job(id);
    } catch (error) {
      if (isGone(error)) return null;
      if (!(error instanceof CodedError) || error.code !== "ray-unreachable") throw error;
      if (since === null) onAway?.(error.message);
      since ??= Date.now();
      if (Date.now() - since > away) throw error;
      await delay(Math.min(2000, away / 10));
    }
  }
}

/** How its job stands; null: the cluster doesn't know it. */
export async function readSearchJob(ray: RayJobs, { job }: ClusterJobLocation): Promise<RayJob | null> {
  return ray.job(job).catch((error: unknown) => {
    if (isGone(error)) return null;
    throw error;
  });
}
const isGone = (error: unknown): boolean =>
  error instanceof CodedError &&
  error.code === "ray-refused" &&
  (error as CodedError<"ray-refused">).data.status === 404;

/**
 * Ends the search and, should it have left some, its workers. Resolves when none of its jobs is under way. `now`: workers are
 * not waited for, and what they did since their last checkpoint is lost.
 */
export async function stopSearch(
  ray: RayJobs,
  { job, key }: ClusterJobLocation & { readonly key: string },
  { now = false }: { readonly now?: boolean } = {},
): Promise<void> {
  const running = async () => {
    const all = [...(await ray.jobs({ tunebook: "search", key })), ...(await ray.jobs({ tunebook: "worker", key }))];
    return all.filter((one) => !isJobOver(one));
  };
  const there = await readSearchJob(ray, { job, node: NOWHERE });
  if (there && !isJobOver(there)) await ray.stop(job);
  if (now) for (const worker of await running()) await ray.stop(worker.id);
  for (const until = Date.now() + patience.stop; Date.now() < until; await delay(patience.look)) {
    const [one] = await running();
    if (!one) return;
    const search = await readSearchJob(ray, { job, node: NOWHERE });
    // With nobody left who would end them.
    if (!search || isJobOver(search)) for (const worker of await running()) await ray.stop(worker.id);
  }
  const [left] = await running();
  if (left) throw failedJobError(left, null);
}
const NOWHERE = { id: "", host: "", address: "" };

export function failedJobError(job: RayJob, log: string | null): CodedError<"ray-job-ended"> {
  const lines = (log ?? "").split("\n").filter((line) => line.trim() !== "" && !line.includes("tunebook-search "));
  return new CodedError("ray-job-ended", {
    job: job.id,
    status: job.status,
    why: job.message || "nothing more is known",
    log: lines.slice(-8).map((line) => line.slice(0, 300)),
  });
}

/**
 * Brings a file of the search's folder here, in parts: each is printed by a job on the node, and held to its length; the whole
 * is held to its hash. Coded errors `search-results`, and those of clusters.
 */
export async function fetchSearchFile(
  ray: RayJobs,
  { node }: ClusterJobLocation,
  { path, bytes, hash }: RemoteFile,
  to: string,
): Promise<void> {
  const no = (why: string): CodedError => new CodedError("search-results", { host: node.host, why });
  if (bytes > MAX_RETURNED_BYTES)
    throw no(`they have ${String(Math.ceil(bytes / 2 ** 20))} MiB, and 1,024 MiB are brought at most`);
  const handle = await open(to, "w", 0o600);
  try {
    const starts = Array.from({ length: Math.ceil(bytes / PRINTED) }, (_, i) => i * PRINTED);
    const next = starts.values();
    const fetch = async (): Promise<void> => {
      for (const start of next) {
        const length = Math.min(PRINTED, bytes - start);
        const part = await printed(ray, node.id, { path, start, length });
        if (part?.length !== length) throw no(`a part of ${path} didn't arrive whole`);
        await handle.write(part, 0, length, start);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetch));
  } finally {
    await handle.close();
  }
  const sum = createHash("sha256");
  const back = await open(to);
  for await (const piece of back.createReadStream()) sum.update(piece as Buffer);
  if (sum.digest("hex") !== hash) throw no("what arrived has another hash than it had there");
}

const BETWEEN = "tunebook-part";
/** Null: nothing came. */
async function printed(
  ray: RayJobs,
  node: string,
  { path, start, length }: { readonly path: string; readonly start: number; readonly length: number },
): Promise<Buffer | null> {
  const cut = `tail -c +${String(start + 1)} '${path}' | head -c ${String(length)} | base64 | tr -d '\\n'`;
  const entrypoint = `echo; echo ${BETWEEN}; ${cut}; echo; echo ${BETWEEN}`;
  const log = await ranThere(ray, node, entrypoint);
  const [, text] = (log ?? "").split(`\n${BETWEEN}\n`);
  return text === undefined ? null : Buffer.from(text.trim(), "base64");
}

/** What a small job on that node wrote; null: it didn't end in time, or its log is lost. */
async function ranThere(ray: RayJobs, node: string, entrypoint: string): Promise<string | null> {
  const id = `tunebook-part-${createHash("sha256").update(entrypoint).digest("hex").slice(0, 8)}-${Date.now().toString(36)}`;
  await ray.submit({ id, entrypoint, cpus: 0, node, metadata: { tunebook: "part" } });
  for (const until = Date.now() + patience.print; Date.now() < until; await delay(patience.look)) {
    if (!isJobOver(await ray.job(id))) continue;
    const log = await ray.log(id);
    // Its log is as large as what it printed.
    await ray.delete(id).catch(() => undefined);
    return log;
  }
  await ray.stop(id);
  return null;
}

/** Takes the search's folder away, on its node; what came back is here. Never rejects. */
export async function removeSearchFolder(ray: RayJobs, { node, job }: ClusterJobLocation, home: string): Promise<void> {
  // Only a folder as they are called.
  if (!/\/searches\/[0-9a-f]{16}$/.test(home)) return;
  await ranThere(ray, node.id, `rm -rf '${home}'`).catch(() => undefined);
  await ray.delete(job).catch(() => undefined);
}

/** Coded error `search-too-large`; `files`: all that would be sent. */
export function demandSendable(files: readonly { readonly path: string; readonly bytes: number }[]): void {
  const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
  const [largest] = files.toSorted((a, b) => b.bytes - a.bytes);
  if (largest && bytes > MAX_SENT_BYTES)
    throw new CodedError("search-too-large", { bytes, most: MAX_SENT_BYTES, largest });
}

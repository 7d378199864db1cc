/**
 * A sweep's search as a Ray cluster job, controlled by the notebook through the dashboard alone. Inputs are sent as
 * packages and progress is read from the log. Files are fetched by small jobs on the search's node, each of which
 * prints a part. The cluster need not be able to reach the notebook.
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClusterJobLocation } from "../../../runs/together/search-place.js";
import { isJobOver, type RayJob, type RayJobs } from "./jobs.js";
import { zipOf, type ZippedFile } from "./packed.js";
import { parseMessageLine, type RemoteFile, type SearchMessage } from "./job-progress.js";

/** Name prefix of input parts in a package, next to the order file. */
export const PART_PREFIX = "part-";
export const ORDER_FILE = "search.json";

/** Bytes of a part: zipped, it stays below the package limit. */
export const PART_BYTES = 96 * 2 ** 20;
/** Total limit in bytes: a cluster keeps packages in the memory of its head node. */
export const MAX_SEARCH_INPUT_BYTES = 4 * PART_BYTES;
/** Bytes of a file that one job prints. */
const PRINTED = 12 * 2 ** 20;
/** Number of concurrent print jobs. */
const AT_ONCE = 4;
/** Maximum bytes of results that are fetched. */
export const MAX_SEARCH_RESULT_BYTES = 2 ** 30;
/** In ms. */
const patience = { away: 10 * 60_000, stop: 90_000, print: 5 * 60_000, look: 500 } as const;

export interface SearchToSend extends ClusterJobLocation {
  readonly order: unknown;
  /** Its input: one file. */
  readonly file: string;
  /** Metadata key by which its jobs are found. */
  readonly key: string;
}

/** Throws the coded errors `ray-unreachable`, `ray-refused` and `ray-package-too-large`. */
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
    // Time for the search to end its workers, which write their checkpoints, and to write its journal.
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
 * Yields all messages of the search from the beginning until it ends, and then its job; null if the cluster does not
 * know the job (its head was restarted). An unreachable cluster is retried for ten minutes and reported to `onAway`.
 * Throws when aborted.
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

/** Returns the search's job; null if the cluster does not know it. */
export async function fetchRayJob(ray: RayJobs, { job }: ClusterJobLocation): Promise<RayJob | null> {
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
 * Ends the search and any workers that it left. Resolves when none of its jobs is running. `now`: does not wait for
 * workers, so that their work since the last checkpoint is lost.
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
  const there = await fetchRayJob(ray, { job, node: NOWHERE });
  if (there && !isJobOver(there)) await ray.stop(job);
  if (now) for (const worker of await running()) await ray.stop(worker.id);
  for (const until = Date.now() + patience.stop; Date.now() < until; await delay(patience.look)) {
    const [one] = await running();
    if (!one) return;
    const search = await fetchRayJob(ray, { job, node: NOWHERE });
    // Without a running search, nothing else would end the workers.
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
 * Fetches a file of the search's folder in parts: a job on the node prints each part, whose length is checked. The
 * file's hash is checked at the end. Throws the coded error `search-results` and those of clusters.
 */
export async function fetchSearchFile(
  ray: RayJobs,
  { node }: ClusterJobLocation,
  { path, bytes, hash }: RemoteFile,
  to: string,
): Promise<void> {
  const no = (why: string): CodedError => new CodedError("search-results", { host: node.host, why });
  if (bytes > MAX_SEARCH_RESULT_BYTES)
    throw no(`they have ${String(Math.ceil(bytes / 2 ** 20))} MiB, and 1,024 MiB are brought at most`);
  const handle = await open(to, "w", 0o600);
  try {
    const starts = Array.from({ length: Math.ceil(bytes / PRINTED) }, (_, i) => i * PRINTED);
    const next = starts.values();
    const fetch = async (): Promise<void> => {
      for (const start of next) {
        const length = Math.min(PRINTED, bytes - start);
        const part = await printed(ray, node.id, { path, start, length });
        if (part?.length !== length) throw no(`a part of ${path} did not arrive completely`);
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
  if (sum.digest("hex") !== hash) throw no("the file that arrived has a different hash");
}

const BETWEEN = "tunebook-part";
/** Returns null if there was no output. */
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

/** Returns the output of a small job on that node; null if it did not end in time, or its log is lost. */
async function ranThere(ray: RayJobs, node: string, entrypoint: string): Promise<string | null> {
  const id = `tunebook-part-${createHash("sha256").update(entrypoint).digest("hex").slice(0, 8)}-${Date.now().toString(36)}`;
  await ray.submit({ id, entrypoint, cpus: 0, node, metadata: { tunebook: "part" } });
  for (const until = Date.now() + patience.print; Date.now() < until; await delay(patience.look)) {
    if (!isJobOver(await ray.job(id))) continue;
    const log = await ray.log(id);
    // Deletes the job because its log is as large as its output.
    await ray.delete(id).catch(() => undefined);
    return log;
  }
  await ray.stop(id);
  return null;
}

/** Removes the search's folder on its node after the results were fetched. Never rejects. */
export async function removeSearchFolder(ray: RayJobs, { node, job }: ClusterJobLocation, home: string): Promise<void> {
  // Deletes only folders with the expected name.
  if (!/\/searches\/[0-9a-f]{16}$/.test(home)) return;
  await ranThere(ray, node.id, `rm -rf '${home}'`).catch(() => undefined);
  await ray.delete(job).catch(() => undefined);
}

/** Throws the coded error `search-too-large`; `files`: all files to send. */
export function demandSendable(files: readonly { readonly path: string; readonly bytes: number }[]): void {
  const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
  const [largest] = files.toSorted((a, b) => b.bytes - a.bytes);
  if (largest && bytes > MAX_SEARCH_INPUT_BYTES)
    throw new CodedError("search-too-large", { bytes, most: MAX_SEARCH_INPUT_BYTES, largest });
}

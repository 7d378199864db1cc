/**
 * Client of Ray's Jobs API over HTTP, as served by its dashboard: packages, jobs with logs, and nodes. No other Ray
 * interface is used. Tested with Ray 2.60. A job submitted again with the same id is the same job, so a lost response
 * starts nothing twice.
 */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { request, type Dispatcher } from "undici";
import * as v from "valibot";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  objectWith,
  parseJsonOrNull,
  matchSchema,
  jsonObject,
  dictionaryOf,
  SchemaMismatch,
  type Schema,
} from "../../../fetch/json.js";
import { networkErrorReason } from "../../../fetch/http.js";

/** Maximum package size: Ray refuses larger bodies. */
export const MAX_PACKAGE_BYTES = 100 * 2 ** 20;

export interface RayOptions {
  /** Address of the dashboard: `http://head:8265`. */
  readonly address: string;
  /** Sent as `Authorization: Bearer …`, if the cluster requires it. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Polling interval of logs in ms. Defaults to 1 second. */
  readonly poll?: number;
  /** Time limit in ms for each complete response. Defaults to no limit while data arrives. */
  readonly patience?: number;
}
export interface RayNode {
  readonly id: string;
  readonly host: string;
  readonly address: string;
  readonly head: boolean;
  readonly cpus: number;
  readonly gpus: number;
  /** In bytes. */
  readonly memory: number;
}
/** Status names of Ray. */
export type RayStatus = "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED";
export interface RayJob {
  readonly id: string;
  readonly status: RayStatus;
  readonly message: string;
}
export interface RayJobSubmission {
  /** Chosen by the submitter. */
  readonly id: string;
  /** Shell command for the node. */
  readonly entrypoint: string;
  readonly cpus: number;
  readonly gpus?: number | undefined;
  /** Runs only on this node. */
  readonly node?: string | undefined;
  /** Packages returned by `upload`: the first is the working folder, the others are put on PYTHONPATH. */
  readonly packages?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

const STATUS = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"] as const;
const job = objectWith({ status: v.picklist(STATUS), message: v.optional(v.nullable(v.string())) });
const listed = v.array(
  objectWith({
    submission_id: v.nullable(v.string()),
    status: v.picklist(STATUS),
    message: v.optional(v.nullable(v.string())),
    metadata: v.optional(v.nullable(dictionaryOf(v.string()))),
  }),
);
const versions = objectWith({ ray_version: v.string() });
const raylet = objectWith({
  nodeId: v.string(),
  state: v.string(),
  resourcesTotal: v.optional(dictionaryOf(v.number()), {}),
  nodeManagerAddress: v.optional(v.string(), ""),
  nodeManagerHostname: v.optional(v.string(), ""),
  isHeadNode: v.optional(v.boolean(), false),
});
const nodes = objectWith({ data: objectWith({ summary: v.array(objectWith({ raylet: jsonObject })) }) });
const submitted = objectWith({ submission_id: v.string() });
const logs = objectWith({ logs: v.optional(v.nullable(v.string())) });

export const isJobOver = ({ status }: Pick<RayJob, "status">): boolean => status !== "PENDING" && status !== "RUNNING";

export class RayJobs {
  private readonly address: string;

  constructor(private readonly options: RayOptions) {
    this.address = options.address.replace(/\/+$/, "");
  }

  /** Returns Ray's version. Throws the coded errors `ray-unreachable` and `ray-refused`. */
  async version(): Promise<string> {
    return (await this.json("GET", "/api/version", versions, "its version")).ray_version;
  }

  async nodes(): Promise<readonly RayNode[]> {
    const { data } = await this.json("GET", "/nodes?view=summary", nodes, "its nodes");
    return data.summary.flatMap(({ raylet: nodeData }) => {
      // Dead nodes lack most fields.
      if (nodeData["state"] !== "ALIVE") return [];
      const { nodeId: id, resourcesTotal: has, ...nodeInfo } = this.matchAnswer(nodeData, raylet, "its nodes");
      return [
        {
          id,
          host: nodeInfo.nodeManagerHostname,
          address: nodeInfo.nodeManagerAddress,
          head: nodeInfo.isHeadNode,
          cpus: has["CPU"] ?? 0,
          gpus: has["GPU"] ?? 0,
          memory: has["memory"] ?? 0,
        },
      ];
    });
  }

  /**
   * Uploads a zip file unless the cluster has it. @returns its URI for jobs. Throws the coded error
   * `ray-package-too-large`.
   */
  async upload(zip: Buffer, name: string): Promise<string> {
    if (zip.length > MAX_PACKAGE_BYTES)
      throw new CodedError("ray-package-too-large", { name, bytes: zip.length, most: MAX_PACKAGE_BYTES });
    const file = `_ray_pkg_${createHash("sha256").update(zip).digest("hex").slice(0, 32)}.zip`;
    const path = `/api/packages/gcs/${file}`;
    const there = await this.ask("GET", path);
    await there.body.dump();
    if (there.statusCode !== 200) await this.done(await this.ask("PUT", path, zip), `the package ${name}`);
    return `gcs://${file}`;
  }

  async submit(submission: RayJobSubmission): Promise<string> {
    const { packages: [folder, ...more] = [], environment = {}, metadata = {} } = submission;
    const body = {
      submission_id: submission.id,
      entrypoint: submission.entrypoint,
      metadata,
      entrypoint_num_cpus: submission.cpus,
      ...(submission.gpus !== undefined && { entrypoint_num_gpus: submission.gpus }),
      ...(submission.node !== undefined && { entrypoint_label_selector: { "ray.io/node-id": submission.node } }),
      runtime_env: {
        env_vars: environment,
        ...(folder !== undefined && { working_dir: folder }),
        ...(more.length > 0 && { py_modules: more }),
      },
    };
    const answer = await this.ask("POST", "/api/jobs/", JSON.stringify(body), "application/json");
    if (answer.statusCode === 200)
      return this.matchAnswer(await this.parsed(answer), submitted, `the job ${submission.id}`).submission_id;
    const why = await answer.body.text();
    // The response to an earlier request was lost: Ray has the job.
    if (answer.statusCode >= 500 && /already exists|same submission_id/i.test(why)) return submission.id;
    throw this.refused(`the job ${submission.id}`, answer.statusCode, why);
  }

  async job(id: string): Promise<RayJob> {
    const { status, message } = await this.json("GET", `/api/jobs/${encodeURIComponent(id)}`, job, `the job ${id}`);
    return { id, status, message: message ?? "" };
  }

  /** Returns the jobs that were submitted with this metadata. */
  async jobs(metadata: Readonly<Record<string, string>>): Promise<readonly RayJob[]> {
    const all = await this.json("GET", "/api/jobs/", listed, "its jobs");
    return all.flatMap(({ submission_id: id, status, message, metadata: jobMetadata }) => {
      const same = Object.entries(metadata).every(([name, value]) => jobMetadata?.[name] === value);
      return id !== null && same ? [{ id, status, message: message ?? "" }] : [];
    });
  }

  /** Returns the complete log so far; null if its node, and the log with it, is gone. */
  async log(id: string): Promise<string | null> {
    const answer = await this.ask("GET", `/api/jobs/${encodeURIComponent(id)}/logs`);
    if (answer.statusCode === 500) return answer.body.dump().then(() => null);
    if (answer.statusCode !== 200) throw this.refused(`the log of ${id}`, answer.statusCode, await answer.body.text());
    return this.matchAnswer(await this.parsed(answer), logs, `the log of ${id}`).logs ?? "";
  }

  /**
   * Yields new log text from character `from` on, until the job ends; call `job` for its status. Each poll requests the
   * complete log, less often the longer it is. Ray's own way to follow a log closes while a job is pending, and cannot
   * resume after a broken connection.
   */
  async *tail(id: string, from = 0): AsyncGenerator<string, void, void> {
    for (let offset = from; ;) {
      const over = isJobOver(await this.job(id));
      const text = (await this.log(id)) ?? "";
      if (text.length > offset) yield text.slice(offset);
      offset = Math.max(offset, text.length);
      if (over) return;
      await delay(
        Math.max(this.options.poll ?? POLL, text.length / POLLED),
        undefined,
        this.options.signal && { signal: this.options.signal },
      );
    }
  }

  /** Sends SIGTERM, and SIGKILL three seconds later. Has no effect on a finished job. */
  async stop(id: string): Promise<void> {
    await this.done(await this.ask("POST", `/api/jobs/${encodeURIComponent(id)}/stop`), `to stop ${id}`);
  }
  /** Removes the job from the cluster's list. */
  async delete(id: string): Promise<void> {
    await this.done(await this.ask("DELETE", `/api/jobs/${encodeURIComponent(id)}`), `to forget ${id}`);
  }

  private headers(): Record<string, string> {
    const { token } = this.options;
    return { "user-agent": "tunebook", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  }

  private async ask(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: Buffer | string,
    type = "application/octet-stream",
  ): Promise<Dispatcher.ResponseData> {
    const { patience, signal } = this.options;
    const late = patience === undefined ? undefined : AbortSignal.timeout(patience);
    const signals = [signal, late].filter((one) => one !== undefined);
    try {
      return await request(`${this.address}${path}`, {
        method,
        headersTimeout: PATIENCE,
        bodyTimeout: PATIENCE,
        headers: { ...this.headers(), ...(body !== undefined && { "content-type": type }) },
        ...(body !== undefined && { body }),
        ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      const why = late?.aborted
        ? `no response in ${String((patience ?? 0) / 1000)} seconds`
        : networkErrorReason(error);
      const data = { address: redactedUrl(this.address), why };
      throw new CodedError("ray-unreachable", data, { cause: error });
    }
  }

  private async json<T>(method: "GET", path: string, schema: Schema<T>, what: string): Promise<T> {
    const answer = await this.ask(method, path);
    if (answer.statusCode !== 200) throw this.refused(what, answer.statusCode, await answer.body.text());
    return this.matchAnswer(await this.parsed(answer), schema, what);
  }
  private async parsed(answer: Dispatcher.ResponseData): Promise<unknown> {
    return parseJsonOrNull(await answer.body.text(), v.unknown());
  }
  private matchAnswer<T>(value: unknown, schema: Schema<T>, what: string): T {
    try {
      return matchSchema(value, schema);
    } catch (error) {
      if (!(error instanceof SchemaMismatch)) throw error;
      const why = `the address for ${what} is not a Ray dashboard (${error.why})`;
      throw new CodedError("ray-unreachable", { address: redactedUrl(this.address), why });
    }
  }
  private async done(answer: Dispatcher.ResponseData, what: string): Promise<void> {
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw this.refused(what, answer.statusCode, text);
  }
  private refused(what: string, status: number, why: string): CodedError {
    // The last line of Ray's traceback has the cause.
    const last = why.split("\n").findLast((line) => /\w/.test(line)) ?? "";
    return new CodedError("ray-refused", {
      address: redactedUrl(this.address),
      what,
      status,
      why: last.slice(0, 600) || "no details",
    });
  }
}

/** Maximum time in ms without data. */
const PATIENCE = 60_000;
/**
 * Minimum polling interval of logs in ms, and log characters per ms of interval: longer logs are polled less often.
 */
const POLL = 1000;
const POLLED = 500;

/**
 * The worker's side of the protocol: sends requests to a coordinator, retries while the network is down, and validates
 * the responses against the schemas. Connections ignore proxies of the environment: the token is sent to nobody else.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, request, type Dispatcher } from "undici";
import { CodedError, codeEntryOf, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { sha256Of } from "../../fetch/file.js";
import { parseJsonAs, SchemaMismatch, type Schema } from "../../fetch/json.js";
import { networkErrorReason } from "../../fetch/http.js";
import { quoteNonFinite, unquoteNonFinite } from "../../runs/log-lines.js";
import {
  PATH_PREFIX,
  workerReplySchemas,
  refusedSchema,
  type WorkerReplyBodies,
  type WorkerRequestBody,
  type WorkerRequestName,
  type ContentHash,
  type RemoteFailure,
} from "./protocol.js";

export interface CoordinatorConnection {
  /** Without a path. */
  readonly url: string;
  readonly token: string;
  /** Time in ms for which a coordinator may be unreachable. */
  readonly patience: number;
}
/** The file to upload differs from the announced one, so sending it again is useless. */
export class FileChangedError extends Error {}
/** Maximum bytes of a JSON response. */
const LONGEST = 256 * 2 ** 20;
const PAUSES = [50, 200, 500, 1000, 2000] as const;

export class CoordinatorClient {
  private readonly agent = new Agent({
    connect: { timeout: 10_000 },
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    keepAliveTimeout: 10_000,
  });

  constructor(private readonly to: CoordinatorConnection) {}

  get url(): string {
    return this.to.url;
  }
  /** Headers for requests outside this client. */
  get headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.to.token}` };
  }

  /** Throws the coded errors that the coordinator reports, `coordinator-gone` and `coordinator-answer`. */
  ask<A extends WorkerRequestName>(
    requestName: A,
    body: WorkerRequestBody<A>,
    signal?: AbortSignal,
  ): Promise<WorkerReplyBodies[A]> {
    const schema = workerReplySchemas[requestName] as Schema<WorkerReplyBodies[A]>;
    return this.again(signal, () =>
      this.once(
        `${PATH_PREFIX}${requestName}`,
        {
          method: "POST",
          headers: { ...this.headers, "content-type": "application/json" },
          body: JSON.stringify(body, quoteNonFinite),
        },
        schema,
        signal,
      ),
    );
  }

  /** Uploads an announced file. Throws `FileChangedError` if the file has changed meanwhile. */
  async put(lease: string, blob: ContentHash, file: string, signal?: AbortSignal): Promise<void> {
    const { hash, bytes } = blob;
    const headers = { ...this.headers, "x-tunebook-lease": lease, "content-length": String(bytes) };
    await this.again(signal, async () => {
      const body = bytes === 0 ? "" : createReadStream(file);
      try {
        await this.once(`${PATH_PREFIX}blobs/${hash}`, { method: "PUT", headers, body }, null, signal);
      } catch (error) {
        if (!signal?.aborted && (await isOther(file, blob, error))) throw new FileChangedError(file, { cause: error });
        throw error;
      }
    });
  }

  /** Returns the download URL of a file. */
  blob(hash: string): string {
    return `${this.to.url}${PATH_PREFIX}blobs/${hash}`;
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  /** Retries while the coordinator is unreachable, up to the configured patience. */
  private async again<T>(signal: AbortSignal | undefined, once: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    for (let tries = 0; ; tries++) {
      try {
        return await once();
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof CodedError || error instanceof FileChangedError) throw error;
        const away = Date.now() - begun;
        if (away >= this.to.patience)
          throw new CodedError(
            "coordinator-gone",
            { url: this.to.url, seconds: Math.round(away / 1000), why: networkErrorReason(error) },
            { cause: error },
          );
        await delay(PAUSES[Math.min(tries, PAUSES.length - 1)], undefined, signal && { signal });
      }
    }
  }

  private async once<T>(
    path: string,
    options: Pick<Dispatcher.RequestOptions, "method" | "headers" | "body">,
    schema: Schema<T> | null,
    signal?: AbortSignal,
  ): Promise<T> {
    const answer = await request(`${this.to.url}${path}`, {
      ...options,
      dispatcher: this.agent,
      ...(signal && { signal }),
    });
    const text = await textOf(answer.body);
    if (answer.statusCode === 200) return (schema ? this.read(text, schema) : undefined) as T;
    // From a proxy or a server that is starting: a later try may succeed.
    if ([502, 503, 504].includes(answer.statusCode)) throw new Error(`status ${String(answer.statusCode)}`);
    throw remoteError(this.read(text, refusedSchema).error, this.to.url);
  }

  private read<T>(text: string, schema: Schema<T>): T {
    try {
      return parseJsonAs(text, schema, unquoteNonFinite);
    } catch (error) {
      if (!(error instanceof SchemaMismatch)) throw error;
      throw new CodedError("coordinator-answer", { url: this.to.url, why: error.why }, { cause: error });
    }
  }
}

/** Hashes the file only if the coordinator reported a problem with it. */
async function isOther(file: string, { hash, bytes }: ContentHash, error: unknown): Promise<boolean> {
  if ((await stat(file).catch(() => null))?.size !== bytes) return true;
  if (!(error instanceof CodedError) || error.code !== "request-refused") return false;
  return (await sha256Of(file).catch(() => null)) !== hash;
}

async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let had = 0;
  for await (const chunk of body) {
    had += (chunk as Buffer).length;
    if (had > LONGEST) throw new Error("the answer has no end");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Recreates the error of the other side. */
export function remoteError({ code, data, message }: RemoteFailure, url: string): CodedError {
  if (code === "worker-token") return new CodedError("worker-token", { url });
  if (code !== null && codeEntryOf(code) !== undefined) return new CodedError(code as Code, data as CodeData[Code]);
  return new CodedError("request-refused", { why: message });
}

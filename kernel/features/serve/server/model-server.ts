/**
 * A server: models opened from folders, HTTP over them, and changes while it runs. Signals and the end of the process
 * are handled by `ServerProcess` (../process/server-lifecycle.ts).
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLoopback } from "#stdlib/network/loopback.js";
import { FileNotRead, readWholeFile } from "../../../fetch/regular.js";
import type { EngineOptions } from "../../../engines/engine.js";
import type {
  ComputeListener,
  HttpServer,
  HttpLoad,
  HttpOptions,
  ServingLimits,
  ServedModelCollection,
  NamedModelFolder,
} from "../contract.js";
import type { ServedModelFacts } from "./protocol.js";
import { startHttpServer } from "./start-http.js";
import type { ModelService, ModelServiceEvent, ServingMemory } from "../models/contract.js";
import { ServedModels } from "../models/served-models.js";
import { readKeysFile } from "./keys.js";
import { statSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import { DEPLOYMENT_FILE } from "../../../deployments/deployment.js";
import { changedOrMissingFiles } from "../../../deployments/files.js";
import { PROOF_FILE, readProof } from "../../../deployments/proof.js";
import type { ServerLogFields, ServerLog } from "./log.js";
import { OpeningModels } from "./opening-models.js";

export interface ModelServerOptions {
  readonly folders: readonly NamedModelFolder[];
  readonly host: string;
  /** 0 picks any free port. */
  readonly port: number;
  /** Hashes, or a file of them, which is reloaded when it changes. An empty list disables keys. */
  readonly keys: readonly string[] | { readonly file: string };
  /** PEM files, which are reloaded too. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly hosts: readonly string[];
  readonly limits: ServingLimits;
  readonly engine: EngineOptions["engine"];
  /** Null uses all. */
  readonly threads: number | null;
  readonly log: ServerLog;
  /** Whether each request gets a log line. */
  readonly tellsRequests: boolean;
  /** As in HttpOptions. */
  readonly drain?: number;
  readonly signal?: AbortSignal;
  /** Receives logged warnings that a person should see. */
  readonly warn?: (warning: CodedError) => void;
}
/**
 * Listens before its models are open: /health reports that it runs, /ready that it is not ready yet. Coded errors of
 * folders that can't be served and of engines, `keys-file`, `tls-file`, `port-taken`.
 */
export async function serveFolders(options: ModelServerOptions): Promise<ModelServer> {
  const { host, port, limits, log } = options;
  const guard = guardOf(options);
  const begun = performance.now();
  const request = options.tellsRequests ? (line: ServerLogFields) => log.say("request", line) : null;
  // Clients on other machines may use this machine's host name.
  const hosts = isLoopback(host) ? options.hosts : [...options.hosts, hostname()];
  const opening = new OpeningModels();
  const http = await startHttpServer(opening, {
    host,
    port,
    hosts,
    limits,
    ...guard,
    log: request,
    ...(options.drain !== undefined && { drain: options.drain }),
  });
  const { signal } = options;
  const given = (): void => log.say("stopping", { opening: Object.keys(opening.ready().models ?? {}) });
  signal?.addEventListener("abort", given, { once: true });
  try {
    const models = await opened(options, http.computing, (found) => {
      opening.found(found);
      log.say("opening", { url: http.url, process: process.pid, models: found.list().map(({ name }) => name) });
    });
    const server = new ModelServer(options, models, http);
    log.say("listening", {
      url: http.url,
      at: server.at,
      process: process.pid,
      seconds: Math.round(performance.now() - begun) / 1000,
      keys: guard.keys.length,
      tls: guard.tls !== null,
    });
    void server.lookForChanges();
    return server;
  } catch (error) {
    await http.stop(0);
    if (signal?.aborted) log.say("stopped", { cut: 0 });
    throw error;
  } finally {
    signal?.removeEventListener("abort", given);
  }
}

async function opened(
  { folders, limits, engine, threads, log, signal, warn }: ModelServerOptions,
  computing: ComputeListener,
  found: (models: ServedModelCollection) => void,
): Promise<ServedModels> {
  const models = await ServedModels.open(folders, {
    limits,
    computing,
    found,
    engine: { engine, ...(threads !== null && { threads }) },
    ...(signal && { signal }),
    tell: (report) => {
      tellIn(log, report);
      if (report.is === "uncleaned") warn?.(report.warning);
    },
  });
  if (!signal?.aborted) return models;
  await models.close();
  throw signal.reason;
}

/** Logs events of models and their engine. */
function tellIn(log: ServerLog, report: ModelServiceEvent): void {
  const { is, ...line } = report;
  const rounded = "seconds" in line ? { seconds: Math.round(line.seconds * 1000) / 1000 } : {};
  if (is === "uncleaned") log.warn("texts-not-cleaned", report.warning, { name: report.name, folder: report.folder });
  else if (is === "failing")
    log.warn(is, report.error, { name: report.name, folder: report.folder, again: report.again });
  else if (is !== "not-opened") log.say(is, { ...line, ...rounded });
  else log.warn(is, report.error, { name: report.name, folder: report.folder });
}

export class ModelServer {
  private ended: Promise<number> | null = null;
  /** Folder → the reported changes. */
  private readonly reportedChanges = new Map<string, string>();

  constructor(
    private readonly options: ModelServerOptions,
    private readonly served: ModelService,
    private readonly http: HttpServer,
  ) {}
  get url(): string {
    return this.http.url;
  }
  get port(): number {
    return this.http.port;
  }
  get at(): string {
    const { host } = this.options;
    return `${host.includes(":") ? `[${host}]` : host}:${String(this.port)}`;
  }
  load(): HttpLoad {
    return this.http.load();
  }
  memory(): ServingMemory {
    return this.served.memory();
  }
  models(): readonly ServedModelFacts[] {
    return this.served.opened.map(({ folder, model }) => ({
      name: model.name,
      folder,
      sort: model.sort,
      labels: model.labels.length,
      maxLength: model.maxLength,
      root: model.root,
      chats: model.chats,
      pairs: model.pairs,
    }));
  }

  /** Requests in progress finish with the old model. Coded errors of opening: the old one stays. */
  async replace(name: string, folder: string): Promise<void> {
    await this.served.replace(name, folder);
    this.options.log.say("replaced", { name });
    void this.lookForChanges();
  }

  /**
   * Reports once per folder what has changed since it was proved. Hashing large files takes long, so nothing waits for
   * it.
   */
  async lookForChanges(): Promise<void> {
    for (const { name, folder } of this.served.opened) {
      const changed = await changedSince(folder);
      const lines = changed?.data.changed.join("\n") ?? "";
      if (changed && this.reportedChanges.get(folder) !== lines) this.tellChanged(name, changed);
      this.reportedChanges.set(folder, lines);
    }
  }

  private tellChanged(name: string, changed: CodedError<"deployment-changed">): void {
    this.options.log.warn("changed", changed, { name, changed: changed.data.changed });
    this.options.warn?.(changed);
  }

  /** Reloads changed folders, keys and certificates. What cannot be read stays unchanged. */
  async reload(): Promise<void> {
    const { log } = this.options;
    const tried = async (work: () => Promise<void> | void): Promise<void> => {
      try {
        await work();
      } catch (error) {
        log.warn("reload", error);
      }
    };
    await tried(() => log.reopen());
    await tried(() => this.http.change(guardOf(this.options)));
    await tried(async () => log.say("reloaded", { changed: await this.served.reload() }));
    void this.lookForChanges();
  }

  /** Rejects new requests, finishes those in progress, and ends. Returns the number that were aborted. */
  stop(grace: number): Promise<number> {
    return (this.ended ??= this.end(grace));
  }
  private async end(grace: number): Promise<number> {
    const { log } = this.options;
    log.say("stopping", { underWay: this.load().underWay });
    const cut = await this.http.stop(grace);
    await this.served.close();
    log.say("stopped", { cut });
    return cut;
  }
}

/** The current keys and certificate from the files. */
function guardOf({ keys, tls }: Pick<ModelServerOptions, "keys" | "tls">): Pick<HttpOptions, "keys" | "tls"> {
  return { keys: "file" in keys ? readKeysFile(keys.file) : keys, tls: tls && pemOf(tls) };
}
function pemOf({ cert, key }: { readonly cert: string; readonly key: string }): { cert: string; key: string } {
  const read = { cert: textOf(cert), key: textOf(key) };
  const made = <T>(file: string, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw new CodedError("tls-file", { file, why: (error as Error).message });
    }
  };
  const certificate = made(cert, () => new X509Certificate(read.cert));
  const secret = made(key, () => createPrivateKey(read.key));
  if (!certificate.checkPrivateKey(secret))
    throw new CodedError("tls-file", { file: key, why: "it is the key of another certificate" });
  return read;
}
function textOf(file: string): string {
  try {
    const bytes = readWholeFile(file, 1 << 20);
    if (bytes === null) throw new FileNotRead("there is no such file");
    return bytes.toString("utf8");
  } catch (error) {
    throw error instanceof FileNotRead ? new CodedError("tls-file", { file, why: error.why }) : error;
  }
}

/** Proved files that have changed since, except files left out of a copy. Null if there are none. */
async function changedSince(folder: string): Promise<CodedError<"deployment-changed"> | null> {
  if (!isFile(join(folder, DEPLOYMENT_FILE)) || !isFile(join(folder, PROOF_FILE))) return null;
  const changed = await changesIn(folder);
  return changed.length === 0 ? null : new CodedError("deployment-changed", { folder, changed });
}

async function changesIn(folder: string): Promise<readonly string[]> {
  try {
    const { files = {} } = readProof(folder);
    const here = Object.entries(files).filter(([name]) => isInside(name) && isFile(join(folder, name)));
    return await changedOrMissingFiles({ writes: "folder", path: folder }, Object.fromEntries(here));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const isInside = (name: string): boolean => !isAbsolute(name) && !/^\.\.(?:[\\/]|$)/.test(normalize(name));
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

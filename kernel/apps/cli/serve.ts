/**
 * The command `tunebook serve`: SIGTERM and Ctrl-C end it gracefully, a second one at once; SIGHUP reloads what
 * changed.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { renderFailure } from "./fail.js";
import { isLoopback } from "#stdlib/network/loopback.js";
import {
  isShortKey,
  keysFileLine,
  keysInVariable,
  createKey,
  shortKeyWarnings,
  unusableKeyReason,
} from "#kernel/features/serve/server/keys.js";
import { recordRunningServer } from "#kernel/features/serve/process/running-servers.js";
import { openLog } from "#kernel/features/serve/server/log.js";
import { serveFolders, type ModelServer, type ModelServerOptions } from "#kernel/features/serve/server/model-server.js";
import { SHUTDOWN_GRACE_MS, ServerLifecycle } from "#kernel/features/serve/process/server-lifecycle.js";
import { DEFAULT_LIMITS, type ServingLimits, type NamedModelFolder } from "#kernel/features/serve/contract.js";
import type { EngineOptions } from "#kernel/engines/engine.js";
import type { ServedModelFacts } from "#kernel/features/serve/server/protocol.js";
import { curlCommand } from "#stdlib/targets/shared/request.js";

export interface ServeCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly apiKeysEnv?: string;
  readonly apiKeysFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: boolean;
  readonly allowHost: readonly string[];
  readonly name: readonly NamedModelFolder[];
  readonly engine: EngineOptions["engine"];
  readonly threads?: number;
  readonly log?: string;
  readonly quiet?: boolean;
  readonly grace?: number;
  readonly drain?: number;
  readonly gather?: number;
  readonly maxQueue?: number;
  readonly maxTexts?: number;
  readonly maxTokens?: number;
  readonly maxStreams?: number;
  readonly maxBody?: number;
  readonly maxMemory?: number;
  readonly maxTime?: number;
  readonly rate?: number;
  readonly truncate: boolean;
}

/** Exit status: 0 after SIGTERM without errors, 130 after Ctrl-C. */
export async function serveCommand(folders: readonly string[], options: ServeCommandOptions): Promise<number> {
  const served = [...folders.map((folder) => ({ name: null, folder })), ...options.name];
  const keys =
    options.apiKeysFile !== undefined
      ? { file: resolve(options.apiKeysFile) }
      : options.apiKeysEnv
        ? keysInVariable(options.apiKeysEnv, "shell")
        : [];
  const guarded = "file" in keys || keys.length > 0;
  if (!guarded && !options.insecure && !isLoopback(options.host))
    throw new CodedError("unguarded", { host: options.host, where: "shell" });
  const short = options.apiKeysEnv ? shortKeyWarnings(options.apiKeysEnv) : [];
  // Programs that the server starts must not see the keys.
  if (options.apiKeysEnv) delete process.env[options.apiKeysEnv];
  const log = openLog(options.log ?? process.stderr);
  for (const words of short) log.warn("short-key", new Error(words));
  const server = new ServerLifecycle<ModelServer>({
    grace: options.grace ?? SHUTDOWN_GRACE_MS,
    forcedStatus: statusAfter,
    endsWithTerminal: terminalIsGone,
  });
  let forget = (): void => undefined;
  try {
    const { cut, signal } = await server.run(
      (stopped) => serveFolders(serverOptions(served, options, { keys, log, signal: stopped })),
      (server) => {
        process.stdout.write(banner(server, options, { guarded, short }));
        tellSystemd();
        const { url } = server;
        forget = recordRunningServer({ name: "tunebook serve", url, models: server.models(), process: process.pid });
      },
    );
    if (cut > 0) process.stderr.write(`${String(cut)} requests had no response when the time was over\n`);
    return signal === "SIGINT" ? statusAfter(signal) : 0;
  } finally {
    forget();
    server.dispose();
    log.close();
  }
}
const statusAfter = (signal: NodeJS.Signals): number => (signal === "SIGINT" ? 130 : 143);

function serverOptions(
  folders: readonly NamedModelFolder[],
  options: ServeCommandOptions,
  ownOptions: Pick<ModelServerOptions, "keys" | "log" | "signal">,
): ModelServerOptions {
  return {
    ...ownOptions,
    folders,
    host: options.host,
    port: options.port,
    tls: tlsOf(options),
    hosts: options.allowHost,
    limits: limitsOf(options),
    engine: options.engine,
    threads: options.threads ?? null,
    tellsRequests: !options.quiet,
    ...(options.drain !== undefined && { drain: options.drain }),
    // Skipped if the log goes to the same place, as it has the warning already.
    ...(options.log !== undefined && {
      warn: (warning: CodedError) => process.stderr.write(renderFailure(warning).replace(/^error/, "warning")),
    }),
  };
}

/**
 * Notifies systemd (`Type=notify`) that the server is ready. Node has no such sockets, so systemd's own program does
 * it.
 */
function tellSystemd(): void {
  if (process.env["NOTIFY_SOCKET"] === undefined) return;
  spawn("systemd-notify", ["--ready"], { stdio: "ignore" }).once("error", () => undefined);
}

/** Prints a line for a key file for each key on standard input. */
export async function hashApiKeys(): Promise<number> {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    number += 1;
    const key = line.trim();
    if (key === "") continue;
    const why = unusableKeyReason(key);
    const keyPlace = `the key in line ${String(number)}`;
    if (why !== null) throw new CodedError("bad-usage", { message: `${keyPlace} ${why}`, command: "tunebook serve" });
    if (isShortKey(key))
      process.stderr.write(
        `${keyPlace} has only ${String(key.length)} letters and can be guessed; \`--new-key FILE\` makes a long one\n`,
      );
    process.stdout.write(`${keysFileLine(key)}\n`);
  }
  return 0;
}
export function createApiKey(file: string): number {
  const key = createKey(file, new Date().toISOString().slice(0, 10));
  process.stdout.write(`${key}\n`);
  process.stderr.write(
    `its hash was added to ${file}; the key itself is not stored: give it to the users of the server\n`,
  );
  return 0;
}

function tlsOf({ tlsCert, tlsKey }: ServeCommandOptions): { readonly cert: string; readonly key: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new CodedError("tls-file", {
      file: tlsCert ?? tlsKey ?? "",
      why: tlsCert === undefined ? "`--tls-cert` is missing" : "`--tls-key` is missing",
    });
  return { cert: resolve(tlsCert), key: resolve(tlsKey) };
}

function limitsOf(options: ServeCommandOptions): ServingLimits {
  return {
    gather: options.gather ?? DEFAULT_LIMITS.gather,
    queue: options.maxQueue ?? DEFAULT_LIMITS.queue,
    texts: options.maxTexts ?? DEFAULT_LIMITS.texts,
    ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
    streams: options.maxStreams ?? DEFAULT_LIMITS.streams,
    body: options.maxBody ?? DEFAULT_LIMITS.body,
    ...(options.maxMemory !== undefined && { memory: options.maxMemory }),
    time: options.maxTime ?? DEFAULT_LIMITS.time,
    truncate: options.truncate,
    rate: options.rate ?? DEFAULT_LIMITS.rate,
  };
}

function banner(
  server: ModelServer,
  options: ServeCommandOptions,
  { guarded, short }: { readonly guarded: boolean; readonly short: readonly string[] },
): string {
  const models = server.models();
  const width = Math.max(...models.map(({ name }) => name.length));
  const [first] = models;
  const key = options.apiKeysEnv !== undefined ? `$${options.apiKeysEnv}` : "$KEY";
  const certificate = options.tlsCert === undefined ? null : resolve(options.tlsCert);
  const example = first && curlCommand(first, { url: server.url, key: guarded ? key : null, certificate });
  return [
    `Serving at ${server.url}${isLoopback(options.host) ? "" : ` (it listens at ${server.at}${isAny(options.host) ? ": all addresses of this machine" : ""})`}`,
    ...models.map((model) => `  ${model.name.padEnd(width)}  ${wordsOf(model)}`),
    guarded ? "Keys: each request needs one." : `Keys: none required. ${openness(options.host)}`,
    ...short.map((words) => `Warning: ${words}.`),
    ...(example === undefined ? [] : ["Try it:", `  ${example}`]),
    `Ctrl-C stops it, after running requests have ended. A page to try it by hand: ${server.url}/`,
    "",
  ].join("\n");
}
const isAny = (host: string): boolean => ["0.0.0.0", "::", "[::]"].includes(host);
function openness(host: string): string {
  return isLoopback(host)
    ? "Only this machine can reach it."
    : "Everybody who reaches this address can use it, and it was started with --insecure.";
}
function wordsOf({ sort, labels, maxLength, root }: ServedModelFacts): string {
  const outputText = sort === "labels" ? `labels (${String(labels)})` : sort;
  return [outputText, `${String(maxLength)} tokens`, ...(root === null ? [] : [`on ${root}`])].join(" · ");
}

/** A hang-up after the terminal has gone ends its programs; any other hang-up asks to reload what changed. */
function terminalIsGone(): boolean {
  if (![process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)) return false;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return false;
  } catch {
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
    return true;
  }
}

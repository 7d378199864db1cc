/**
 * The command `tunebook join flower`: SIGTERM and Ctrl-C leave the federation gracefully, a second one ends it at once.
 */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { progressOn } from "#tools/progress.mjs";
import type { Action } from "#dsl/compiler/plan/action.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { plainHostContext, type ProgressUpdate } from "#kernel/host/host-context.js";
import type { DeviceName, EngineName } from "#kernel/engines/engine.js";
import { parseParameterValues, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { readNamedText } from "#kernel/fetch/regular.js";
import { joinFederation, type JoinListeners } from "#kernel/features/federate/session/joining.js";
import { joinListenersPrintingLines } from "#kernel/features/federate/session/join-lines.js";
import { probeEngine } from "#kernel/session/answers/tried-engine.js";
import { runsFolderBeside } from "#kernel/runs/default-folder.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { runUntilInterrupted } from "./interrupted.js";
import { withDelayedProgressLine } from "./delayed-progress.js";

export interface JoinOptions {
  readonly superlink?: string;
  readonly data: string;
  readonly name?: string;
  readonly as?: string;
  readonly plain?: true;
  readonly once?: true;
  readonly rootCertificates?: string;
  readonly rounds?: number;
  readonly peers?: string;
  readonly runs?: string;
  readonly parameter: ParameterTexts;
}

type Federate = Extract<Action, { verb: "federate" }>;

export async function joinFlower(options: JoinOptions): Promise<number> {
  const { data: file } = options;
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune"] });
  const { diagnostics, sources, actions } = await withDelayedProgressLine((onProgress) =>
    // Joining runs the program, so missing files are downloaded.
    checkFile(file, { parameters: options.parameter, onProgress, tries: probeEngine, trusted: true }),
  );
  if (diagnostics.length > 0)
    process.stderr.write(`${renderAnsi(diagnostics, sources, { color: usesColour(process.stderr) })}\n`);
  if (diagnostics.some(({ severity }) => severity === "error")) return 1;
  const { plan } = federationIn(file, actions, options.as ?? null);
  const folder = dirname(resolve(file));
  const session = new TuneSession({
    folder,
    runs: options.runs === undefined ? runsFolderBeside(folder) : resolve(options.runs),
  });
  const superlink = options.superlink ?? addressIn(plan.effects.runner?.arguments);
  const line = progressOn(process.stderr);
  const lines = joinListenersPrintingLines(superlink, {
    say: (text) => process.stdout.write(`${text}\n`),
    warn: (text) => process.stderr.write(`${text}\n`),
  });
  const hears: JoinListeners = {
    ...lines,
    onJoined(...joinedArgs) {
      line.end();
      lines.onJoined(...joinedArgs);
    },
  };
  const request = {
    plan,
    number: 0,
    name: options.name ?? null,
    superlink,
    once: options.once === true,
    life: options.rounds ?? null,
    plain: options.plain === true,
    certificates: options.rootCertificates ?? null,
    peers: peersIn(options.peers),
  };
  try {
    await setEngine(session, actions);
    const onProgress = (progress: ProgressUpdate): void => line.show(progress);
    const { interrupted } = await runUntilInterrupted((signal) => {
      const hostContext = { ...plainHostContext(folder, parseParameterValues(options.parameter)), onProgress, signal };
      return joinFederation(session, request, { hostContext, signal, hears });
    });
    process.stdout.write("left\n");
    return interrupted ? 130 : 0;
  } finally {
    line.end();
    await session.close();
  }
}

/** Returns the address in the statement; only Flower's runner has one. */
function addressIn(given: Readonly<Record<string, unknown>> | undefined): string {
  const address = given?.["address"];
  return typeof address === "string" ? address : "";
}

/** Reads one key per line; the rest of a line is a comment. Coded errors of files, and `join-peers`. */
function peersIn(file: string | undefined): readonly string[] | null {
  if (file === undefined) return null;
  const lines = readNamedText(file, file, { most: 2 ** 20 })
    .split("\n")
    .map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [key = ""] = line.split(/\s+/);
      if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) throw new CodedError("join-peers", { file, line });
      return key;
    });
}

/** Coded errors `join-nothing`, `join-which`. */
function federationIn(file: string, actions: readonly Action[], named: string | null): Federate {
  const all = actions.filter(
    (action): action is Federate => action.verb === "federate" && action.plan.recipe.federated?.joined !== undefined,
  );
  const names = all.map(({ name }) => name);
  const wanted = named === null ? all : all.filter(({ name }) => name === named);
  const [one, ...others] = wanted;
  if (!one) throw new CodedError("join-nothing", { file, named, has: names });
  if (others.length > 0) throw new CodedError("join-which", { file, names });
  return one;
}

/** Applies the file's own engine statement. */
async function setEngine(session: TuneSession, actions: readonly Action[]): Promise<void> {
  const { settings } = actions.findLast((action) => action.verb === "engine") ?? {};
  if (!settings) return;
  const { engine, device, threads, deterministic } = settings;
  await session.engines.configure({
    engine: (engine ?? "auto") as EngineName | "auto",
    device: (device ?? "auto") as DeviceName,
    ...(typeof threads === "number" && { threads }),
    ...(deterministic === true && { deterministic: true as const }),
  });
  session.datasets.engine = (engine ?? "auto") as EngineName | "auto";
}

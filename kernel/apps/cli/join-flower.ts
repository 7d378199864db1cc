/** The command `tunebook join flower`: SIGTERM and Ctrl-C take leave in good order, a second one ends it at once. */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { progressOn } from "#tools/progress.mjs";
import type { Action } from "#dsl/compiler/plan/action.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { colours } from "#kernel/apps/checking/colours.js";
import { plainHostContext, type Progress } from "#kernel/host/host-context.js";
import type { DeviceName, EngineName } from "#kernel/engines/engine.js";
import { valuesOf, type Written } from "#kernel/apps/jupyter/client/parameters.js";
import { textOfNamed } from "#kernel/fetch/regular.js";
import { joinFederation, type JoinHears } from "#kernel/features/federate/session/joining.js";
import { joinLines } from "#kernel/features/federate/session/join-lines.js";
import { triedEngine } from "#kernel/session/answers/tried-engine.js";
import { runsBeside } from "#kernel/runs/runs-beside.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { untilInterrupted } from "./interrupted.js";
import { withProgress } from "./long.js";

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
  readonly parameter: Written;
}

type Federate = Extract<Action, { verb: "federate" }>;

export async function joinFlower(o: JoinOptions): Promise<number> {
  const { data: file } = o;
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune"] });
  const { diagnostics, sources, actions } = await withProgress((onProgress) =>
    // To join is to run the program, so what it needs is downloaded.
    checkFile(file, { parameters: o.parameter, onProgress, tries: triedEngine, trusted: true }),
  );
  if (diagnostics.length > 0)
    process.stderr.write(`${renderAnsi(diagnostics, sources, { color: colours(process.stderr) })}\n`);
  if (diagnostics.some(({ severity }) => severity === "error")) return 1;
  const { plan } = federationIn(file, actions, o.as ?? null);
  const folder = dirname(resolve(file));
  const session = new TuneSession({ folder, runs: o.runs === undefined ? runsBeside(folder) : resolve(o.runs) });
  const superlink = o.superlink ?? addressIn(plan.effects.runner?.arguments);
  const line = progressOn(process.stderr);
  const lines = joinLines(superlink, {
    say: (text) => process.stdout.write(`${text}\n`),
    warn: (text) => process.stderr.write(`${text}\n`),
  });
  const hears: JoinHears = {
    ...lines,
    onJoined(...told) {
      line.end();
      lines.onJoined(...told);
    },
  };
  const request = {
    plan,
    number: 0,
    name: o.name ?? null,
    superlink,
    once: o.once === true,
    life: o.rounds ?? null,
    plain: o.plain === true,
    certificates: o.rootCertificates ?? null,
    peers: peersIn(o.peers),
  };
  try {
    await setEngine(session, actions);
    const onProgress = (progress: Progress): void => line.show(progress);
    const { interrupted } = await untilInterrupted((signal) => {
      const hostContext = { ...plainHostContext(folder, valuesOf(o.parameter)), onProgress, signal };
      return joinFederation(session, request, { hostContext, signal, hears });
    });
    process.stdout.write("left\n");
    return interrupted ? 130 : 0;
  } finally {
    line.end();
    await session.close();
  }
}

/** The statement's own address; a runner that has none isn't Flower's. */
function addressIn(given: Readonly<Record<string, unknown>> | undefined): string {
  const address = given?.["address"];
  return typeof address === "string" ? address : "";
}

/** A key on each line; what stands behind it is for people. Coded errors of files, and `join-peers`. */
function peersIn(file: string | undefined): readonly string[] | null {
  if (file === undefined) return null;
  const lines = textOfNamed(file, file, { most: 2 ** 20 })
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

/** As the file's own statement says. */
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

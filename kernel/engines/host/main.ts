/**
 * The host process: runs one engine and answers its client's requests in order; runs may pass long work. It ends on
 * request, or when the client's process is gone; the current request (a checkpoint being written) is finished first.
 * SIGINT and SIGTERM are ignored, because the client handles interrupts. A signal may reach all processes at once, as
 * at a machine's shutdown, and the client must then write a checkpoint.
 */
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { graphCodes } from "#dsl/tensor/codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { basesCodes } from "../../bases/base-codes.js";
import { engineCodes } from "../codes.js";
import { forwardCodes } from "../forward/codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { tensorsCodes } from "../../tensors/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { CodedError, registerCodes } from "#dsl/language/diagnostics/codes.js";
import { engines } from "../engines.js";
import type { Backend, PausePoint } from "./backend.js";
import type { HostCallName, HostCalls, HostFailure, HostReply, HostRequest } from "./protocol.js";
import { ComputeClock } from "./clock.js";
import { HostSession } from "./session.js";
import { RequestQueue } from "./turns.js";

registerCodes(
  internalCodes,
  graphCodes,
  dataAndModelCodes,
  basesCodes,
  engineCodes,
  forwardCodes,
  fetchCodes,
  tensorsCodes,
  sourcesCodes,
  tableCodes,
);

for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);
process.on("disconnect", () => process.exit(0));

let backend: Backend | undefined;
const sessions = new Map<number, HostSession>();
let last = 0;

const clock = new ComputeClock();

type Handlers = {
  [N in HostCallName]: (
    ask: HostCalls[N]["ask"],
    pause: PausePoint,
  ) => HostCalls[N]["answer"] | Promise<HostCalls[N]["answer"]>;
};

const handlers: Handlers = {
  async start({ engine, addon, threads, device, answers }) {
    backend = await engines[engine].backend({ addon, threads, device, answers });
    return { ...backend.info, pid: process.pid };
  },
  can: ({ program }) => running().can(program),
  async open({ programs, checkpoints }, pause) {
    const session = await HostSession.open(running(), programs, checkpoints, pause);
    sessions.set(++last, session);
    return last;
  },
  async add({ session, programs, checkpoints }, pause) {
    await sessionOf(session).add(programs, checkpoints, pause);
    return null;
  },
  run: ({ session, program, feeds, wanted }) => clock.timed(() => sessionOf(session).run(program, feeds, wanted)),
  save: ({ session, file, names, metadata, rename }) => (sessionOf(session).save(file, names, metadata, rename), null),
  async remove({ session, programs }) {
    await sessionOf(session).remove(programs);
    return null;
  },
  load: ({ session, file, only }, pause) => sessionOf(session).load(file, only, pause),
  async reset({ session, names }) {
    await sessionOf(session).reset(names);
    return null;
  },
  setAside: ({ session, as, names }) => (sessionOf(session).setAside(as, names), null),
  takeBack: ({ session, as }) => (sessionOf(session).takeBack(as), null),
  letGo: ({ session, as }) => (sessionOf(session).letGo(as), null),
  read: ({ session, state }) => sessionOf(session).read(state),
  write: ({ session, state, value }) => (sessionOf(session).write(state, value), null),
  async dispose({ session }) {
    await sessionOf(session).dispose();
    sessions.delete(session);
    return null;
  },
  clock: () => clock.read(),
  close: () => null,
};

function running(): Backend {
  if (!backend) throw new Error("the engine has not been started");
  return backend;
}
function sessionOf(id: number): HostSession {
  const session = sessions.get(id);
  if (!session) throw new CodedError("engine-closed", { engine: running().info.name });
  return session;
}

function failureOf(e: unknown): HostFailure {
  const error = e instanceof Error ? e : new Error(String(e));
  const coded = error instanceof CodedError;
  return {
    code: coded ? error.code : null,
    data: coded ? error.data : null,
    message: error.message,
    stack: error.stack ?? "",
  };
}

async function answer(request: HostRequest, pause: PausePoint): Promise<void> {
  let reply: HostReply;
  try {
    const handler = handlers[request.call] as (ask: unknown, pause: PausePoint) => unknown;
    reply = { id: request.id, answer: await handler(request.ask, pause) };
  } catch (e) {
    reply = { id: request.id, failed: failureOf(e) };
  }
  await new Promise<void>((resolve) => {
    // Replies to a vanished client are lost; "disconnect" ends this process.
    if (process.send) process.send(reply, undefined, {}, () => resolve());
    else resolve();
  });
  if (request.call === "close") process.exit(0);
}

/**
 * A run may pass other sessions' work, and programs being added in its own session, but nothing else of that session.
 */
function mayPass(request: HostRequest, before: readonly HostRequest[]): boolean {
  if (request.call !== "run") return false;
  const { session, program } = request.ask;
  const waits = (other: HostRequest): boolean => "session" in other.ask && other.ask.session === session;
  return (
    before.every((other) => other.call === "add" || !waits(other)) && sessions.get(session)?.mayRun(program) === true
  );
}

const turns = new RequestQueue<HostRequest>(answer, mayPass);
process.on("message", (request: HostRequest) => turns.take(request));

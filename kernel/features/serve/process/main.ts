/**
 * The process of a server that a notebook started. The notebook sends what to serve over the process's channel; the
 * server ends when the process that started it ends. Its output is its log.
 */
import { registerAllCodes } from "../../../codes.js";
import { reportToParent } from "../../../remote/supervisor/parent-channel.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { serializeError, parseServerCommand, type ServerCommand, type ServeSpec } from "../server/protocol.js";
import { openLog } from "../server/log.js";
import { serveFolders, type ModelServer } from "../server/model-server.js";
import { ServerLifecycle } from "./server-lifecycle.js";

registerAllCodes();

/** Milliseconds between two reports of the load. */
const REPORT_EVERY = 1000;
/** Grace period, in ms, if the process that started the server is gone. */
const ORPHANED = 5000;

for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
const log = openLog(process.stderr);
const server = new ServerLifecycle<ModelServer>({ forcedStatus: () => 130 });
let isOpening = false;
let reporting: NodeJS.Timeout | undefined;

void server.stopRequested.then(() => {
  clearInterval(reporting);
  if (!isOpening) void end(0);
});
process.on("disconnect", () => server.stop(ORPHANED));
process.on("uncaughtException", (error) => {
  log.warn("failed", error);
  void reportToParent({ is: "failed", id: null, failure: serializeError(error) }).then(() => process.exit(1));
});
process.on("message", (message) => {
  const order = parseServerCommand(message);
  if (order) void follow(order);
});

async function follow(order: ServerCommand): Promise<void> {
  if (order.is === "open") return open(order.serve);
  if (order.is === "stop") return server.stop(order.grace);
  if (order.is === "tell") return reportLoad(order.id);
  const { id, name, folder } = order;
  try {
    if (!server.current) throw new CodedError("desk-over", { name: "the server" });
    await server.current.replace(name, folder);
    await reportToParent({ is: "replaced", id, models: server.current.models() });
  } catch (error) {
    await reportToParent({ is: "failed", id, failure: serializeError(error) });
  }
}

async function open(serve: ServeSpec): Promise<void> {
  isOpening = true;
  try {
    const { cut } = await server.run(
      (signal) => serveFolders({ ...serve, log, tellsRequests: true, signal }),
      async (opened) => {
        await reportToParent({ is: "listening", url: opened.url, port: opened.port, models: opened.models() });
        reporting = setInterval(() => void reportLoad(null), REPORT_EVERY);
      },
    );
    await end(cut);
  } catch (error) {
    log.warn("failed", error);
    await reportToParent({ is: "failed", id: null, failure: serializeError(error) });
    process.exit(1);
  }
}

/** `id`: of the request for it; null for the report of every second. */
async function reportLoad(id: number | null): Promise<void> {
  const { current } = server;
  if (!current) return;
  const { processMemory, engine } = current.memory();
  await reportToParent({
    is: "load",
    id,
    load: current.load(),
    memory: engine === null ? null : processMemory + engine,
  });
}

async function end(cut: number): Promise<void> {
  await reportToParent({ is: "ended", cut });
  process.exit(0);
}

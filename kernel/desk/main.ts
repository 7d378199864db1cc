/**
 * The process of a server that a notebook started. What it serves it is told over its channel; it ends with whoever started it, on
 * SIGTERM and SIGINT in good order, and a second one of those ends it at once. SIGHUP makes it look at its folders anew. What it
 * prints is its log.
 */
import { registerAllCodes } from "../codes.js";
import { tellParent } from "../control/parent.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { failureOf, orderedIn, type Ordered, type Said, type Serve } from "../serving/control.js";
import { openLog } from "./log.js";
import { GRACE, serveFolders, type Desk } from "./serve-folders.js";

registerAllCodes();

/** Milliseconds between two words on how it stands. */
const EVERY = 1000;
/** What is under way has so long where nobody is there any more who would look. */
const ORPHANED = 5000;

for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
const log = openLog(process.stderr);
const opening = new AbortController();
let desk: Desk | null = null;
let signals = 0;
/** Whether it was told to look anew before it had opened anything. */
let changed = false;
let telling: NodeJS.Timeout | undefined;

for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    if (++signals > 1) process.exit(130);
    void end(GRACE);
  });
process.on("SIGHUP", () => {
  if (desk) void desk.reload();
  else changed = true;
});
process.on("disconnect", () => void end(ORPHANED));
process.on("uncaughtException", (error) => {
  log.warn("failed", error);
  void tell({ is: "failed", id: null, failure: failureOf(error) }).then(() => process.exit(1));
});
process.on("message", (message) => {
  const order = orderedIn(message);
  if (order) void follow(order);
});

async function follow(order: Ordered): Promise<void> {
  if (order.is === "open") return open(order.serve);
  if (order.is === "stop") return end(order.grace);
  if (order.is === "tell") return tellLoad(order.id);
  const { id, name, folder } = order;
  try {
    if (!desk) throw new CodedError("desk-over", { name: "the server" });
    await desk.replace(name, folder);
    await tell({ is: "replaced", id, models: desk.models() });
  } catch (error) {
    await tell({ is: "failed", id, failure: failureOf(error) });
  }
}

async function open(serve: Serve): Promise<void> {
  try {
    desk = await serveFolders({ ...serve, log, tellsRequests: true, signal: opening.signal });
  } catch (error) {
    if (opening.signal.aborted) return;
    log.warn("failed", error);
    await tell({ is: "failed", id: null, failure: failureOf(error) });
    process.exit(1);
  }
  if (opening.signal.aborted) return end(0);
  await tell({ is: "listening", url: desk.url, port: desk.port, models: desk.models() });
  if (changed) void desk.reload();
  telling = setInterval(() => void tellLoad(null), EVERY);
}

async function tellLoad(id: number | null): Promise<void> {
  if (!desk) return;
  const { own, engine } = desk.memory();
  await tell({ is: "load", id, load: desk.load(), memory: engine === null ? null : own + engine });
}

async function end(grace: number): Promise<void> {
  opening.abort();
  clearInterval(telling);
  const cut = desk ? await desk.stop(grace) : 0;
  await tell({ is: "ended", cut });
  process.exit(0);
}

/** Settles when it was said, or nobody hears. */
function tell(said: Said): Promise<void> {
  return tellParent(said);
}

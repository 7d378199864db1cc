/**
 * The kernel's process. The wire starts first, on its own thread, and answers at once; the cells are loaded meanwhile
 * and run on the main thread. Argument: the connection file. `TUNEBOOK_LAUNCHER_FD` names the launcher's pipe.
 */
import { fetchCodes } from "../../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { wireCodes } from "./codes.js";
import { join } from "node:path";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { CodedError, textsOfCode, registerCodes } from "#dsl/language/diagnostics/codes.js";
import { Backpressure } from "./backpressure.js";
import type { KernelCellRuntime } from "./cells.js";
import { readConnection } from "./connection.js";
import { thisMachine, userDataFolder } from "./kernelspec/jupyter-paths.js";
import { outputLimitsFrom } from "./pace.js";
import type { MessageFromMainThread, MessageToMain } from "../ports/run-port.js";
import type { WireWorkerData, SocketBindFailure } from "./worker.js";

registerCodes(internalCodes, wireCodes, fetchCodes, sourcesCodes);

/** Maximum time for the cells to dispose of their resources at the end. */
const disposeMs = 1800;
/** Maximum time for the wire to send what is left. */
const byeMs = 400;

const exit = process.exit.bind(process);
const launcher = process.env["TUNEBOOK_LAUNCHER_FD"];
delete process.env["TUNEBOOK_LAUNCHER_FD"];

function start(connectionFile: string): void {
  const connection = readConnection(connectionFile);
  const runs = new MessageChannel();
  const pressure = new Backpressure();
  const workerData: WireWorkerData = {
    connection,
    runs: runs.port2,
    memory: pressure.memory,
    limits: outputLimitsFrom(process.env),
    historyFolder: join(userDataFolder(thisMachine()), "tunebook", "history"),
    launcher: launcher === undefined ? undefined : Number(launcher),
  };
  const wire = new Worker(new URL("./worker.js", import.meta.url), { workerData, transferList: [runs.port2] });
  wire.on("message", ({ problem }: SocketBindFailure) => leave(problem));
  wire.on("error", (error) => leave(`the wire failed: ${error.stack ?? error.message}`));
  // interrupts arrive as messages or from the launcher; this process itself ignores SIGINT
  process.on("SIGINT", () => {
    if (launcher === undefined) runs.port1.postMessage({ kind: "sigint" } satisfies MessageFromMainThread);
  });
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error) => lastResort(event, error));
  const end = (): void => {
    setTimeout(() => exit(0), byeMs);
    wire.on("exit", () => exit(0));
    runs.port1.postMessage({ kind: "bye" } satisfies MessageFromMainThread);
  };
  let dispose = (): Promise<void> => Promise.resolve();
  runs.port1.on("message", (message: MessageToMain) => {
    if (message.kind !== "shutdown") return;
    setTimeout(end, disposeMs + 1000 * message.patience);
    dispose().then(end, end);
  });
  loadCells(runs.port1, pressure).then(
    (cells) => {
      dispose = cells.dispose;
    },
    (error: unknown) => {
      const problem = `the kernel's cells could not be loaded: ${errorText(error)}`;
      process.stderr.write(`tunebook: ${problem}\n`);
      runs.port1.postMessage({ kind: "failed", problem } satisfies MessageFromMainThread);
    },
  );
}

async function loadCells(runs: MessagePort, pressure: Backpressure): Promise<KernelCellRuntime> {
  const [{ createCellRuntime: createCells }, { CellRunner: Runner }] = await Promise.all([
    import("./cells.js"),
    import("./runner.js"),
  ]);
  const cells = await createCells(process.cwd());
  new Runner(runs, cells, pressure);
  return cells;
}

/** The cells show errors that their code leaves uncaught; all others go to the log, and the kernel survives. */
function lastResort(event: "uncaughtException" | "unhandledRejection", error: unknown): void {
  if (process.listenerCount(event) > 1) return;
  process.stderr.write(`tunebook: ${event}: ${errorText(error)}\n`);
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function leave(problem: string): never {
  process.stderr.write(`tunebook: ${problem}\n`);
  return exit(1);
}

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) leave("usage: kernel-process.js CONNECTION_FILE");
try {
  start(connectionFile);
} catch (error) {
  if (!(error instanceof CodedError)) throw error;
  leave(`error[${error.code}]: ${textsOfCode(error.code, error.data).message}`);
}

/** Entry point of the wire's thread: binds the sockets, serves them, and listens to the launcher. */
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { wireCodes } from "./codes.js";
import { fetchCodes } from "../../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { Socket } from "node:net";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { randomUUID } from "node:crypto";
import { CodedError, textsOfCode, registerCodes } from "#dsl/language/diagnostics/codes.js";
import { Backpressure } from "./backpressure.js";
import { logKernelProblem } from "./complaints.js";
import type { Connection } from "./connection.js";
import type { OutputLimits } from "./pace.js";
import { bindSockets } from "./sockets.js";
import { ExecutionTerminator } from "./terminator.js";
import { Wire } from "./wire.js";

registerCodes(internalCodes, dataAndModelCodes, wireCodes, fetchCodes, sourcesCodes, tableCodes);

export interface WireWorkerData {
  readonly connection: Connection;
  readonly runs: MessagePort;
  readonly memory: SharedArrayBuffer;
  readonly limits: OutputLimits;
  readonly historyFolder: string;
  /** File descriptor of the launcher's pipe, if there is one. */
  readonly launcher: number | undefined;
}
/** Sent to the main thread if the sockets could not be bound. */
export interface SocketBindFailure {
  readonly problem: string;
}

const data = workerData as WireWorkerData;
const kill = (): void => void process.kill(process.pid, "SIGKILL");
// every loop survives its own errors; any other failure is logged, and the sockets are still served
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) =>
    logKernelProblem(
      "a message failed; the connection continues",
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ),
  );
try {
  const sockets = await bindSockets(data.connection);
  const wire = new Wire({
    ...data,
    sockets,
    session: randomUUID(),
    pressure: new Backpressure(data.memory),
    terminator: new ExecutionTerminator(),
    kill,
    leave: () => process.exit(),
  });
  wire.start();
  if (data.launcher !== undefined) listen(data.launcher, wire);
} catch (error) {
  const problem =
    error instanceof CodedError
      ? `error[${error.code}]: ${textsOfCode(error.code, error.data).message}`
      : String(error);
  parentPort?.postMessage({ problem } satisfies SocketBindFailure);
}

/** Reads one byte per signal that the launcher received; when the launcher is gone, this process ends too. */
function listen(fd: number, wire: Wire): void {
  const pipe = new Socket({ fd, readable: true, writable: false });
  pipe.on("data", (bytes) => {
    for (const byte of bytes) {
      if (byte === "i".charCodeAt(0)) wire.interrupt();
      else if (byte === "t".charCodeAt(0)) void wire.shutdown(false);
    }
  });
  pipe.on("error", kill);
  pipe.on("end", kill);
}

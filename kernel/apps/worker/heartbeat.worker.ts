/** The thread of heartbeat.ts. */
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { clusterCodes } from "../../remote/coordinator/codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { CodedError, diagnosticText, registerCodes } from "#dsl/language/diagnostics/codes.js";
import { CoordinatorClient } from "../../remote/coordinator/client.js";
import { networkErrorReason } from "../../fetch/http.js";
import type { HeartbeatMessage, HeartbeatOptions } from "./heartbeat.js";

registerCodes(internalCodes, dataAndModelCodes, clusterCodes, fetchCodes, sourcesCodes, tableCodes);

const { url, token, worker, beat, patience, parent } = workerData as HeartbeatOptions;
/** Milliseconds for the worker to exit by itself. */
const GRACE = 8_000;

const client = new CoordinatorClient({ url, token, patience: 0 });
let lease: string | null = null;
let heard = Date.now();
let dying = false;
parentPort?.on("message", (heldLease: string | null) => (lease = heldLease));

for (;;) {
  const about = lease;
  if (parent !== null && process.ppid !== parent) die("its parent process has ended", GRACE / 4);
  try {
    const { answer } = await client.ask("beat", { worker, lease: about });
    heard = Date.now();
    say({ answer, lease: about });
  } catch (error) {
    if (error instanceof CodedError && error.code === "lease-lost") {
      // oxlint-disable-next-line no-useless-assignment -- the next turn of the loop reads it
      heard = Date.now();
      say({ lost: true, lease: about });
    } else if (Date.now() - heard > patience)
      die(error instanceof CodedError ? diagnosticText(error).message : networkErrorReason(error), GRACE);
  }
  await delay(beat);
}

function say(message: HeartbeatMessage): void {
  parentPort?.postMessage(message);
}

/** The engine's host ends when this process does. */
function die(why: string, grace: number): void {
  if (dying) return;
  dying = true;
  say({ gone: why });
  setTimeout(() => process.kill(process.pid, "SIGKILL"), grace);
}

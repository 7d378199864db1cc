/**
 * A process that is a federation client for data that a notebook names. It reads its job from its input, in one line,
 * and joins like any other client. It exits when that input closes, as the process that started it is then gone. Its
 * output is lines for people. Its exit status is 0 if it took part to the end; otherwise the last line of its error
 * output is `code: message`.
 */
import { registerAllCodes } from "../../codes.js";
import { createInterface } from "node:readline";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "../../host/host-context.js";
import { parseClientProcessJob, type ClientProcessJob } from "../../features/federate/session/join-child.js";
import { joinListenersPrintingLines } from "../../features/federate/session/join-lines.js";
import { joinFederation } from "../../features/federate/session/joining.js";
import { TuneSession } from "../../features/tune-session.js";

registerAllCodes();

// Signals to the process group are for the process that started this one; it ends this one through its input.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);

const ended = new AbortController();
const input = createInterface({ input: process.stdin });
let begun = false;
input.on("line", (line) => {
  if (begun) return;
  begun = true;
  const order = parseClientProcessJob(line);
  if (!order) process.exit(2);
  serve(order).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${errorLine(error)}\n`);
      process.exit(1);
    },
  );
});
/** Milliseconds for leaving the federation. */
const GRACE = 5000;
input.on("close", () => {
  if (!begun) process.exit(0);
  ended.abort();
  setTimeout(() => process.exit(0), GRACE);
});

async function serve({ folder, runs, engine, ...request }: ClientProcessJob): Promise<void> {
  const session = new TuneSession({ folder, runs });
  await session.engines.configure(engine);
  session.datasets.engine = engine.engine;
  const { signal } = ended;
  const hears = joinListenersPrintingLines(request.superlink, {
    say: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  const around = { hostContext: { ...plainHostContext(folder), signal }, signal, hears };
  try {
    // The process that started it runs the federation, and may be interrupted and resume.
    await joinFederation(session, { ...request, once: true, life: null, peers: null }, around);
  } finally {
    await session.close();
  }
}

function errorLine(error: unknown): string {
  if (error instanceof CodedError) return `${error.code}: ${textsOfCode(error.code, error.data).message}`;
  return `internal: ${error instanceof Error ? error.message : String(error)}`;
}

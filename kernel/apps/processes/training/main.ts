/**
 * The process of a training that runs by itself, or of several as one. Its one argument is the folder that tells what to train;
 * it takes the run's folder, says so to whoever started it, and runs the statement as a session does. A hang-up doesn't end it; SIGTERM and SIGINT do in good
 * order, after a checkpoint. What it prints is the log in its run's folder.
 */
import { registerAllCodes } from "../../../codes.js";
import { tellParent } from "../../../remote/supervisor/parent-channel.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import { lockRun } from "../../../runs/run-lock.js";
import { writeTogether, type Statement } from "../../../runs/together/trial-groups.js";
import { EXITS } from "../../../remote/supervisor/outcome.js";
import { noteRunning } from "../../../remote/supervisor/running-processes.js";
import type { Told } from "../../../remote/supervisor/start-process.js";
import { diagnosticsOf } from "../../../session/diagnostics-of.js";
import { openShipment, type Opened } from "../../../features/shipped-session.js";
import type { Shown } from "../../../display/bundle-output.js";
import type { Screen } from "../../../session/live-training.js";
import { textScreen } from "../../../session/text-screen.js";
import type { Stage } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { statementOf } from "../../../sweep-runs/detach-group.js";
import { runSweep } from "../../../features/sweep/run.js";
import { runTrain } from "../../../features/train/run.js";
import { doneOf } from "../../../sweep-runs/watch-group.js";
import type { Shippable } from "../../../remote/jobs/ship.js";
import { readShipment } from "../../../remote/jobs/shipment.js";
import { RunReporter } from "./run-reporter.js";

registerAllCodes();

const stop = new AbortController();
let signals = 0;
for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    // Whoever asks twice means it.
    if (++signals > 1) process.exit(EXITS.interrupted);
    stop.abort();
  });
process.on("SIGHUP", () => undefined);
// Whoever started it is gone, or has heard enough.
process.on("disconnect", () => undefined);

// A log that can't be written, on a full disk, is no reason to end: what is lost there is words.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const job = process.argv[2] ?? "";
const reporter = new RunReporter(job, stop, tell);
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  reporter.over({ exit: EXITS.failed, why: error.message });
  process.exit(EXITS.failed);
});
process.exit(await train());

async function train(): Promise<number> {
  const text = textScreen(process.stdout);
  const screen = { ...text, ...withoutPlan(text) };
  let opened: Opened | undefined;
  let end: { readonly exit: number; readonly why?: string } = { exit: EXITS.done };
  let release = (): void => undefined;
  try {
    opened = await openShipment(readShipment(job), { screen, signal: stop.signal });
    const { session, action, stage } = opened;
    const statement = statementOf(action);
    if (statement) release = await openTogether(session, statement);
    await run(session, action, statement ? stage : { ...stage, follows: reporter }).catch((error: unknown) => {
      throw error instanceof CodedError && !error.at.span ? error.placed(action.span) : error;
    });
  } catch (error) {
    end = await ended(error, opened);
  } finally {
    screen.end();
    await opened?.session.close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }
  reporter.over(end);
  // Whoever watches several trainings is told by the note how they ended: it is there before the lock is given back.
  release();
  await reporter.close();
  return end.exit;
}

/** Takes the folder of several trainings that run as one, and says so; what is returned gives it back. */
async function openTogether(session: OpenSession, statement: Statement): Promise<() => void> {
  const together = writeTogether(session.runs, statement);
  const lock = await lockRun(together.folder, "train");
  lock.whenReleased(noteRunning(together.folder));
  reporter.counts(() => doneOf(together, session.vocabulary.registry));
  await reporter.began(statement.name, together.folder);
  return () => lock.release();
}

function run(session: OpenSession, action: Shippable, stage: Stage): Promise<void> {
  const { detach, ...own } = action;
  void detach;
  return own.verb === "sweep" ? runSweep(session, own, stage) : runTrain(session, own, stage);
}

/** Whoever started it was shown the plan, and the run's folder has it: the log is for what happens. */
function withoutPlan(to: Screen): Screen {
  const isPlan = ({ id }: Shown): boolean => id?.endsWith("-plan") === true;
  return {
    display: (shown) => void (isPlan(shown) || to.display(shown)),
    update: (shown) => void (isPlan(shown) || to.update(shown)),
  };
}

async function ended(
  error: unknown,
  opened: Opened | undefined,
): Promise<{ readonly exit: number; readonly why?: string }> {
  const sources = opened?.stage.sources ?? [];
  const diagnostics = diagnosticsOf(error, sources);
  const coded = error instanceof CodedError ? error : null;
  const interrupted = stop.signal.aborted || coded?.code === "interrupted";
  const words =
    diagnostics.length > 0
      ? renderAnsi(diagnostics, sources, { color: false })
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  if (!interrupted) process.stderr.write(`${words}\n`);
  if (coded) await tell({ is: "failed", code: coded.code, data: coded.data });
  if (interrupted) return { exit: EXITS.interrupted };
  const told = coded ? wordsFor(coded) : null;
  const why = told ? [told.message, ...(told.notes ?? []), told.help ?? ""].join("\n").trim() : words;
  return { exit: coded?.code === "no-space" ? EXITS.full : reporter.isGone ? EXITS.gone : EXITS.failed, why };
}

/** Settles when it was said, or nobody hears. */
function tell(message: Told): Promise<void> {
  return tellParent(message);
}

/**
 * The process of a detached training, or of several as one. Its one argument is the folder that describes the training.
 * It takes the run's folder, reports that to the process that started it, and runs the statement as a session does. It
 * ignores SIGHUP; SIGTERM and SIGINT end it gracefully, after a checkpoint. Its output is the log in its run's folder.
 */
import { registerAllCodes } from "../../../codes.js";
import { reportToParent } from "../../../remote/supervisor/parent-channel.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { EXIT_STATUSES } from "../../../remote/supervisor/outcome.js";
import type { StartReport } from "../../../remote/supervisor/start-process.js";
import { diagnosticsOf } from "../../../session/diagnostics-of.js";
import { openJob, type OpenedJob } from "../../../features/shipped-session.js";
import type { DisplayOutput } from "../../../display/html.js";
import type { OutputScreen } from "../../../session/live-training.js";
import { textScreen } from "../../../session/text-screen.js";
import type { ExecutionContext } from "../../../session/execution-context.js";
import type { OpenSession } from "../../../session/open-session.js";
import { trialGroupStatementOf } from "../../../sweep-runs/detach-group.js";
import { runSweep } from "../../../features/sweep/run.js";
import { runTrain } from "../../../features/train/run.js";
import type { JobAction } from "../../../remote/jobs/ship.js";
import { readJobSpec } from "../../../remote/jobs/shipment.js";
import { RunReporter, reportTrialGroup } from "./run-reporter.js";

registerAllCodes();

const stop = new AbortController();
let signals = 0;
for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    // A second signal ends it at once.
    if (++signals > 1) process.exit(EXIT_STATUSES.interrupted);
    stop.abort();
  });
process.on("SIGHUP", () => undefined);
// The process that started it has exited or stopped listening.
process.on("disconnect", () => undefined);

// A log that cannot be written (on a full disk) is no reason to stop, as only messages are lost.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const job = process.argv[2] ?? "";
const reporter = new RunReporter(job, stop, tell);
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  reporter.over({ exit: EXIT_STATUSES.failed, why: error.message });
  process.exit(EXIT_STATUSES.failed);
});
process.exit(await train());

async function train(): Promise<number> {
  const text = textScreen(process.stdout);
  const screen = { ...text, ...withoutPlan(text) };
  let opened: OpenedJob | undefined;
  let end: { readonly exit: number; readonly why?: string } = { exit: EXIT_STATUSES.done };
  let release = (): void => undefined;
  try {
    opened = await openJob(readJobSpec(job), { screen, signal: stop.signal });
    const { session, action, stage: context } = opened;
    const statement = trialGroupStatementOf(action);
    if (statement) release = await reportTrialGroup(reporter, session, statement);
    await run(session, action, statement ? context : { ...context, follows: reporter }).catch((error: unknown) => {
      throw error instanceof CodedError && !error.origin.span ? error.placed(action.span) : error;
    });
  } catch (error) {
    end = await ended(error, opened);
  } finally {
    screen.end();
    await opened?.session.close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }
  reporter.over(end);
  // Watchers of several trainings read the outcome from the note, so it is written before the lock is released.
  release();
  await reporter.close();
  return end.exit;
}

function run(session: OpenSession, action: JobAction, context: ExecutionContext): Promise<void> {
  const { detach, ...trainingAction } = action;
  void detach;
  return trainingAction.verb === "sweep"
    ? runSweep(session, trainingAction, context)
    : runTrain(session, trainingAction, context);
}

/** Hides the plan: the user has seen it, and the run's folder has it. The log is for events. */
function withoutPlan(to: OutputScreen): OutputScreen {
  const isPlan = ({ id }: DisplayOutput): boolean => id?.endsWith("-plan") === true;
  return {
    display: (shown) => void (isPlan(shown) || to.display(shown)),
    update: (shown) => void (isPlan(shown) || to.update(shown)),
  };
}

async function ended(
  error: unknown,
  opened: OpenedJob | undefined,
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
  if (interrupted) return { exit: EXIT_STATUSES.interrupted };
  const errorWords = coded ? diagnosticText(coded) : null;
  const why = errorWords
    ? [errorWords.message, ...(errorWords.notes ?? []), errorWords.help ?? ""].join("\n").trim()
    : words;
  return {
    exit: coded?.code === "no-space" ? EXIT_STATUSES.full : reporter.isGone ? EXIT_STATUSES.gone : EXIT_STATUSES.failed,
    why,
  };
}

/** Settles when the message was sent, or nothing listens. */
function tell(message: StartReport): Promise<void> {
  return reportToParent(message);
}

/**
 * `experiment`: checks that its trackers are reachable and sends them what they missed. Nothing else waits for
 * trackers.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { TrackerUnavailableError, TrackerRefusalError } from "#stdlib/trackers/kind.js";
import { readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { displayOutputOf } from "../../display/bundle.js";
import { card, htmlTable } from "../../display/html.js";
import { plural } from "../../host/value-text.js";
import { textTable } from "../../display/text-table.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { sendTrackerRequest } from "../../trackers/tracker-client.js";
import { trackerContextOf } from "../../training-runs/tracker-context.js";
import { type ExecutionContext, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** Milliseconds within which a tracker must respond. */
const GREETING = 2500;

/** Coded errors `secret-missing`, `secret-malformed`. */
export async function announceExperimentToTrackers(
  session: OpenSession,
  _action: Extract<Action, { verb: "experiment" }>,
  context: ExecutionContext,
): Promise<void> {
  const report = mustExist(trackerContextOf(context), "the experiment");
  const { name, notes, trackers } = report.experiment;
  const silent = isVerifying(session);
  const found = await Promise.all(
    trackers.map((one) => (silent ? passedOver(one) : greeted(session, one, name, context.signal))),
  );
  const missed = silent ? 0 : await session.trackers.takeUp(session.runs, report.experiment, report.say);
  const rows = found.map(({ title, says }) => [title, says]);
  const after = missed > 0 ? [`Missed events of ${plural(missed, "earlier run")} are being sent now.`] : [];
  const title = `Experiment ${name}`;
  const lines = [...(notes === "" ? [] : [notes]), ...(rows.length > 0 ? [textTable(null, rows)] : []), ...after];
  context.screen.display(
    displayOutputOf([title, ...lines].join("\n"), card(title, notes, rows.length > 0 && htmlTable({ rows }), ...after)),
  );
}

async function passedOver(call: Call): Promise<{ readonly title: string; readonly says: string }> {
  return {
    title: (await loadImplementation(call, "tracker")).title(call),
    says: "not contacted: the notebook is being verified",
  };
}

async function greeted(
  session: OpenSession,
  call: Call,
  experiment: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly title: string; readonly says: string }> {
  const tracker = await loadImplementation(call, "tracker");
  const place = tracker.place(call);
  const title = tracker.title(call);
  if ("url" in place && place.env !== null) readHeaderSecret(place.env);
  try {
    const door = {
      ask: (asking: Parameters<typeof sendTrackerRequest>[0]) =>
        sendTrackerRequest(asking, { place, signal, patience: { answer: GREETING, pace: 100_000 } }),
    };
    await tracker.greet(call, door, experiment);
    return { title, says: "records runs from here on" };
  } catch (error) {
    if (!(error instanceof TrackerUnavailableError) && !(error instanceof TrackerRefusalError)) throw error;
    session.trackers.missed(call);
    return {
      title,
      says: `unreachable (${error.message}): nothing waits for it; missed events are stored with the runs, and sent later`,
    };
  }
}

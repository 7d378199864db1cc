/** `sweep`: runs a sweep here or on a cluster, or detaches it, and reports the result. */
import { runRemoteSweep } from "../../sweep-runs/remote-sweep.js";
import { warnOfTrialSpending } from "../../training-runs/spent-privacy.js";
import { type ExecutionContext, warnerAt, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { detachGroup } from "../../sweep-runs/detach-group.js";
import { reportSweep } from "../../sweep-runs/report-sweep.js";
import type { SweepAction } from "../../sweep-runs/sweep-result.js";
import { executeSweep } from "../../sweep-runs/local-sweep.js";

export async function runSweep(session: OpenSession, action: SweepAction, context: ExecutionContext): Promise<void> {
  await warnOfTrialSpending(session.runs, action, warnerAt(context, action.span));
  if (action.detach && !isVerifying(session)) return detachGroup(session, action, context);
  const found = await runRemoteSweep(session, action, context);
  await reportSweep(session, "live" in found ? found : await executeSweep(session, found.here, context), context);
}

/**
 * `attach`: watches a detached training and shows the same curves as `train`; when it has ended, the name gets its
 * weights. Nothing in this session ends the training.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { RunFolder } from "../../runs/run-folder.js";
import { isClusterSweep, readTrialGroup } from "../../runs/together/trial-groups.js";
import { findWatchable } from "../../runs/history/find-watchable.js";
import { attachRemoteSweep, attachGroup } from "../../sweep-runs/attach-group.js";
import { attachTraining } from "../../training-runs/attached-training.js";
import { type ExecutionContext, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export async function runAttach(
  session: OpenSession,
  { name, run }: Extract<Action, { verb: "attach" }>,
  context: ExecutionContext,
): Promise<void> {
  const places = { folder: context.hostContext.folder, runs: session.runs };
  const found = run === null ? startedHere(session, name, places) : (readTrialGroup(run) ?? RunFolder.open(run));
  if (found === null) return;
  if (found instanceof RunFolder) await attachTraining(session, { name, run: found }, context);
  else await (isClusterSweep(found) ? attachRemoteSweep : attachGroup)(session, found, name, context);
}

/** Null when verifying: the detached training ran in its cell, and the name is already defined. */
function startedHere(
  session: OpenSession,
  name: string,
  places: { readonly folder: string; readonly runs: string },
): ReturnType<typeof findWatchable> | null {
  try {
    return findWatchable(name, places);
  } catch (error) {
    if (isVerifying(session) && error instanceof CodedError && error.code === "nothing-to-attach") return null;
    throw error;
  }
}

/** Context of the parts of `deploy`. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { ModelToDeploy, TargetImplementation } from "#stdlib/targets/kind.js";
import type { DeploymentPlace } from "../../deployments/output.js";
import type { DeploymentRun } from "./deployment-run.js";
import type { OpenedRun } from "../../models/opened-run.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export type DeployAction = Extract<Action, { verb: "deploy" }>;

/** State of a deployment that does not change while it runs. */
export interface DeploymentContext {
  readonly session: OpenSession;
  readonly action: DeployAction;
  readonly stage: ExecutionContext;
  readonly opened: OpenedRun;
  readonly target: TargetImplementation;
  readonly place: DeploymentPlace;
  /** Checks again that the place may be used; null for a deployment that is written into the run only. */
  readonly again: (() => Promise<void>) | null;
  readonly run: DeploymentRun;
  readonly model: ModelToDeploy;
}

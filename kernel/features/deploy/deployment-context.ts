/** What the parts of `deploy` are told. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { DeployedModel, TargetImplementation } from "#stdlib/targets/kind.js";
import type { DeploymentPlace } from "../../deployments/output.js";
import type { DeploymentRun } from "./deployment-run.js";
import type { OpenedRun } from "../../models/opened-run.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export type DeployAction = Extract<Action, { verb: "deploy" }>;

/** What a deployment is made of, the same from its beginning to its end. */
export interface DeploymentContext {
  readonly session: OpenSession;
  readonly action: DeployAction;
  readonly stage: ExecutionContext;
  readonly opened: OpenedRun;
  readonly target: TargetImplementation;
  readonly place: DeploymentPlace;
  /** Demands the place once more; null: nothing stood there before, nor can. */
  readonly again: (() => Promise<void>) | null;
  readonly run: DeploymentRun;
  readonly model: DeployedModel;
}

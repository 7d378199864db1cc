/** What the parts of `deploy` are told. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Deployed, TargetImplementation } from "#stdlib/targets/kind.js";
import type { Place } from "../../deployments/output.js";
import type { DeploymentRun } from "./deployment-run.js";
import type { Opened } from "../../models/opened-run.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

export type Deploy = Extract<Action, { verb: "deploy" }>;

/** What a deployment is made of, the same from its beginning to its end. */
export interface Work {
  readonly session: OpenSession;
  readonly action: Deploy;
  readonly stage: Stage;
  readonly opened: Opened;
  readonly target: TargetImplementation;
  readonly place: Place;
  /** Demands the place once more; null: nothing stood there before, nor can. */
  readonly again: (() => Promise<void>) | null;
  readonly run: DeploymentRun;
  readonly model: Deployed;
}

/** Properties of a panel tab. */
import type { Actions } from "./panel-actions.js";
import type { Follower } from "./panel-follower.js";
import type { PanelState } from "./panel-state.js";

export interface TabProps {
  readonly state: PanelState;
  readonly follower: Follower;
  readonly actions: Actions;
  /** Whether no kernel is available for requests. */
  readonly stale: boolean;
}

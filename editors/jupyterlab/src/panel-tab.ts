/** What a tab of the panel is given. */
import type { Actions } from "./panel-actions.js";
import type { Follower } from "./panel-follower.js";
import type { PanelState } from "./panel-state.js";

export interface TabProps {
  readonly state: PanelState;
  readonly follower: Follower;
  readonly actions: Actions;
  /** There is no kernel that could be asked. */
  readonly stale: boolean;
}

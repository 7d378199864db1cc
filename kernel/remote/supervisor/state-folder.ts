/** Where what this user's machine does now is written down, whichever folder it is done in. */
import { join } from "node:path";
import { xdgFolder } from "../../fetch/xdg.js";

export function stateFolder(): string {
  return join(xdgFolder("XDG_STATE_HOME"), "tunebook");
}

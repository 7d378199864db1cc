/** State folder of this user: records of current work on this machine, in any folder. */
import { join } from "node:path";
import { xdgFolder } from "../../fetch/xdg.js";

export function stateFolder(): string {
  return join(xdgFolder("XDG_STATE_HOME"), "tunebook");
}

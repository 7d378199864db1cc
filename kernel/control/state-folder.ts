/** Where what this user's machine does now is written down, whichever folder it is done in. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export function stateFolder(): string {
  const { XDG_STATE_HOME: state } = process.env;
  const home = state !== undefined && isAbsolute(state) ? state : join(homedir(), ".local", "state");
  return join(home, "tunebook");
}

/**
 * The user's folders by the XDG Base Directory Specification 0.8: an empty value counts as unset, and a relative one is
 * ignored.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

const USUAL = {
  XDG_CACHE_HOME: [".cache"],
  XDG_CONFIG_HOME: [".config"],
  XDG_STATE_HOME: [".local", "state"],
  XDG_DATA_HOME: [".local", "share"],
} as const;

export function xdgFolder(name: keyof typeof USUAL, env: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  const set = env[name];
  return set !== undefined && isAbsolute(set) ? set : join(home, ...USUAL[name]);
}

/**
 * The user's configuration: `TUNEBOOK_CONFIG`, or `tunebook` in `XDG_CONFIG_HOME` or `~/.config`, on Windows in
 * `%APPDATA%`.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { xdgFolder } from "../fetch/xdg.js";

/** Returns a path in the user's configuration folder; creates nothing. */
export function configPath(...parts: readonly string[]): string {
  const set = (name: string): string | undefined => process.env[name] || undefined;
  const ownFolder = set("TUNEBOOK_CONFIG");
  // A relative path must not be resolved in whatever folder is open.
  if (ownFolder !== undefined) return join(resolve(homedir(), ownFolder), ...parts);
  const all =
    process.platform === "win32"
      ? (set("APPDATA") ?? join(homedir(), "AppData", "Roaming"))
      : xdgFolder("XDG_CONFIG_HOME");
  return join(all, "tunebook", ...parts);
}

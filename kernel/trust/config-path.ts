/**
 * The user's configuration: `TUNEBOOK_CONFIG`, or `tunebook` in `XDG_CONFIG_HOME` (an empty value counts as unset) or
 * `~/.config`, on Windows in `%APPDATA%`.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** A path in the folder of the user's configuration; nothing is created. */
export function configPath(...parts: readonly string[]): string {
  const set = (name: string): string | undefined => process.env[name] || undefined;
  const own = set("TUNEBOOK_CONFIG");
  // A relative path must not lead into whatever folder is open.
  if (own !== undefined) return join(resolve(homedir(), own), ...parts);
  const all =
    process.platform === "win32"
      ? (set("APPDATA") ?? join(homedir(), "AppData", "Roaming"))
      : (set("XDG_CONFIG_HOME") ?? join(homedir(), ".config"));
  return join(all, "tunebook", ...parts);
}

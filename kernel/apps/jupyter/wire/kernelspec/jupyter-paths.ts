/** Jupyter's data folders, by the rules of jupyter_core on each system. */
import { homedir } from "node:os";
import { join } from "node:path";
import { xdgFolder } from "../../../../fetch/xdg.js";

export interface MachineEnvironment {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}
export const thisMachine = (): MachineEnvironment => ({
  env: process.env,
  platform: process.platform,
  home: homedir(),
});

/** The user's data folder: kernels in `kernels/`, extensions in `labextensions/`. */
export function userDataFolder({ env, platform, home }: MachineEnvironment): string {
  const stated = env["JUPYTER_DATA_DIR"];
  if (stated) return stated;
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32") return env["APPDATA"] ? join(env["APPDATA"], "jupyter") : join(home, ".jupyter", "data");
  return join(xdgFolder("XDG_DATA_HOME", env, home), "jupyter");
}

/** The data folder under a prefix, such as that of a virtual environment. */
export function prefixDataFolder(prefix: string): string {
  return join(prefix, "share", "jupyter");
}

export function systemDataFolder({ env, platform }: MachineEnvironment): string {
  if (platform === "win32") return join(env["PROGRAMDATA"] ?? "C:\\ProgramData", "jupyter");
  return "/usr/local/share/jupyter";
}

/** All folders in which Jupyter looks for kernels, by precedence. */
export function dataFolders(machine: MachineEnvironment, sysPrefix?: string): readonly string[] {
  const { env, platform } = machine;
  const path = (env["JUPYTER_PATH"] ?? "").split(platform === "win32" ? ";" : ":").filter((part) => part !== "");
  const prefix = sysPrefix === undefined ? [] : [prefixDataFolder(sysPrefix)];
  const system = platform === "win32" ? [] : ["/usr/share/jupyter"];
  return [...new Set([...path, userDataFolder(machine), ...prefix, systemDataFolder(machine), ...system])];
}

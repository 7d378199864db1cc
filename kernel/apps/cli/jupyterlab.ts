/** Chooses the JupyterLab to start: the one on the path if it is new enough, else one in a private environment. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ensurePythonEnv, scriptIn } from "#tools/python-env.mjs";
import { progressOn } from "#tools/progress.mjs";

/** The extension needs shared packages of this version or newer. */
const oldest = [4, 2] as const;

/** Returns the path (or name) of a suitable `jupyter-lab`. */
export async function findJupyterLab(say: (line: string) => void): Promise<string> {
  const there = await versionOf("jupyter-lab");
  if (there !== null && isJupyterLabNewEnough(there)) return "jupyter-lab";
  say(
    there === null
      ? "JupyterLab is not on the path: using a private one"
      : `JupyterLab ${there} is older than ${oldest.join(".")}: using a private one`,
  );
  const progress = progressOn();
  try {
    const { folder } = await ensurePythonEnv("lab", { onProgress: (label) => progress.show({ label }) });
    return scriptIn(folder, "jupyter-lab");
  } finally {
    progress.end();
  }
}

export function isJupyterLabNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

async function versionOf(command: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ["--version"], { timeout: 30_000 });
    return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

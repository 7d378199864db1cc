/**
 * Downloads third-party runtimes that are too large to be included, once into the cache: `tunebook setup llama.cpp`.
 */
import { ensureNodeEnv, nodeEnv, type NodeGroup } from "#tools/node-env.mjs";

/** By the names used in targets. */
const GROUPS = { "llama.cpp": "llama", litert: "litert", sql: "sql" } as const satisfies Readonly<
  Record<string, NodeGroup>
>;
export type InstallableRuntime = keyof typeof GROUPS;
export const INSTALLABLE_RUNTIMES = Object.keys(GROUPS) as InstallableRuntime[];

/** Rejects with a `ToolError`. `changed`: it was not installed before. */
export async function installRuntime(
  name: InstallableRuntime,
  onProgress: (line: string) => void,
): Promise<{ readonly folder: string; readonly changed: boolean }> {
  const group = GROUPS[name];
  const { ready } = nodeEnv(group);
  const { folder } = await ensureNodeEnv(group, { onProgress });
  return { folder, changed: !ready };
}

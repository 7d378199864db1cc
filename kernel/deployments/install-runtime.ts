/** Runtimes of others that are too large to come with Tunebook, brought into its cache once: `tunebook setup llama.cpp`. */
import { ensureNodeEnv, nodeEnv, type NodeGroup } from "#tools/node-env.mjs";

/** By the names that targets give. */
const GROUPS = { "llama.cpp": "llama", litert: "litert", sql: "sql" } as const satisfies Readonly<
  Record<string, NodeGroup>
>;
export type InstallableRuntime = keyof typeof GROUPS;
export const INSTALLABLE_RUNTIMES = Object.keys(GROUPS) as InstallableRuntime[];

/** Rejects with a `ToolError`. `changed`: it wasn't there. */
export async function installRuntime(
  name: InstallableRuntime,
  onProgress: (line: string) => void,
): Promise<{ readonly folder: string; readonly changed: boolean }> {
  const group = GROUPS[name];
  const { ready } = nodeEnv(group);
  const { folder } = await ensureNodeEnv(group, { onProgress });
  return { folder, changed: !ready };
}

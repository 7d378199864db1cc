/** A folder of tools/node-env. */
export type NodeGroup = "transformers" | "litert" | "llama" | "sql";
/** Where a group's packages are or would be, and whether they are whole. */
export declare function nodeEnv(group: NodeGroup): { folder: string; ready: boolean };
/** A folder with the group's packages in node_modules, made once and reused; rejects with a `ToolError`. */
export declare function ensureNodeEnv(
  group: NodeGroup,
  options?: { onProgress?: (line: string) => void; signal?: AbortSignal },
): Promise<{ folder: string }>;
/** The path of a module of an environment, by the name that a program in it would import. */
export declare function moduleIn(folder: string, name: string): string;

/** By line (`"22"`). */
export declare const nodes: Readonly<
  Record<string, { readonly version: string; readonly integrity: Readonly<Record<string, string>> }>
>;
/** Path of that line's `node`; rejects with a `ToolError`: `node-not-known`, `node-not-brought`. */
export declare function ensureNode(
  line: string,
  options?: { onProgress?: (line: string) => void; platform?: string },
): Promise<string>;

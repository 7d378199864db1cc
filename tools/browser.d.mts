/** Path of a Chromium that starts: found, else brought. Rejects with a `ToolError`. */
export declare function ensureBrowser(options?: { onProgress?: (line: string) => void }): Promise<string>;
/** Arguments for every launch. */
export declare const chromiumArguments: string[];

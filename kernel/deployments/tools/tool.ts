/** What a tool is: it writes a file out of others with a library of its own, or tells what it found out about them. */
export interface ToolPaths {
  /** Absolute. What lies there was written for the tool alone: it is gone afterwards. */
  readonly from: string;
  readonly to: string;
}
export type ConversionTool = (options: ToolPaths & Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Interface of a tool: it converts files with a third-party library, or returns facts about them. */
export interface ToolPaths {
  /** Absolute path of files written for the tool only; they are deleted. */
  readonly from: string;
  readonly to: string;
}
export type ConversionTool = (options: ToolPaths & Readonly<Record<string, unknown>>) => Promise<unknown>;

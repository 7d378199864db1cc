/** What writes a file out of others with a library of its own, by the names that targets use; each is loaded when it is needed. */
export interface ToolPaths {
  /** Absolute. */
  readonly from: string;
  readonly to: string;
}
export type Tool = (o: ToolPaths & Readonly<Record<string, unknown>>) => Promise<void>;

export const tools: Readonly<Record<string, () => Promise<Tool>>> = {};

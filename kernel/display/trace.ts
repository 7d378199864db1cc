/** Values that plotly accepts; a foreign figure may contain any JSON. */
export type PlotlyTrace = Readonly<Record<string, unknown>>;
export interface Figure {
  readonly data: readonly PlotlyTrace[];
  readonly layout?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** plotly accepts a title as text or as `{ text }`. */
export function plotTitleText(title: unknown): string {
  if (typeof title === "string") return title;
  const text = (title as { text?: unknown } | null | undefined)?.text;
  return typeof text === "string" ? text : "";
}

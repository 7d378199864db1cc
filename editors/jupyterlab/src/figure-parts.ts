import type { Figure } from "#kernel/display/figure.js";

/** An axis, a legend, a margin: a figure says nothing of what is in them. */
export function partOf(layout: Figure["layout"], name: string): object {
  const part = layout?.[name];
  return typeof part === "object" && part !== null ? part : {};
}

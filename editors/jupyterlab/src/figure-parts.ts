import type { Figure } from "#kernel/display/figure.js";

/**
 * Returns a part of the layout, such as an axis, a legend or a margin; the figure type does not declare their contents.
 */
export function partOf(layout: Figure["layout"], name: string): object {
  const part = layout?.[name];
  return typeof part === "object" && part !== null ? part : {};
}

/** `display.page(value)`: opens the front end's pager with the reply of the cell. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { display, shownOf } from "../cells/display.js";
import { likelyScope } from "../cells/scope.js";
import "../cells/codes.js";

/** How TypeScript knows it: merged into the type of `display`. */
export const pagerDeclarations = `
interface TunebookDisplay {
  /** Opens the front end's pager (a pane under the cell) when the cell is done. */
  page(value: unknown): void;
}
`;

export function installPager(): void {
  Object.assign(display, { page });
}

function page(value: unknown): void {
  const scope = likelyScope();
  if (!scope) throw new CodedError("no-cell", { call: "display.page" });
  scope.output.page?.(typeof value === "string" ? { bundle: { "text/plain": value } } : shownOf(value));
}

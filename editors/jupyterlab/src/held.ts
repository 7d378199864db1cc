// Keys pressed on what has these are its own: JupyterLab's shortcuts hold still (`d` twice would delete the cell). They must stand on
// whatever has the focus, not around it. Lumino's two names of one thing.
import type { KeyboardEvent } from "react";

export const held = { "data-lm-suppress-shortcuts": "true", "data-p-suppress-shortcuts": "true" } as const;

/** Enter in a field sends its form: within a notebook nobody else does that. */
export function sendsByEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

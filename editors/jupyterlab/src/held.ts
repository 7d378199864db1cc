// Attributes that block JupyterLab's shortcuts, such as `d` twice, which would delete the cell. They must be on the
// focused element itself, not on an ancestor. Both are Lumino's names for the same attribute.
import type { KeyboardEvent } from "react";

export const held = { "data-lm-suppress-shortcuts": "true", "data-p-suppress-shortcuts": "true" } as const;

/** Submits the form on Enter in a field; within a notebook the browser does not. */
export function sendsByEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

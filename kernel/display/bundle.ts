/** Base of every displayed bundle: printable text for a terminal and escaped HTML. */
import type { Html, DisplayOutput } from "./html.js";
import { printable } from "../host/value-text.js";

export function displayOutputOf(
  text: string,
  html: Html,
  more: Readonly<Record<string, unknown>> = {},
  id?: string,
): DisplayOutput {
  return {
    bundle: { ...more, "text/html": html.text, "text/plain": printable(text) },
    ...(id === undefined ? {} : { id }),
  };
}

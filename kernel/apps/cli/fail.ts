/**
 * Ends a command that failed: `error[code]: message`, notes and help on standard error, exit status 1. An error without
 * a code is a defect of Tunebook and is shown with its stack.
 */
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { usesColour } from "#kernel/apps/checking/colours.js";

/** Errors of tools/*.mjs, which run before anything is built and so carry their own messages. */
interface ToolError extends Error {
  readonly code: string;
  readonly help: string;
}
const isToolError = (error: unknown): error is ToolError => error instanceof Error && error.name === "ToolError";

export function renderFailure(error: unknown, colour = false): string {
  if (error instanceof CodedError) return lines(error.code, textsOfCode(error.code, error.data), colour);
  if (isToolError(error)) return lines(error.code, { message: error.message, help: error.help, notes: [] }, colour);
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

export function failCommand(error: unknown): void {
  process.stderr.write(renderFailure(error, usesColour(process.stderr)));
  process.exitCode = 1;
}

function lines(
  code: string,
  words: { readonly message: string; readonly help?: string; readonly notes: readonly string[] },
  colour: boolean,
): string {
  const paint = (sgr: number, text: string): string => (colour ? `\u001b[${sgr}m${text}\u001b[0m` : text);
  return [
    `${paint(31, `error[${code}]`)}: ${words.message}`,
    ...words.notes.map((note) => `note: ${note}`),
    ...(words.help === undefined ? [] : [`${paint(36, "help")}: ${words.help}`]),
    "",
  ].join("\n");
}

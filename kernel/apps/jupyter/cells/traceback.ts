/**
 * Formats an error for Jupyter: a name, a message, and a traceback without colours that points to the user's source.
 */
import { inspect } from "node:util";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { CellCompileError } from "./compile/complaints.js";
import { compileErrorLines } from "./compile/complaints.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";
import { caretLines } from "./cell-position.js";
import { innermostSourcePosition, sourceByTitle } from "./stack.js";
import { CellInterrupted } from "./scope.js";

export type CellFailure = Extract<ExecuteOutcome, { status: "error" }>;

/** Converts anything a cell threw. */
export function failureOf(error: unknown): CellFailure {
  if (error instanceof CellInterrupted) return interruptedFailure();
  if (!isError(error)) {
    const text = inspect(error, { colors: false });
    return { status: "error", ename: "Thrown", evalue: text, traceback: [`Thrown: ${text}`] };
  }
  const place = innermostSourcePosition(stackOf(error));
  const source = place && sourceByTitle(place.title);
  const pointer = place && source !== undefined ? caretLines(source, place, place.title) : [];
  if (error instanceof CodedError) return codedFailure(error, pointer);
  const whole = inspect(error, { colors: false }).split("\n");
  const frames = whole.findIndex((line) => /^\s+at /.test(line));
  const head = frames < 0 ? whole : whole.slice(0, frames);
  const rest = frames < 0 ? [] : whole.slice(frames);
  return { status: "error", ename: nameOf(error), evalue: messageOf(error), traceback: [...head, ...pointer, ...rest] };
}

/** The same as a single text, for errors after the cell's end. */
export function failureText(error: unknown): string {
  return failureOf(error).traceback.join("\n");
}

export function interruptedFailure(): CellFailure {
  return {
    status: "error",
    ename: "Interrupted",
    evalue: "the cell was interrupted",
    traceback: ["Interrupted: the cell was interrupted"],
  };
}

/** Failure with all compiler errors of a cell. */
export function compileErrorFailure(
  complaints: readonly CellCompileError[],
  code: string,
  title: string,
  hint: string | undefined,
): CellFailure {
  const first = complaints[0];
  const blocks = complaints.flatMap((c, i) => [...(i > 0 ? [""] : []), ...compileErrorLines(c, code, title)]);
  return {
    status: "error",
    ename: "TypeScriptError",
    evalue: first ? `${first.message} (${title}:${first.line}:${first.column})` : "the cell does not compile",
    traceback: [...blocks, ...(hint === undefined ? [] : [`help: ${hint}`])],
  };
}

function codedFailure(error: CodedError, pointer: readonly string[]): CellFailure {
  const words = textsOfCode(error.code, error.data);
  const cause =
    error.cause === undefined
      ? []
      : [`caused by: ${isError(error.cause) ? headOf(error.cause) : inspect(error.cause)}`];
  const lines = [
    `error[${String(error.code)}]: ${words.message}`,
    ...pointer,
    ...words.notes.map((n) => `note: ${n}`),
    ...(words.help === undefined ? [] : [`help: ${words.help}`]),
    ...cause,
  ];
  return { status: "error", ename: String(error.code), evalue: words.message, traceback: lines };
}

function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}
/** A stack, a name or a message may be a getter that throws. */
function read(f: () => unknown, instead: string): string {
  try {
    const value = f();
    return typeof value === "string" ? value : instead;
  } catch {
    return instead;
  }
}
const stackOf = (error: Error): string => read(() => error.stack, "");
const nameOf = (error: Error): string => read(() => error.name, "Error") || "Error";
const messageOf = (error: Error): string => read(() => error.message, "");
const headOf = (error: Error): string => `${nameOf(error)}: ${messageOf(error)}`;

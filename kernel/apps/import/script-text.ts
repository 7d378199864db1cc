/** The Python of a script or of a notebook's cells, and the shell and notebook commands between it. */
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { UnreadExpression } from "./settings.js";

export interface ScriptText {
  readonly program: string;
  /** Commands that may change the data or the training, each with its position. */
  readonly commands: readonly UnreadExpression[];
  /** Position of a character as a reader sees it: "line 12". */
  readonly placeOf: (offset: number) => string;
}

/** `!pip …` and `%cd …`, to the end of a line that may be continued with `\`. */
const command = /^([ \t]*)((?:!|%%?[A-Za-z])(?:[^\n]*\\\n)*[^\n]*)/gm;
/** Commands that install, inspect or measure. */
const harmless =
  /^(?:!|%%?)[ \t]*(pip3?|uv|conda|mamba|apt|apt-get|sudo apt|python3? -m pip|nvidia-smi|ls|cd|pwd|mkdir|cat|head|free|df|env|set_env|capture|time|timeit|load_ext|reload_ext|autoreload|matplotlib|tensorboard|config|huggingface-cli login|hf auth login|wandb login|git config|git lfs|export)\b/;
/** A cell of another language. */
const otherLanguage = /^\s*%%(?!capture|time|timeit|prun)[A-Za-z]/;
const installs = /\b(pip3?|uv|apt|apt-get|conda)\b[^\n]*\binstall\b/;

const blanks = (text: string): string => text.replace(/[^\n]/g, " ");
/** Replaces a command by a number, so that a block of commands alone isn't empty; all offsets stay the same. */
const withoutCommands = (code: string): string =>
  code.replace(command, (_, indent: string, line: string) => `${indent}0${blanks(line.slice(1))}`);
const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

function commandsIn(code: string, placeOf: ScriptText["placeOf"], start = 0): readonly UnreadExpression[] {
  return [...code.matchAll(command)].flatMap(({ 2: line = "", index }) =>
    harmless.test(line) ? [] : [new UnreadExpression(line, placeOf(start + index), "command")],
  );
}

export function scriptTextOf(text: string): ScriptText {
  const source = text.replace(/\r\n?/g, "\n");
  const placeOf = (offset: number): string => `line ${String(lineOf(source, offset))}`;
  return { program: withoutCommands(source), commands: commandsIn(source, placeOf), placeOf };
}

const notebook = v.object({
  cells: v.array(v.object({ cell_type: v.string(), source: v.union([v.string(), v.array(v.string())]) })),
});
/** Coded error `not-settings`. */
export function notebookTextOf(text: string, name: string): ScriptText {
  let cells: readonly string[];
  try {
    cells = v
      .parse(notebook, JSON.parse(text))
      .cells.filter(({ cell_type: kind }) => kind === "code")
      .map(({ source }) => (typeof source === "string" ? source : source.join("")).replace(/\r\n?/g, "\n"));
  } catch (cause) {
    throw new CodedError("not-settings", { file: name, why: "it is no notebook" }, { cause });
  }
  const starts = cells.reduce<readonly number[]>((all, cell) => [...all, (all.at(-1) ?? 0) + cell.length + 1], [0]);
  const placeOf = (offset: number): string => {
    const cell = Math.max(0, Math.min(cells.length, starts.findLastIndex((start) => start <= offset) + 1) - 1);
    return `code cell ${String(cell + 1)}, line ${String(lineOf(cells[cell] ?? "", offset - (starts[cell] ?? 0)))}`;
  };
  return {
    program: cells.map((cell) => (otherLanguage.test(cell) ? blanks(cell) : withoutCommands(cell))).join("\n"),
    commands: cells.flatMap((cell, i) => {
      if (!otherLanguage.test(cell)) return commandsIn(cell, placeOf, starts[i]);
      return installs.test(cell) ? [] : [new UnreadExpression(cell.trim(), placeOf(starts[i] ?? 0), "command")];
    }),
    placeOf,
  };
}

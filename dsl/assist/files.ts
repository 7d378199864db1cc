/** Paths that are typed inside a string: which one, where it may go on, and what of a folder fits. */
import type { IToken } from "chevrotain";
import type { Parameter, Registry } from "../language/types/registry.js";
import * as t from "../language/syntax/tokens.js";
import type { FilesFacts } from "../language/types/facts.js";
import type { CompletionItem } from "./items.js";
import { cursorContextAt } from "./situation.js";

export interface PathAtCursor {
  /** What stands between the opening quote and the place. */
  readonly typed: string;
  /** Where the last name of it begins, UTF-16. */
  readonly start: number;
  /** Up to the last `/`, that included. */
  readonly folder: string;
  readonly endings: readonly string[];
}

/** The path that is typed at `offset`, if a file is asked for there. */
export function pathAt(text: string, offset: number, registry: Registry): PathAtCursor | undefined {
  const last = stringAt(text, offset);
  if (!last) return undefined;
  const cursor = cursorContextAt(text, last.startOffset, registry);
  const typed = last.image.slice(1);
  if (typed.includes("\\") || /^[a-z]+:\/\//i.test(typed)) return undefined;
  const endings = endingsOf(cursor);
  if (!endings) return undefined;
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  return { typed, folder, start: last.startOffset + 1 + folder.length, endings };
}

/** The string that is typed at `offset`, not closed yet. */
export function stringAt(text: string, offset: number): IToken | undefined {
  const last = t.lex(text.slice(0, offset)).tokens.at(-1);
  const open = last?.tokenType === t.BadString && last.image.startsWith('"') && t.tokenEnd(last) === offset;
  return open ? last : undefined;
}

function endingsOf(cursor: ReturnType<typeof cursorContextAt>): readonly string[] | undefined {
  if (cursor.kind === "header" && cursor.verb.operands.what === "file" && cursor.operands === 0) return [".tune"];
  const parameter: Parameter | undefined =
    cursor.kind === "value"
      ? cursor.parameter
      : cursor.kind === "argument"
        ? firstFree(cursor.word.parameters, cursor.used)
        : undefined;
  return parameter?.suggests?.from === "files" ? parameter.suggests.endings : undefined;
}
function firstFree(parameters: readonly Parameter[], used: readonly string[]): Parameter | undefined {
  return parameters.find((p) => p.positional !== undefined && !used.includes(p.name));
}

/** Folders, then files with one of the endings; all files where none has. */
export function pathItems({ entries }: FilesFacts, endings: readonly string[]): CompletionItem[] {
  const fits = (name: string): boolean => endings.some((ending) => name.toLowerCase().endsWith(ending));
  const files = entries.filter((entry) => !entry.folder);
  const fitting = files.filter(({ name }) => fits(name));
  return [
    ...entries
      .filter((entry) => entry.folder)
      .map(({ name }) => ({
        text: `${inString(name)}/`,
        type: "folder",
        gloss: "a folder",
      })),
    ...(fitting.length > 0 ? fitting : files).map(({ name }) => ({
      text: inString(name),
      type: "file",
      gloss: "a file",
    })),
  ];
}
const inString = (name: string): string => JSON.stringify(name).slice(1, -1);

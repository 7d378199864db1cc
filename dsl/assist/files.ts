/** Completes paths typed inside a string: finds the path, what may follow it, and the matching entries of a folder. */
import type { IToken } from "chevrotain";
import type { Parameter, Registry } from "../language/types/registry.js";
import * as t from "../language/syntax/tokens.js";
import type { FolderEntriesFacts } from "../language/types/facts.js";
import type { CompletionItem } from "./items.js";
import { cursorContextAt } from "./situation.js";

export interface PathAtCursor {
  /** Text between the opening quote and the cursor. */
  readonly typed: string;
  /** UTF-16 offset where the last name of the path begins. */
  readonly start: number;
  /** The path up to and including the last `/`. */
  readonly folder: string;
  readonly endings: readonly string[];
}

/** Returns the path typed at `offset` if a file is expected there. */
export function pathTypedAt(text: string, offset: number, registry: Registry): PathAtCursor | undefined {
  const last = unclosedStringAt(text, offset);
  if (!last) return undefined;
  const cursor = cursorContextAt(text, last.startOffset, registry);
  const typed = last.image.slice(1);
  if (typed.includes("\\") || /^[a-z]+:\/\//i.test(typed)) return undefined;
  const endings = endingsOf(cursor);
  if (!endings) return undefined;
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  return { typed, folder, start: last.startOffset + 1 + folder.length, endings };
}

/** Returns the unclosed string being typed at `offset`. */
export function unclosedStringAt(text: string, offset: number): IToken | undefined {
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

/** Lists folders, then files with one of the endings; all files if no file has one. */
export function pathItems({ entries }: FolderEntriesFacts, endings: readonly string[]): CompletionItem[] {
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

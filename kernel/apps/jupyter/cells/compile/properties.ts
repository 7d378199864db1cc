/**
 * Notes on unknown properties: the nearest existing name, the Tune statement that was probably meant, or all
 * properties.
 */
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { CellCompileError } from "./complaints.js";

/**
 * The compiler's message for an unknown property without a similar name; similar names it suggests itself (TS2551).
 */
const unknown = /^Property '([^']+)' does not exist on type /;

export interface NameHintContext {
  /** Returns completions at an offset of the source, in place of a word of this length. */
  readonly completionsAt: (offset: number, length: number) => readonly string[];
  /** Reports whether a name was defined by Tune. */
  readonly isTune: (name: string) => boolean;
  readonly verbs: readonly string[];
}

/** Adds a note to an error about an unknown property. */
export function withPropertyNote(
  complaint: CellCompileError,
  source: string,
  names: NameHintContext,
): CellCompileError {
  const wanted = complaint.code === "TS2339" ? unknown.exec(complaint.message)?.[1] : undefined;
  if (wanted === undefined) return complaint;
  const offset = offsetOf(complaint, source);
  const note = noteOf(
    wanted,
    names.completionsAt(offset, wanted.length),
    tuneNameBefore(source.slice(0, offset), names),
    names.verbs,
  );
  return note === undefined ? complaint : { ...complaint, notes: [...complaint.notes, note] };
}

function noteOf(
  wanted: string,
  has: readonly string[],
  tune: string | undefined,
  verbs: readonly string[],
): string | undefined {
  const near = nearestWord(wanted, has);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const verb = tune === undefined ? undefined : verbs.includes(wanted) ? wanted : nearestWord(wanted, verbs);
  if (verb !== undefined) return `\`${verb}\` is a statement of Tune: \`${verb} ${tune} …\`, in a separate cell`;
  // A long list belongs to a library's type.
  return has.length === 0 || has.length > 20 ? undefined : `it has ${listNames(has, { most: 20 })}`;
}

/** Returns the name before the dot in `m.evalute`, if Tune defined it. */
function tuneNameBefore(before: string, { isTune }: NameHintContext): string | undefined {
  const name = /(?<![\p{ID_Continue}$.])([\p{ID_Start}_$][\p{ID_Continue}$]*)\s*\??\.\s*$/u.exec(before)?.[1];
  return name !== undefined && isTune(name) ? name : undefined;
}
function offsetOf({ line, column }: CellCompileError, source: string): number {
  const before = source.split("\n").slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

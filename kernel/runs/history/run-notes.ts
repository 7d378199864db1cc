/**
 * User notes on a run: tags and a note, in `notes.json` in its folder. Any content is read as text and shortened; an
 * unreadable file counts as empty.
 */
import { lstat, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { writePrivateFileAsync } from "../../fetch/private.js";
import { clip, oneLine, printable } from "../../host/value-text.js";
import { readRegularJson } from "../read-events.js";

/** The runs of a folder; a subset of `RunList`. */
interface Runs {
  readonly root: string;
  look(): Promise<unknown>;
  get(id: string): unknown;
}
export interface RunNotes {
  /** Without blanks, so that `tag:x` finds them. */
  readonly tags: readonly string[];
  readonly note: string;
}
export const noNotes: RunNotes = { tags: [], note: "" };

export const RUN_NOTES_LIMITS = { tags: 20, tag: 40, note: 10_000, file: 1 << 16 } as const;

/** Sanitizes any value: limits lengths and removes duplicate tags. */
export function parseRunNotes(value: unknown): RunNotes {
  const { tags, note } = (typeof value === "object" && value !== null ? value : {}) as Partial<Record<string, unknown>>;
  const texts = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === "string") : [];
  const found = new Map<string, string>();
  for (const text of texts) {
    const tag = normaliseTag(text);
    if (tag !== "" && found.size < RUN_NOTES_LIMITS.tags && !found.has(tag.toLowerCase()))
      found.set(tag.toLowerCase(), tag);
  }
  return {
    tags: [...found.values()],
    note:
      typeof note === "string"
        ? clip(printable(note.slice(0, 2 * RUN_NOTES_LIMITS.note)).trim(), RUN_NOTES_LIMITS.note)
        : "",
  };
}
/** Normalizes a tag: blanks and commas become `-`. */
export function normaliseTag(text: string): string {
  const tag = printable(oneLine(text.slice(0, 4 * RUN_NOTES_LIMITS.tag).normalize("NFC")))
    .trim()
    .replace(/^#+/, "")
    .replace(/[\s,]+/g, "-");
  return clip(tag, RUN_NOTES_LIMITS.tag);
}

export async function readRunNotes(folder: string): Promise<RunNotes> {
  try {
    const path = join(folder, "notes.json");
    return (await lstat(path)).isFile() ? parseRunNotes(readRegularJson(path, RUN_NOTES_LIMITS.file)) : noNotes;
  } catch {
    return noNotes;
  }
}

/**
 * Returns the saved notes. Throws the coded error `run-not-noted` if they are too long, the run does not exist, or its
 * folder or file is outside the runs.
 */
export async function writeRunNotes(list: Runs, id: string, given: RunNotes): Promise<RunNotes> {
  const refuse = (why: string): never => {
    throw new CodedError("run-not-noted", { run: id, why });
  };
  if (given.note.length > RUN_NOTES_LIMITS.note)
    return refuse(`its note has more than ${RUN_NOTES_LIMITS.note} characters`);
  if (given.tags.length > RUN_NOTES_LIMITS.tags) return refuse(`it has more than ${RUN_NOTES_LIMITS.tags} tags`);
  const long = given.tags.find((tag) => tag.length > RUN_NOTES_LIMITS.tag);
  if (long !== undefined)
    return refuse(`a tag has more than ${RUN_NOTES_LIMITS.tag} characters: ${clip(long, RUN_NOTES_LIMITS.tag)}`);
  await list.look();
  if (!list.get(id) || /[\\/]/.test(id) || id.startsWith(".")) return refuse("there is no such run");
  const folder = join(list.root, id);
  const path = join(folder, "notes.json");
  const notes = parseRunNotes(given);
  try {
    if (!(await lstat(folder)).isDirectory() || dirname(await realpath(folder)) !== (await realpath(list.root)))
      return refuse("it is in another place");
    const there = await lstat(path).catch(() => null);
    if (there && !there.isFile()) return refuse("its notes.json is a link");
    await writePrivateFileAsync(path, `${JSON.stringify(notes, null, 2)}\n`);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    return refuse((error as Error).message);
  }
  await list.look();
  return notes;
}

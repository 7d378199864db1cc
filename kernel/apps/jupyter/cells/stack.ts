/**
 * Maps stack traces to the user's source: frames of cells and of files near the notebook point to the lines of their
 * TypeScript source, and our own frames are left out. It applies to all errors of the process, so that
 * `console.error(error)` and a stack saved by a library are right too.
 */
import { SourceMap } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as v from "valibot";
import { objectWith, parseJsonAs, type Schema } from "../../../fetch/json.js";
import type { CompiledCell } from "./compile/converter.js";
import type { CellSourcePosition } from "./cell-position.js";

/** Lines of code before a compiled text. */
export const wrapperLines = 1;

type Mapping = Pick<CompiledCell, "map" | "linesBefore">;
/** Stored as long as the kernel lives, since functions of any cell may throw; so it has only what a trace needs. */
interface Known extends Mapping {
  readonly source: string;
  read?: SourceMap;
}
const texts = v.array(v.string());
const sourceMap: Schema<ConstructorParameters<typeof SourceMap>[0]> = objectWith({
  file: v.optional(v.string(), ""),
  version: v.number(),
  sourceRoot: v.optional(v.string(), ""),
  sources: texts,
  sourcesContent: v.optional(texts, []),
  names: texts,
  mappings: v.string(),
});
const known = new Map<string, Known>();
const here = dirname(fileURLToPath(import.meta.url));
const ours = [here, pathToFileURL(here).href];

/** Stores the source of the code that runs under the name `title`. */
export function rememberSource(title: string, { map, linesBefore }: Mapping, source: string): void {
  known.set(title, { map, linesBefore, source });
}
export function sourceByTitle(title: string): string | undefined {
  return known.get(title)?.source;
}

/** Maps a position in the running code (from 1) to the source. */
function mapped(title: string, line: number, column: number): CellSourcePosition | undefined {
  const entry = known.get(title);
  if (!entry || entry.map === "") return undefined;
  entry.read ??= new SourceMap(parseJsonAs(entry.map, sourceMap));
  const found = entry.read.findEntry(line - 1 - wrapperLines, column - 1) as {
    originalLine?: number;
    originalColumn?: number;
  };
  if (found.originalLine === undefined || found.originalColumn === undefined) return undefined;
  return { line: Math.max(1, found.originalLine - entry.linesBefore + 1), column: found.originalColumn + 1 };
}

/** Returns one line of a stack trace with its position mapped to the source. */
function mappedFrame(site: NodeJS.CallSite): string {
  const text = String(site);
  const title = site.getFileName() ?? site.getScriptNameOrSourceURL();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (typeof title !== "string" || !known.has(title) || line === null || column === null) return text;
  const place = mapped(title, line, column);
  return place ? text.replace(`${title}:${line}:${column}`, `${title}:${place.line}:${place.column}`) : text;
}

/** Reports whether a frame is useless to the user: our own, or Node's internal call of it. */
function isOurs(frame: string): boolean {
  return (
    ours.some((path) => frame.includes(path)) ||
    frame.includes("node:vm:") ||
    (/\((?:native|<anonymous>)\)$/.test(frame) && frame.startsWith("new Promise"))
  );
}
const nodes = (frame: string): boolean =>
  frame.includes("(node:internal/") || frame.startsWith("node:internal/") || frame.startsWith("async node:internal/");

/** Sets `Error.prepareStackTrace`; returns a function that undoes it. */
export function mapStackTraces(): () => void {
  const before = Error.prepareStackTrace;
  const prepare = (error: Error, sites: NodeJS.CallSite[]): string => {
    const frames = sites.map(mappedFrame);
    const lastUsers = frames.findLastIndex((_, i) => known.has(sites[i]?.getFileName() ?? ""));
    const visibleFrames = frames.filter(
      (frame, i) => !isOurs(frame) && !(lastUsers >= 0 && i > lastUsers && nodes(frame)),
    );
    return [headline(error), ...visibleFrames.map((frame) => `    at ${frame}`)].join("\n");
  };
  Error.prepareStackTrace = prepare;
  return () => {
    if (Error.prepareStackTrace === prepare) {
      if (before) Error.prepareStackTrace = before;
      else Reflect.deleteProperty(Error, "prepareStackTrace");
    }
  };
}
function headline(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** The innermost frame of a stack in a cell or a file near the notebook. */
export function innermostSourcePosition(stack: string): (CellSourcePosition & { readonly title: string }) | undefined {
  for (const line of stack.split("\n")) {
    if (!/^\s+at /.test(line)) continue;
    const found = /\(([^()]+):(\d+):(\d+)\)$/.exec(line) ?? /^\s+at (?:async )?(.+):(\d+):(\d+)$/.exec(line);
    const title = found?.[1];
    if (title !== undefined && known.has(title)) return { title, line: Number(found?.[2]), column: Number(found?.[3]) };
  }
  return undefined;
}

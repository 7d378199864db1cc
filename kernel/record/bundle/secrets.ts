/**
 * Secrets in what is to be packed: values of the variables that its words name as secrets, wherever they stand; and, in what
 * people and programs write of themselves (not in rows and weights), whatever has the shape of a key or an address's password.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { key } from "#stdlib/lib/personal/key.js";
import { NotRead, readWhole } from "../../fetch/regular.js";
import type { Packed } from "./write.js";
import "./codes.js";

const LARGEST = 64 * 2 ** 20;
/** A value that is shorter stands in texts by chance. */
const SHORTEST = 6;
const WRITTEN: ReadonlySet<Packed["sort"]> = new Set(["program", "run", "named"]);

/** Coded error `bundle-secret`. */
export function demandNoSecrets(files: readonly Packed[], env: NodeJS.ProcessEnv = process.env): void {
  const written = files.filter(({ sort }) => WRITTEN.has(sort)).map((one) => ({ ...one, text: textOf(one) }));
  const names = new Set(
    written.flatMap(({ text }) => [...text.matchAll(/\benv["']?\s*:\s*"?([A-Za-z_]\w*)/g)].map((m) => m[1]!)),
  );
  const values = [...names].flatMap((name) => {
    const value = env[name]?.trim() ?? "";
    return value.length >= SHORTEST ? [{ name, value }] : [];
  });
  for (const one of files) {
    const isWritten = WRITTEN.has(one.sort);
    if (!isWritten && values.length === 0) continue;
    const text = textOf(one);
    for (const { name, value } of values) demandNot(one.path, text, text.indexOf(value), name);
    if (isWritten) demandNot(one.path, text, looksLikeOne(text), null);
  }
}

function looksLikeOne(text: string): number {
  const address = /[a-z][\w+.-]*:\/\/[^\s/:@"'\\]*:[^\s/@"'\\]+@/i.exec(text)?.index ?? -1;
  return address >= 0 ? address : (key(text)[0]?.start ?? -1);
}

function demandNot(file: string, text: string, at: number, env: string | null): void {
  if (at >= 0) throw new CodedError("bundle-secret", { file, line: text.slice(0, at).split("\n").length, env });
}

/** Bytes as they are: what is sought is ASCII. Weights are larger than any text, and hold no words. */
function textOf(one: Packed): string {
  if ("text" in one) return one.text;
  if (one.path.endsWith(".safetensors")) return "";
  try {
    return readWhole(one.from, LARGEST)?.toString("latin1") ?? "";
  } catch (error) {
    if (error instanceof NotRead) return "";
    throw error;
  }
}

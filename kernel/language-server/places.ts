/** Between offsets (UTF-16) of Tune's assistant and the protocol's lines and characters, which are UTF-16 too; and of documents and files. */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range, TextEdit } from "vscode-languageserver";

export function rangeOf(document: TextDocument, start: number, end: number): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** The edit that makes `after` of the document: what both have at their beginning and end stays. */
export function difference(document: TextDocument, after: string): readonly TextEdit[] {
  const before = document.getText();
  if (before === after) return [];
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [{ range: rangeOf(document, start, before.length - end), newText: after.slice(start, after.length - end) }];
}

export function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return join(process.cwd(), basename(uri)); // a text that lies in no file
  }
}
export const folderOf = (uri: string): string => dirname(pathOf(uri));

/**
 * Conversions between the assistant's offsets (UTF-16) and the protocol's lines and characters (also UTF-16), and
 * between documents and files.
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { textDifference as editBetween } from "#dsl/assist/difference.js";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range, TextEdit } from "vscode-languageserver";

export function rangeOf(document: TextDocument, start: number, end: number): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** Returns the edit that turns the document into `after`. */
export function difference(document: TextDocument, after: string): readonly TextEdit[] {
  const edit = editBetween(document.getText(), after);
  return edit ? [{ range: rangeOf(document, edit.from, edit.to), newText: edit.text }] : [];
}

export function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return join(process.cwd(), basename(uri)); // a text that is not in a file
  }
}
export const folderOf = (uri: string): string => dirname(pathOf(uri));

/** Between offsets (UTF-16) of Tune's assistant and the protocol's lines and characters, which are UTF-16 too. */
import { difference as editBetween } from "#dsl/assist/difference.js";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Range, TextEdit } from "vscode-languageserver";

export function rangeOf(document: TextDocument, start: number, end: number): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** The edit that makes `after` of the document. */
export function difference(document: TextDocument, after: string): readonly TextEdit[] {
  const edit = editBetween(document.getText(), after);
  return edit ? [{ range: rangeOf(document, edit.from, edit.to), newText: edit.text }] : [];
}

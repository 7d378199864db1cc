/**
 * "Tune: Format": formats the active program, or every Tune cell of the active notebook, with the server's formatter.
 */
import * as vscode from "vscode";
import type { TextEdit } from "vscode-languageclient/node";
import type { Session } from "./session.js";

export async function format(session: Session): Promise<void> {
  const documents = inFront();
  const client = await session.running();
  const edit = new vscode.WorkspaceEdit();
  for (const document of documents) {
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.sendRequest<TextEdit[] | null>("textDocument/formatting", {
      textDocument: { uri: document.uri.toString() },
      options,
    });
    if (edits) edit.set(document.uri, await client.protocol2CodeConverter.asTextEdits(edits));
    // The server also returns null for a TypeScript cell, which needs no message.
    else if (document.languageId === "tune")
      void vscode.window.showInformationMessage("Not formatted: the program has mistakes of syntax.");
  }
  await vscode.workspace.applyEdit(edit);
}

function inFront(): readonly vscode.TextDocument[] {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === "tune" && document.uri.scheme !== "vscode-notebook-cell") return [document];
  const cells = vscode.window.activeNotebookEditor?.notebook.getCells() ?? [];
  return cells
    .map((cell) => cell.document)
    .filter(({ languageId }) => languageId === "typescript" || languageId === "tune");
}

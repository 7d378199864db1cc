/**
 * "Tune: Show Plan": shows the plans of the active program or notebook in a text next to it. Each call updates the
 * text.
 */
import * as vscode from "vscode";
import type { Session } from "./session.js";

const scheme = "tune-plan";
type Answer = { readonly title: string; readonly text: string } | { readonly problem: string };

export class Plans implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  readonly onDidChange = this.changes.event;
  constructor(private readonly session: Session) {}

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }
  dispose(): void {
    this.registered.dispose();
    this.changes.dispose();
  }

  async show(): Promise<void> {
    const asked = inFront();
    if (!asked) {
      void vscode.window.showInformationMessage("Open a .tune file or a notebook with Tune cells to see its plan.");
      return;
    }
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: "Tune: reading data and base model for the plan" },
      async () => {
        const client = await this.session.running();
        return client.sendRequest<Answer>("tunebook/plan", { textDocument: { uri: asked.toString() } });
      },
    );
    if ("problem" in answer) {
      void vscode.window.showWarningMessage(answer.problem);
      return;
    }
    // With a program's file extension, the editor would treat the plan as a program.
    const path = `/${answer.title.replace(/\.(?:tune|ipynb)$/, "")}`;
    const uri = vscode.Uri.from({ scheme, path, query: asked.toString() });
    this.texts.set(uri.toString(), answer.text);
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
  }
}

/** Returns the text to plan; for a notebook any of its cells identifies the notebook. */
function inFront(): vscode.Uri | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId === "tune" && editor.document.uri.scheme !== "vscode-notebook-cell")
    return editor.document.uri;
  return notebook?.getCells().find((cell) => vscode.languages.match(["typescript", "tune"], cell.document) > 0)
    ?.document.uri;
}

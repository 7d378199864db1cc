/**
 * Activates and deactivates the extension. The server starts with the first text that may be Tune, not with every
 * notebook.
 */
import * as vscode from "vscode";
import { format } from "./format.js";
import { Plans } from "./plan.js";
import { selector } from "./selector.js";
import { Session } from "./session.js";
import { Status } from "./status.js";

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const status = new Status();
  const current = (session = new Session(context, status));
  const plans = new Plans(current);
  const startFor = (document: vscode.TextDocument): void => {
    // Errors on start are shown where they occur.
    if (vscode.languages.match(selector, document) > 0) void current.running().catch(() => undefined);
  };
  const command = (name: string, does: () => Promise<void> | void): vscode.Disposable =>
    vscode.commands.registerCommand(`tune.${name}`, async () => {
      try {
        await does();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const pressed = await vscode.window.showErrorMessage(
          `Tune's language server did not answer: ${why}`,
          "Show Log",
        );
        if (pressed) current.showLog();
      }
    });
  context.subscriptions.push(
    status,
    plans,
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void current.restart().catch(() => undefined)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("tune.server.command")) void current.restart().catch(() => undefined);
    }),
    command("showPlan", () => plans.show()),
    command("format", () => format(current)),
    command("restartServer", () => current.restart()),
    command("showLog", () => current.showLog()),
  );
  vscode.workspace.textDocuments.forEach(startFor);
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

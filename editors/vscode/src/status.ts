/** The item in the status bar's language menu: the running server, and instructions if there is none. */
import * as vscode from "vscode";
import { State } from "vscode-languageclient/node";
import { selector } from "./selector.js";
import type { Chosen } from "./which-server.js";

const from: Readonly<Record<Chosen["from"], string>> = {
  setting: "as tune.server.command says",
  folder: "this folder's Tunebook",
  extension: "the extension's own; plans need Tunebook",
};

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("tune.server", selector);
  private chosen: Chosen | undefined;
  constructor() {
    this.item.name = "Tune language server";
    this.item.command = { command: "tune.restartServer", title: "Restart" };
  }
  dispose(): void {
    this.item.dispose();
  }
  starting(chosen: Chosen): void {
    this.chosen = chosen;
    this.say("Tune: starting", from[chosen.from], "Information", true);
  }
  changed(state: State, server: { readonly name: string; readonly version?: string } | undefined): void {
    if (state === State.Running && this.chosen)
      this.say(`Tune: ${server?.name ?? "server"} ${server?.version ?? ""}`.trim(), from[this.chosen.from]);
    if (state === State.Stopped) this.say("Tune: no server", "it ended", "Warning");
  }
  failed(chosen: Chosen, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.say("Tune: no server", why, "Error");
    void vscode.window
      .showErrorMessage(`Tune's language server (${chosen.where}) did not start: ${why}`, "Show Log", "Open Settings")
      .then((pressed) => {
        if (pressed === "Show Log") return vscode.commands.executeCommand("tune.showLog");
        if (pressed === "Open Settings")
          return vscode.commands.executeCommand("workbench.action.openSettings", "tune.server.command");
        return undefined;
      });
  }
  private say(
    text: string,
    detail: string,
    severity: keyof typeof vscode.LanguageStatusSeverity = "Information",
    busy = false,
  ): void {
    Object.assign(this.item, { text, detail, busy, severity: vscode.LanguageStatusSeverity[severity] });
  }
}

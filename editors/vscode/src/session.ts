/** The running language server and its client: started with the first Tune text, restarted on request. */
import * as vscode from "vscode";
import { LanguageClient, TransportKind, type Executable, type NodeModule } from "vscode-languageclient/node";
import { chooseServer, type Chosen } from "./which-server.js";
import { selector } from "./selector.js";
import type { Status } from "./status.js";

export class Session {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient> | undefined;
  private readonly log = vscode.window.createOutputChannel("Tune", { log: true });
  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly status: Status,
  ) {}

  /** Returns the client once its server responds. */
  running(): Promise<LanguageClient> {
    return (this.starting ??= this.start());
  }
  showLog(): void {
    this.log.show(true);
  }
  async restart(): Promise<void> {
    await this.stop();
    await this.running();
  }
  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    this.starting = undefined;
    const client = this.client;
    this.client = undefined;
    await client?.dispose();
  }

  private async start(): Promise<LanguageClient> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const chosen = chooseServer({
      setting: vscode.workspace.getConfiguration("tune").get<string[]>("server.command") ?? [],
      folders: folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
      trusted: vscode.workspace.isTrusted,
      extension: this.context.extensionPath,
    });
    this.log.info(`starting the language server of ${chosen.where}`);
    this.status.starting(chosen);
    const client = new LanguageClient("tune", "Tune", runs(chosen, folders[0]?.uri.fsPath), {
      documentSelector: selector,
      outputChannel: this.log,
      diagnosticCollectionName: "tune",
      markdown: { isTrusted: false },
      // In restricted mode the server reads files but downloads nothing.
      initializationOptions: { trusted: vscode.workspace.isTrusted },
    });
    this.client = client;
    client.onDidChangeState(({ newState }) => this.status.changed(newState, client.initializeResult?.serverInfo));
    try {
      await client.start();
    } catch (error) {
      this.starting = undefined;
      this.status.failed(chosen, error);
      throw error;
    }
    return client;
  }
}

function runs(chosen: Chosen, folder: string | undefined): Executable | NodeModule {
  const args = [...chosen.args];
  const options = folder === undefined ? {} : { cwd: folder };
  return chosen.command === undefined
    ? { module: chosen.module, args, options, transport: TransportKind.stdio }
    : { command: chosen.command, args, options: { ...options, shell: process.platform === "win32" } };
}

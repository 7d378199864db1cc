/**
 * The language server: Tune's assistant for every editor that speaks the Language Server Protocol, over one connection.
 * `.tune` files stand alone; of a notebook's cells, those that are Tune know the Tune cells above them.
 */
import {
  CodeActionKind,
  DocumentFormattingRequest,
  TextDocumentSyncKind,
  type Connection,
  type ServerCapabilities,
} from "vscode-languageserver";
import { version } from "#kernel/session/version.js";
import { tellDiagnostics } from "./diagnostics.js";
import { explain } from "./explanations.js";
import { mend } from "./mends.js";
import { knowNames } from "./names.js";
import type { Opened, PlanAnswer, PlanParams } from "./plans.js";
import { Texts } from "./texts.js";

export interface ServeOptions {
  /**
   * Answers the request `tunebook/plan` ({ textDocument }). Absent where what a plan needs is not there: the base's
   * tokenizer is native code, and an editor's extension that brings the server along runs on every system.
   */
  readonly plansOf?: (opened: Opened) => Promise<PlanAnswer>;
}

export function serve(connection: Connection, { plansOf }: ServeOptions = {}): void {
  const texts = new Texts();
  introduce(connection);
  tellDiagnostics(connection, texts);
  explain(connection, texts);
  knowNames(connection, texts);
  mend(connection, texts);
  connection.onRequest<PlanAnswer, never>("tunebook/plan", ({ textDocument }: PlanParams) =>
    plan(texts, textDocument.uri, plansOf),
  );
  texts.listen(connection);
  connection.listen();
}

/** Says what this server can. */
function introduce(connection: Connection): void {
  // TypeScript cells have a formatter already; a second one would make the editor ask which of the two is meant.
  let formatsByLanguage = false;
  connection.onInitialize(({ capabilities }) => {
    formatsByLanguage = capabilities.textDocument?.formatting?.dynamicRegistration === true;
    return {
      serverInfo: { name: "tunebook", version },
      capabilities: { ...able, documentFormattingProvider: !formatsByLanguage },
    };
  });
  connection.onInitialized(() => {
    if (formatsByLanguage)
      void connection.client.register(DocumentFormattingRequest.type, { documentSelector: [{ language: "tune" }] });
  });
}
const able: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  notebookDocumentSync: {
    notebookSelector: [{ notebook: "jupyter-notebook", cells: [{ language: "tune" }, { language: "typescript" }] }],
  },
  completionProvider: { triggerCharacters: [" ", ":", "(", ",", "[", ".", "$", '"', "/"] },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ["(", ",", ":"] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.SourceFixAll] },
};

async function plan(texts: Texts, uri: string, plansOf: ServeOptions["plansOf"]): Promise<PlanAnswer> {
  if (!plansOf)
    return {
      problem: "Plans need Tunebook itself: install it in this folder, or name its command in tune.server.command.",
    };
  const opened = texts.opened(uri);
  return opened ? plansOf(opened) : { problem: "this text is not open" };
}

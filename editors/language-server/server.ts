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
import { dirname } from "node:path";
import { isTrusted } from "#kernel/trust/trust.js";
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
  readonly plansOf?: (opened: Opened, trusted: boolean) => Promise<PlanAnswer>;
}

export function serve(connection: Connection, { plansOf }: ServeOptions = {}): void {
  // Undefined: the editor has no notion of trust, so the user's list of trusted folders decides.
  let workspaceTrusted: boolean | undefined;
  const trusted = (folder: string): boolean => workspaceTrusted ?? isTrusted(folder);
  const texts = new Texts(trusted);
  introduce(connection, (told) => (workspaceTrusted = told));
  tellDiagnostics(connection, texts);
  explain(connection, texts);
  knowNames(connection, texts);
  mend(connection, texts);
  connection.onRequest<PlanAnswer, never>("tunebook/plan", ({ textDocument }: PlanParams) =>
    plan(texts, textDocument.uri, plansOf, trusted),
  );
  texts.listen(connection);
  connection.listen();
}

/** What an editor may send as `initializationOptions`. `trusted`: whether the user trusts the open workspace (VS Code). */
interface InitializationOptions {
  readonly trusted?: unknown;
}

/** Announces the server's capabilities and reads from the client whether the workspace is trusted. */
function introduce(connection: Connection, onTrust: (trusted: boolean | undefined) => void): void {
  // TypeScript cells have a formatter already; a second one would make the editor ask which of the two is meant.
  let formatsByLanguage = false;
  connection.onInitialize(({ capabilities, initializationOptions }) => {
    const { trusted } = (initializationOptions ?? {}) as InitializationOptions;
    onTrust(typeof trusted === "boolean" ? trusted : undefined);
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

async function plan(
  texts: Texts,
  uri: string,
  plansOf: ServeOptions["plansOf"],
  trusted: (folder: string) => boolean,
): Promise<PlanAnswer> {
  if (!plansOf)
    return {
      problem: "Plans need Tunebook itself: install it in this folder, or name its command in tune.server.command.",
    };
  const opened = texts.opened(uri);
  return opened ? plansOf(opened, trusted(dirname(opened.path))) : { problem: "this text is not open" };
}

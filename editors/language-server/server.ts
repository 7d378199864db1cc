/**
 * The language server: Tune's assistant for every editor that supports the Language Server Protocol, over one
 * connection. `.tune` files are independent; a notebook's Tune cells see the Tune cells above them.
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
   * Answers the request `tunebook/plan` ({ textDocument }). Unset in a server without the requirements of a plan: the
   * base's tokenizer is native code, but a server bundled with an editor's extension must run on every system.
   */
  readonly plansOf?: (opened: Opened, trusted: boolean) => Promise<PlanAnswer>;
}

export function serve(connection: Connection, { plansOf }: ServeOptions = {}): void {
  // Undefined if the editor has no concept of trust; the user's list of trusted folders then decides.
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

/**
 * Initialization options of an editor (`initializationOptions`). `trusted`: whether the user trusts the open workspace
 * (VS Code).
 */
interface InitializationOptions {
  readonly trusted?: unknown;
}

/** Announces the server's capabilities and reads from the client whether the workspace is trusted. */
function introduce(connection: Connection, onTrust: (trusted: boolean | undefined) => void): void {
  // TypeScript cells already have a formatter; with a second one the editor would ask which to use.
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

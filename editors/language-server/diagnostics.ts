/** Publishes diagnostics for the open texts shortly after each change. */
import { DiagnosticSeverity, type Connection, type Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { EditorFinding } from "#kernel/assist/answers.js";
import { rangeOf } from "./places.js";
import { informed, type Texts } from "./texts.js";

/** Milliseconds after the last change before a text is checked. */
const pause = 120;

export function tellDiagnostics(connection: Connection, texts: Texts): void {
  const { documents, notebooks } = texts;
  const waiting = new Map<string, NodeJS.Timeout>();
  const later = (uri: string): void => {
    clearTimeout(waiting.get(uri));
    waiting.set(
      uri,
      setTimeout(() => {
        waiting.delete(uri);
        check(connection, texts, uri).catch((error: unknown) => {
          // A file whose check fails must not end the server for all others.
          connection.console.error(
            `Checking ${uri} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
        });
      }, pause),
    );
  };
  const cellsChanged = (uri: string): void => {
    const notebook = notebooks.getNotebookDocument(uri);
    for (const cell of notebook?.cells ?? []) later(cell.document); // a cell sees the names of the cells above it
  };
  documents.onDidChangeContent(({ document }) => later(document.uri));
  documents.onDidClose(({ document }) => {
    clearTimeout(waiting.get(document.uri));
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  notebooks.onDidOpen(({ uri }) => cellsChanged(uri));
  notebooks.onDidChange(({ notebookDocument }) => cellsChanged(notebookDocument.uri));
}

async function check(connection: Connection, texts: Texts, uri: string): Promise<void> {
  const place = await texts.placeOf(uri);
  if (!place) return connection.sendDiagnostics({ uri, diagnostics: [] });
  const { document, whole } = place;
  const { version: checked } = document;
  const findings = await informed(place).check(document.getText(), { whole });
  if ((await texts.placeOf(uri))?.document.version !== checked) return; // a newer text is being checked
  void connection.sendDiagnostics({
    uri,
    version: checked,
    diagnostics: findings.map((finding) => diagnosticOf(document, finding)),
  });
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

export function diagnosticOf(
  document: TextDocument,
  { from, to, severity, code, message, help }: EditorFinding,
): Diagnostic {
  const plain = (text: string): string => text.replaceAll("`", "");
  return {
    range: rangeOf(document, from, to),
    severity: SEVERITIES[severity],
    code,
    source: "tune",
    message: plain(help === undefined ? message : `${message}\n${help}`),
  };
}

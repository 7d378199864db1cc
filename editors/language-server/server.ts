/**
 * The language server: Tune's assistant for every editor that speaks the Language Server Protocol, over one connection.
 * `.tune` files stand alone; of a notebook's cells, those that are Tune know the Tune cells above them.
 */
import {
  CodeActionKind,
  CompletionItemKind,
  CompletionItemTag,
  DiagnosticSeverity,
  DiagnosticTag,
  DocumentFormattingRequest,
  NotebookDocuments,
  SymbolKind,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type Diagnostic,
  type InitializeResult,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Source } from "#dsl/diagnostics/span.js";
import { definitionOf, isName, occurrenceAt, occurrencesIn, symbolsIn } from "#dsl/assist/occurrences.js";
import { signatureAt } from "#dsl/assist/signature.js";
import { withoutMagic } from "#dsl/syntax/cell.js";
import { openAssistant } from "#kernel/jupyter/cells/open-assistant.js";
import type { TuneAssistant } from "#kernel/core/assist/tune-assistant.js";
import { version } from "#kernel/session/version.js";
import type { Finding } from "#kernel/core/assist/assistant-port.js";
import { difference, folderOf, pathOf, rangeOf } from "./places.js";
import type { Opened, PlanAnswer, PlanParams } from "./plans.js";

/** Milliseconds after the last change before a text is checked. */
const pause = 120;

const kinds: Readonly<Record<string, CompletionItemKind>> = {
  verb: CompletionItemKind.Keyword,
  connector: CompletionItemKind.Keyword,
  key: CompletionItemKind.Property,
  word: CompletionItemKind.Function,
  value: CompletionItemKind.EnumMember,
  column: CompletionItemKind.Field,
  name: CompletionItemKind.Variable,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
};

/** A document as the assistant takes it: its text, and the Tune texts that come before it. */
interface Place {
  readonly document: TextDocument;
  readonly assistant: TuneAssistant;
  readonly whole: boolean;
  /** The documents that share its names, itself included, in their order. */
  readonly together: readonly TextDocument[];
}

export interface ServeOptions {
  /**
   * Answers the request `tunebook/plan` ({ textDocument }). Absent where what a plan needs is not there: the base's
   * tokenizer is native code, and an editor's extension that brings the server along runs on every system.
   */
  readonly plansOf?: (opened: Opened) => Promise<PlanAnswer>;
}

export function serve(connection: Connection, { plansOf }: ServeOptions = {}): void {
  const documents = new TextDocuments(TextDocument);
  const notebooks = new NotebookDocuments(TextDocument);
  const assistants = new Map<string, Promise<TuneAssistant>>();
  const waiting = new Map<string, NodeJS.Timeout>();
  const found = new Map<string, readonly Finding[]>();

  function assistantIn(folder: string): Promise<TuneAssistant> {
    let made = assistants.get(folder);
    if (!made) assistants.set(folder, (made = openAssistant(folder, () => [])));
    return made;
  }
  async function placeOf(uri: string): Promise<Place | undefined> {
    const cell = notebooks.getNotebookCell(uri);
    const notebook = cell && notebooks.findNotebookDocumentForCell(cell);
    const assistant = await assistantIn(folderOf(notebook?.uri ?? uri));
    if (!notebook) {
      const document = documents.get(uri);
      return document && { document, assistant, whole: true, together: [document] };
    }
    const cells = notebook.cells
      .map((one) => notebooks.getCellTextDocument(one))
      .filter((one): one is TextDocument => one !== undefined && assistant.owns(one.getText()));
    const document = cells.find((one) => one.uri === uri);
    return document && { document, assistant, whole: false, together: cells };
  }
  /** Tells the assistant of the texts before this one; what is asked next is about it. */
  function informed({ assistant, document, together }: Place): TuneAssistant {
    const earlier = together.slice(0, together.indexOf(document));
    assistant.learn({ sources: earlier.map(sourceOf) });
    return assistant;
  }

  function later(uri: string): void {
    clearTimeout(waiting.get(uri));
    waiting.set(
      uri,
      setTimeout(() => {
        waiting.delete(uri);
        void check(uri);
      }, pause),
    );
  }
  async function check(uri: string): Promise<void> {
    const place = await placeOf(uri);
    if (!place) return connection.sendDiagnostics({ uri, diagnostics: [] });
    const { document, whole } = place;
    const { version: checked } = document;
    const findings = await informed(place).check(document.getText(), { whole });
    if ((await placeOf(uri))?.document.version !== checked) return; // a newer text is on its way
    found.set(uri, findings);
    void connection.sendDiagnostics({
      ...{ uri, version: checked },
      diagnostics: findings.map((finding) => diagnosticOf(document, finding)),
    });
  }

  // TypeScript cells have a formatter already; a second one would make the editor ask which of the two is meant.
  let formatsByLanguage = false;
  connection.onInitialized(() => {
    if (formatsByLanguage)
      void connection.client.register(DocumentFormattingRequest.type, { documentSelector: [{ language: "tune" }] });
  });
  connection.onInitialize(({ capabilities }): InitializeResult => {
    formatsByLanguage = capabilities.textDocument?.formatting?.dynamicRegistration === true;
    return {
      serverInfo: { name: "tunebook", version },
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        notebookDocumentSync: {
          notebookSelector: [
            { notebook: "jupyter-notebook", cells: [{ language: "tune" }, { language: "typescript" }] },
          ],
        },
        completionProvider: { triggerCharacters: [" ", ":", "(", ",", "[", ".", "$", '"', "/"] },
        hoverProvider: true,
        signatureHelpProvider: { triggerCharacters: ["(", ",", ":"] },
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        documentFormattingProvider: !formatsByLanguage,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.SourceFixAll] },
      },
    };
  });

  documents.onDidChangeContent(({ document }) => later(document.uri));
  documents.onDidClose(({ document }) => {
    clearTimeout(waiting.get(document.uri));
    found.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  const cellsChanged = (uri: string): void => {
    const notebook = notebooks.getNotebookDocument(uri);
    for (const cell of notebook?.cells ?? []) later(cell.document); // a cell's names are those of the cells above it
  };
  notebooks.onDidOpen(({ uri }) => cellsChanged(uri));
  notebooks.onDidChange(({ notebookDocument }) => cellsChanged(notebookDocument.uri));

  connection.onCompletion(async ({ textDocument, position }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document } = place;
    const { matches, start, end } = await informed(place).complete(document.getText(), document.offsetAt(position));
    const range = rangeOf(document, start, end);
    return matches.map(({ text, type, detail, doc, deprecated }, i) => ({
      label: text.replace(/:\s*$/, ""),
      kind: kinds[type] ?? CompletionItemKind.Value,
      textEdit: { range, newText: text },
      sortText: String(i).padStart(4, "0"),
      ...(detail === undefined ? {} : { detail }),
      ...(deprecated && { tags: [CompletionItemTag.Deprecated] }),
      ...(doc === undefined ? {} : { documentation: { kind: "markdown" as const, value: doc } }),
    }));
  });

  connection.onHover(async ({ textDocument, position }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document } = place;
    const {
      found: any,
      bundle,
      start,
      end,
    } = await informed(place).inspect(document.getText(), document.offsetAt(position));
    if (!any) return null;
    return {
      contents: { kind: "markdown", value: String(bundle["text/markdown"]) },
      ...(start === undefined || end === undefined ? {} : { range: rangeOf(document, start, end) }),
    };
  });

  connection.onSignatureHelp(async ({ textDocument, position }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document, assistant } = place;
    const signature = signatureAt(withoutMagic(document.getText()), document.offsetAt(position), assistant.registry);
    if (!signature) return null;
    const { label, doc, parameters, active } = signature;
    return {
      signatures: [
        {
          label,
          documentation: doc,
          parameters: parameters.map((p) => ({ label: p.label, documentation: p.doc })),
        },
      ],
      activeSignature: 0,
      activeParameter: active ?? null,
    };
  });

  connection.onDefinition(async ({ textDocument, position }) => {
    const at = await named(textDocument.uri, position);
    if (!at) return null;
    const { place, occurrence } = at;
    const before = place.together.slice(0, place.together.indexOf(place.document) + 1);
    const defined = definitionOf(occurrence, before.map(sourceOf), place.assistant.registry);
    const document = before.find(({ uri }) => uri === defined?.span.source);
    return defined && document
      ? { uri: document.uri, range: rangeOf(document, defined.span.start, defined.span.end) }
      : null;
  });

  connection.onReferences(async ({ textDocument, position, context }) => {
    const places = await everywhere(textDocument.uri, position);
    return places
      .filter(({ defines }) => context.includeDeclaration || !defines)
      .map(({ document, start, end }) => ({ uri: document.uri, range: rangeOf(document, start, end) }));
  });

  connection.onDocumentHighlight(async ({ textDocument, position }) =>
    (await everywhere(textDocument.uri, position))
      .filter(({ document }) => document.uri === textDocument.uri)
      .map(({ document, start, end }) => ({ range: rangeOf(document, start, end) })),
  );

  connection.onPrepareRename(async ({ textDocument, position }) => {
    const at = await named(textDocument.uri, position);
    if (!at) return null;
    const { name, span } = at.occurrence;
    return {
      range: rangeOf(
        at.place.document,
        span.start + (name.startsWith("$") ? sigil(at.occurrence, at.place) : 0),
        span.end,
      ),
      placeholder: name.replace(/^\$/, ""),
    };
  });

  connection.onRenameRequest(async ({ textDocument, position, newName }) => {
    const at = await named(textDocument.uri, position);
    if (!at || !isName(newName, at.place.assistant.registry)) return null;
    const plain = newName.replace(/^\$/, "");
    const changes: Record<string, { range: ReturnType<typeof rangeOf>; newText: string }[]> = {};
    for (const { document, start, end } of await everywhere(textDocument.uri, position))
      (changes[document.uri] ??= []).push({
        range: rangeOf(document, start + (document.getText()[start] === "$" ? 1 : 0), end),
        newText: plain,
      });
    return { changes };
  });

  connection.onDocumentSymbol(async ({ textDocument }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document, assistant } = place;
    return symbolsIn(sourceOf(document), assistant.registry).map(({ name, is, span, nameSpan, keys }) => ({
      ...{ name, detail: is },
      kind:
        is === "data"
          ? SymbolKind.Array
          : is === "model"
            ? SymbolKind.Class
            : is === "recipe"
              ? SymbolKind.Object
              : SymbolKind.Event,
      range: rangeOf(document, span.start, span.end),
      selectionRange: rangeOf(document, nameSpan.start, nameSpan.end),
      children: keys.map((key) => ({
        name: key.name,
        kind: SymbolKind.Property,
        range: rangeOf(document, key.span.start, key.span.end),
        selectionRange: rangeOf(document, key.nameSpan.start, key.nameSpan.end),
      })),
    }));
  });

  connection.onDocumentFormatting(async ({ textDocument }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document, assistant, whole } = place;
    const after = assistant.format(document.getText());
    return after === null ? null : [...difference(document, whole ? `${after}\n` : after)];
  });

  connection.onRequest("tunebook/plan", async ({ textDocument }: PlanParams): Promise<PlanAnswer> => {
    if (!plansOf)
      return {
        problem: "Plans need Tunebook itself: install it in this folder, or name its command in tune.server.command.",
      };
    const cell = notebooks.getNotebookCell(textDocument.uri);
    const notebook = cell && notebooks.findNotebookDocumentForCell(cell);
    if (!notebook) {
      const document = documents.get(textDocument.uri);
      return document
        ? plansOf({ path: pathOf(document.uri), text: document.getText() })
        : { problem: "this text is not open" };
    }
    const texts = notebook.cells.map((one) => notebooks.getCellTextDocument(one)?.getText() ?? "");
    return plansOf({ path: pathOf(notebook.uri), text: texts });
  });

  connection.onCodeAction(async ({ textDocument, range, context }) => {
    const place = await placeOf(textDocument.uri);
    if (!place) return null;
    const { document, whole } = place;
    // Asked for when a file is saved, or by name: of every kind that is asked for it begins with the asked one.
    if (context.only?.some((kind) => `${CodeActionKind.SourceFixAll}.tunebook`.startsWith(kind))) {
      const edits = difference(document, await informed(place).fixed(document.getText(), { whole }));
      const changes = { [document.uri]: [...edits] };
      return [{ title: "Mend what is certain", kind: CodeActionKind.SourceFixAll, edit: { changes } }];
    }
    const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    const findings = await informed(place).check(document.getText(), { whole });
    return findings.flatMap((finding) => {
      if (finding.from > to || finding.to < from) return [];
      const mends = [
        ...(finding.fix ? [{ ...finding.fix, isPreferred: finding.fix.certain }] : []),
        ...(finding.allow ? [{ ...finding.allow, isPreferred: false }] : []),
      ];
      return mends.map(({ title, edits, isPreferred }) => ({
        title: title.replaceAll("`", ""),
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnosticOf(document, finding)],
        isPreferred,
        edit: {
          changes: {
            [document.uri]: edits.map((e) => ({ range: rangeOf(document, e.from, e.to), newText: e.text })),
          },
        },
      }));
    });
  });

  async function named(uri: string, position: { readonly line: number; readonly character: number }) {
    const place = await placeOf(uri);
    const occurrence =
      place && occurrenceAt(sourceOf(place.document), place.document.offsetAt(position), place.assistant.registry);
    return place && occurrence ? { place, occurrence } : undefined;
  }
  async function everywhere(uri: string, position: { readonly line: number; readonly character: number }) {
    const at = await named(uri, position);
    if (!at) return [];
    return at.place.together.flatMap((document) =>
      occurrencesIn(sourceOf(document), at.place.assistant.registry)
        .filter(({ name }) => name === at.occurrence.name)
        .map(({ span: { start, end }, defines }) => ({ document, start, end, defines })),
    );
  }

  documents.listen(connection);
  notebooks.listen(connection);
  connection.listen();
}

const sourceOf = (document: TextDocument): Source => ({
  id: document.uri,
  title: document.uri,
  text: withoutMagic(document.getText()),
});

/** A parameter is written `$rate` where it is used and `rate` where it is defined. */
function sigil({ span }: { readonly span: { readonly start: number } }, { document }: Place): number {
  return document.getText()[span.start] === "$" ? 1 : 0;
}

function diagnosticOf(document: TextDocument, { from, to, severity, code, message, help }: Finding): Diagnostic {
  const plain = (text: string): string => text.replaceAll("`", "");
  return {
    range: rangeOf(document, from, to),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    ...{ code, source: "tune" },
    ...((code === "deprecated" || code === "removed") && { tags: [DiagnosticTag.Deprecated] }),
    message: plain(help === undefined ? message : `${message}\n${help}`),
  };
}

/** Names: definitions, references, renaming, and a text's outline. */
import {
  SymbolKind,
  type Connection,
  type DocumentSymbol,
  type Location,
  type Position,
  type Range,
  type RenameParams,
  type TextDocumentPositionParams,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { findNameDefinition, isName, nameOccurrencesIn, symbolsIn } from "#dsl/assist/occurrences.js";
import { rangeOf } from "./places.js";
import { sourceOf, type Texts } from "./texts.js";

export function knowNames(connection: Connection, texts: Texts): void {
  connection.onDefinition((at) => definition(texts, at));
  connection.onReferences(async ({ textDocument, position, context }) => {
    const places = await everywhere(texts, textDocument.uri, position);
    return places
      .filter(({ defines }) => context.includeDeclaration || !defines)
      .map(({ document, start, end }) => ({ uri: document.uri, range: rangeOf(document, start, end) }));
  });
  connection.onDocumentHighlight(async ({ textDocument, position }) =>
    (await everywhere(texts, textDocument.uri, position))
      .filter(({ document }) => document.uri === textDocument.uri)
      .map(({ document, start, end }) => ({ range: rangeOf(document, start, end) })),
  );
  connection.onPrepareRename((at) => renamed(texts, at));
  connection.onRenameRequest((asked) => rename(texts, asked));
  connection.onDocumentSymbol(({ textDocument }) => outline(texts, textDocument.uri));
}

interface Use {
  readonly document: TextDocument;
  readonly start: number;
  readonly end: number;
  readonly defines: boolean;
}
/** Returns all uses of the name at a position, including its definition. */
async function everywhere(texts: Texts, uri: string, position: Position): Promise<readonly Use[]> {
  const at = await texts.nameAt(uri, position);
  if (!at) return [];
  return at.place.together.flatMap((document) =>
    nameOccurrencesIn(sourceOf(document), at.place.assistant.registry)
      .filter(({ name }) => name === at.occurrence.name)
      .map(({ span: { start, end }, defines }) => ({ document, start, end, defines })),
  );
}

async function definition(
  texts: Texts,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<Location | null> {
  const at = await texts.nameAt(textDocument.uri, position);
  if (!at) return null;
  const { place, occurrence } = at;
  const before = place.together.slice(0, place.together.indexOf(place.document) + 1);
  const defined = findNameDefinition(occurrence, before.map(sourceOf), place.assistant.registry);
  const document = before.find(({ uri }) => uri === defined?.span.source);
  return defined && document
    ? { uri: document.uri, range: rangeOf(document, defined.span.start, defined.span.end) }
    : null;
}

/** Returns the range to rename: the name without its sigil. */
async function renamed(
  texts: Texts,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<{ readonly range: Range; readonly placeholder: string } | null> {
  const at = await texts.nameAt(textDocument.uri, position);
  if (!at) return null;
  const { name, span } = at.occurrence;
  const { document } = at.place;
  const start = span.start + (name.startsWith("$") ? sigil(document, span.start) : 0);
  return { range: rangeOf(document, start, span.end), placeholder: name.replace(/^\$/, "") };
}

async function rename(texts: Texts, { textDocument, position, newName }: RenameParams): Promise<WorkspaceEdit | null> {
  const at = await texts.nameAt(textDocument.uri, position);
  if (!at || !isName(newName, at.place.assistant.registry)) return null;
  const newText = newName.replace(/^\$/, "");
  const changes: Record<string, TextEdit[]> = {};
  for (const { document, start, end } of await everywhere(texts, textDocument.uri, position))
    (changes[document.uri] ??= []).push({ range: rangeOf(document, start + sigil(document, start), end), newText });
  return { changes };
}
/** A parameter is written `$rate` where it is used and `rate` where it is defined. */
function sigil(document: TextDocument, start: number): number {
  return document.getText()[start] === "$" ? 1 : 0;
}

/** Symbol kinds of data, models and recipes; all others are events. */
const symbolKinds: Readonly<Record<string, SymbolKind>> = {
  data: SymbolKind.Array,
  model: SymbolKind.Class,
  recipe: SymbolKind.Object,
};
async function outline(texts: Texts, uri: string): Promise<DocumentSymbol[] | null> {
  const place = await texts.placeOf(uri);
  if (!place) return null;
  const { document, assistant } = place;
  return symbolsIn(sourceOf(document), assistant.registry).map(({ name, is, span, nameSpan, keys }) => ({
    name,
    detail: is,
    kind: symbolKinds[is] ?? SymbolKind.Event,
    range: rangeOf(document, span.start, span.end),
    selectionRange: rangeOf(document, nameSpan.start, nameSpan.end),
    children: keys.map((key) => ({
      name: key.name,
      kind: SymbolKind.Property,
      range: rangeOf(document, key.span.start, key.span.end),
      selectionRange: rangeOf(document, key.nameSpan.start, key.nameSpan.end),
    })),
  }));
}

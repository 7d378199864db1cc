/** Completion, hover help and signature help. */
import {
  CompletionItemKind,
  type CompletionItem,
  type Connection,
  type Hover,
  type SignatureHelp,
  type TextDocumentPositionParams,
} from "vscode-languageserver";
import { signatureAt } from "#dsl/assist/signature.js";
import { withoutMagic } from "#dsl/language/syntax/cell.js";
import { rangeOf } from "./places.js";
import { informed, type Texts } from "./texts.js";

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

export function explain(connection: Connection, texts: Texts): void {
  connection.onCompletion((at) => completions(texts, at));
  connection.onHover((at) => hover(texts, at));
  connection.onSignatureHelp((at) => signature(texts, at));
}

async function completions(
  texts: Texts,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<CompletionItem[] | null> {
  const place = await texts.placeOf(textDocument.uri);
  if (!place) return null;
  const { document } = place;
  const { matches, start, end } = await informed(place).complete(document.getText(), document.offsetAt(position));
  const range = rangeOf(document, start, end);
  return matches.map(({ text, type, gloss, detail, doc }, i) => ({
    label: text.replace(/:\s*$/, ""),
    kind: kinds[type] ?? CompletionItemKind.Value,
    textEdit: { range, newText: text },
    sortText: String(i).padStart(4, "0"),
    ...(gloss === undefined ? {} : { labelDetails: { description: gloss } }),
    ...(detail === undefined ? {} : { detail }),
    ...(doc === undefined ? {} : { documentation: { kind: "markdown" as const, value: doc } }),
  }));
}

async function hover(texts: Texts, { textDocument, position }: TextDocumentPositionParams): Promise<Hover | null> {
  const place = await texts.placeOf(textDocument.uri);
  if (!place) return null;
  const { document } = place;
  const { found, bundle, start, end } = await informed(place).inspect(document.getText(), document.offsetAt(position));
  if (!found) return null;
  return {
    contents: { kind: "markdown", value: String(bundle["text/markdown"]) },
    ...(start === undefined || end === undefined ? {} : { range: rangeOf(document, start, end) }),
  };
}

async function signature(
  texts: Texts,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<SignatureHelp | null> {
  const place = await texts.placeOf(textDocument.uri);
  if (!place) return null;
  const { document, assistant } = place;
  const found = signatureAt(withoutMagic(document.getText()), document.offsetAt(position), assistant.registry);
  if (!found) return null;
  const { label, doc, parameters, active } = found;
  return {
    signatures: [
      { label, documentation: doc, parameters: parameters.map((p) => ({ label: p.label, documentation: p.doc })) },
    ],
    activeSignature: 0,
    activeParameter: active ?? null,
  };
}

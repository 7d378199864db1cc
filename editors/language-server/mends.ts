/** Text changes: formatting, and fixes for diagnostics, one by one or all certain ones. */
import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Connection,
  type TextEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { EditorFinding } from "#kernel/assist/answers.js";
import { diagnosticOf } from "./diagnostics.js";
import { difference, rangeOf } from "./places.js";
import { informed, type Place, type Texts } from "./texts.js";

export function mend(connection: Connection, texts: Texts): void {
  connection.onDocumentFormatting(({ textDocument }) => formatted(texts, textDocument.uri));
  connection.onCodeAction((asked) => actions(texts, asked));
}

async function formatted(texts: Texts, uri: string): Promise<TextEdit[] | null> {
  const place = await texts.placeOf(uri);
  if (!place) return null;
  const { document, assistant, whole } = place;
  const after = assistant.format(document.getText());
  return after === null ? null : [...difference(document, whole ? `${after}\n` : after)];
}

async function actions(texts: Texts, { textDocument, range, context }: CodeActionParams): Promise<CodeAction[] | null> {
  const place = await texts.placeOf(textDocument.uri);
  if (!place) return null;
  // Requested on save or by name. A requested kind also selects its sub-kinds, hence the prefix test.
  if (context.only?.some((kind) => `${CodeActionKind.SourceFixAll}.tunebook`.startsWith(kind)))
    return [await everyMend(place)];
  const { document, whole } = place;
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  const findings = await informed(place).check(document.getText(), { whole });
  return findings
    .filter((finding) => finding.from <= to && finding.to >= from)
    .flatMap((finding) => mendsOf(document, finding));
}

async function everyMend(place: Place): Promise<CodeAction> {
  const { document, whole } = place;
  const edits = difference(document, await informed(place).fixed(document.getText(), { whole }));
  const changes = { [document.uri]: [...edits] };
  return { title: "Mend what is certain", kind: CodeActionKind.SourceFixAll, edit: { changes } };
}

function mendsOf(document: TextDocument, finding: EditorFinding): readonly CodeAction[] {
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
}

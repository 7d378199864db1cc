// Switches a cell's language from the kernel's to Tune while it contains Tune. The switch is part of the edit's own
// transaction, so there is no delay. There is also no race with JupyterLab, which loads languages at any time and
// rewrites the cell's MIME type.
import { Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import { isTuneCell } from "#dsl/language/syntax/cell.js";
import { tune } from "./tune.js";
import { vocabulary } from "./vocabulary.js";

export const holdsTune = (text: string): boolean => isTuneCell(text, vocabulary.verbs);

export function tuneWhereTune(source: string): Extension {
  const slot = new Compartment();
  const language = (on: boolean): Extension => (on ? Prec.highest(tune) : []);
  return [
    slot.of(language(holdsTune(source))),
    EditorState.transactionExtender.of((transaction) => {
      if (!transaction.docChanged) return null;
      const now = holdsTune(transaction.newDoc.toString());
      return now === holdsTune(transaction.startState.doc.toString())
        ? null
        : { effects: slot.reconfigure(language(now)) };
    }),
  ];
}

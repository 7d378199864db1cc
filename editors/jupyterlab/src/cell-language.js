// Puts Tune in front of the kernel's own language while a cell holds Tune. The swap is part of the edit's own transaction:
// no wait, and no race with JupyterLab, which loads languages when it likes and rewrites the cell's MIME type.
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { isTune } from "./cell.js";
import { tune } from "./tune.js";
import { verbs } from "./vocabulary.js";

export const holdsTune = (text) => isTune(text, verbs);

export function tuneWhereTune(source) {
  const slot = new Compartment();
  const language = (on) => (on ? Prec.highest(tune) : []);
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

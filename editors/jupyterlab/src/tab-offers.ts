// Tab on an empty line of a Tune block opens the completion list; JupyterLab's own Tab would only indent.
import { Prec, type Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { offerOnEmptyLine } from "#editors/codemirror/empty-line.js";
import { holdsTune } from "./cell-language.js";

const invoke = "completer:invoke-notebook";

export function tabOffers({ commands }: JupyterFrontEnd): Extension {
  return Prec.highest(
    keymap.of([
      {
        key: "Tab",
        run: (view) =>
          commands.hasCommand(invoke) &&
          holdsTune(view.state.doc.toString()) &&
          offerOnEmptyLine(view, () => void commands.execute(invoke)),
      },
    ]),
  );
}

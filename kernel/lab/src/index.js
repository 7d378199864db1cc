// The plugin: Tune is coloured and checked in every code cell that holds it; `.tune` files get their colours too.
import { LanguageSupport } from "@codemirror/language";
import { IEditorExtensionRegistry, IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { INotebookTracker } from "@jupyterlab/notebook";
import { tuneWhereTune } from "./cell-language.js";
import { Checker } from "./checker.js";
import { tuneLanguage } from "./tune-language.js";

export default {
  id: "tunebook-lab:cells",
  description: "Colours and checks Tune cells.",
  autoStart: true,
  requires: [INotebookTracker, IEditorExtensionRegistry, IEditorLanguageRegistry],
  activate(_app, notebooks, extensions, languages) {
    languages.addLanguage({
      name: "tune",
      displayName: "Tune",
      mime: "text/x-tune",
      extensions: ["tune"],
      support: new LanguageSupport(tuneLanguage),
    });
    const checker = new Checker(notebooks);
    extensions.addExtension({
      name: "tunebook-lab:cell",
      // Called for every editor that is made; consoles and files have models of other types.
      factory({ model }) {
        if (model.type !== "code") return null;
        const extension = [tuneWhereTune(model.sharedModel.getSource()), checker.extension(model)];
        return { instance: () => extension, reconfigure: () => null };
      },
    });
  },
};

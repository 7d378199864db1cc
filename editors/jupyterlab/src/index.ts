// The plugin: colours, checks, explains and completes Tune in every code cell that contains it. `.tune` files are
// coloured as well.
import { LanguageSupport } from "@codemirror/language";
import { ILayoutRestorer, type JupyterFrontEnd } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IEditorExtensionRegistry, IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { ICompletionProviderManager } from "@jupyterlab/completer";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { addAnnotating } from "./annotate.js";
import { tuneWhereTune } from "./cell-language.js";
import { Channels } from "./channel.js";
import { Checker } from "./checker.js";
import { completionProvider } from "./completer.js";
import { addFormatting } from "./format.js";
import { hover } from "./hover.js";
import { addPanel } from "./panel.js";
import { offerPrograms } from "./programs.js";
import { sortTables } from "./sortable.js";
import { addSweeps } from "./sweep-cell.js";
import { tabOffers } from "./tab-offers.js";
import { tune } from "./tune.js";

export default {
  id: "tunebook-lab:cells",
  description:
    "Colours, checks, explains, completes and formats Tune cells; sorts tables; asks for labels; shows plan and runs beside them.",
  autoStart: true,
  requires: [INotebookTracker, IEditorExtensionRegistry, IEditorLanguageRegistry, IRenderMimeRegistry],
  optional: [ICompletionProviderManager, ICommandPalette, ILayoutRestorer],
  activate(
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    extensions: IEditorExtensionRegistry,
    languages: IEditorLanguageRegistry,
    rendermime: IRenderMimeRegistry,
    completers: ICompletionProviderManager | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ): void {
    languages.addLanguage({
      name: "tune",
      displayName: "Tune",
      mime: "text/x-tune",
      extensions: ["tune"],
      support: new LanguageSupport(tune),
    });
    const channels = new Channels(notebooks);
    const checker = new Checker(notebooks, channels);
    extensions.addExtension({
      name: "tunebook-lab:cell",
      // Called for every new editor; consoles and files have models of other types.
      factory({ model }) {
        if (model.type !== "code") return null;
        const extension = [
          tuneWhereTune(model.sharedModel.getSource()),
          checker.extension(model),
          hover(model, channels, rendermime),
          tabOffers(app),
        ];
        return { instance: () => extension, reconfigure: () => null };
      },
    });
    completers?.registerProvider(completionProvider(channels));
    addFormatting(app, notebooks, channels, palette);
    sortTables(document.body);
    offerPrograms(document.body, notebooks);
    addAnnotating(app, notebooks);
    addSweeps(notebooks);
    addPanel(app, notebooks, channels, rendermime, palette, restorer);
  },
};

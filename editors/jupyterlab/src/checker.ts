// Squiggles: diagnostics from the kernel's checker for a Tune cell, requested during typing and whenever the kernel is
// new. A diagnostic with a known fix shows it as a button in its tooltip.
import { linter, type Diagnostic } from "@codemirror/lint";
import { StateEffect, type Extension, type Text } from "@codemirror/state";
import { ViewPlugin, type EditorView } from "@codemirror/view";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { Newest } from "#editors/codemirror/newest.js";
import { squiggle } from "#editors/codemirror/squiggle.js";
import { holdsTune } from "./cell-language.js";
import { answers, type Answer, type Channels } from "./channel.js";

const recheck = StateEffect.define<null>();
const gone: ReadonlySet<string> = new Set(["restarting", "autorestarting", "terminating", "dead"]);

export class Checker {
  readonly #channels: Channels;
  readonly #cells = new WeakMap<CodeEditor.IModel, Newest<string, Answer<"check"> | null>>();
  readonly #views = new Set<EditorView>();

  constructor(notebooks: INotebookTracker, channels: Channels) {
    this.#channels = channels;
    notebooks.widgetAdded.connect((_, panel) => this.#watch(panel));
    notebooks.forEach((panel) => this.#watch(panel));
  }

  extension(model: CodeEditor.IModel): Extension {
    return [
      linter((view) => this.#check(model, view.state.doc), {
        delay: 300,
        needsRefresh: (update) => update.transactions.some((t) => t.effects.some((effect) => effect.is(recheck))),
      }),
      ViewPlugin.define((view) => {
        this.#views.add(view);
        return { destroy: () => this.#views.delete(view) };
      }),
    ];
  }

  #watch({ sessionContext }: NotebookPanel): void {
    sessionContext.kernelChanged.connect(() => this.#recheckAll());
    sessionContext.statusChanged.connect((_, status) => {
      if (!gone.has(status)) return;
      const kernel = sessionContext.session?.kernel;
      if (!kernel) return;
      this.#channels.forget(kernel);
      this.#recheckAll();
      if (status === "autorestarting") void answers(kernel).then((alive) => alive && this.#recheckAll());
    });
    // A cell that ran may have defined names that other cells use.
    sessionContext.iopubMessage.connect((_, { header, content }) => {
      if (header.msg_type === "execute_input") this.#ran = true;
      if (header.msg_type === "status" && content["execution_state"] === "idle" && this.#ran) {
        this.#ran = false;
        this.#recheckAll();
      }
    });
  }
  #ran = false;

  #recheckAll(): void {
    // Dispatches after the signal, since a view may be in the middle of an update.
    setTimeout(() => {
      for (const view of this.#views) view.dispatch({ effects: recheck.of(null) });
    });
  }

  async #check(model: CodeEditor.IModel, doc: Text): Promise<readonly Diagnostic[]> {
    const text = doc.toString();
    if (!holdsTune(text)) return [];
    const channel = await this.#channels.ofCell(model);
    if (!channel) return [];
    let newest = this.#cells.get(model);
    if (!newest) this.#cells.set(model, (newest = new Newest()));
    const found = await newest.ask((code) => channel.ask("check", { code }), text);
    if (!found && !channel.closed) setTimeout(() => this.#recheckAll(), 1000); // the kernel was too busy to respond
    return (found?.diagnostics ?? []).map((diagnostic) => squiggle(diagnostic, doc.length));
  }
}

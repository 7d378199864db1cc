// Renders outputs of `annotate`: the widget while the kernel that created it still runs, otherwise the rows as a table
// with instructions. Each notebook gets a renderer that knows its kernel.
import type { NotebookPanel, INotebookTracker } from "@jupyterlab/notebook";
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import widget from "./annotate-widget.js";
import { openKernelWidget, type Gone } from "./kernel-widget.js";

const mime = "application/vnd.tunebook.annotate+json";
const target = "tunebook.annotate";
const lost: Readonly<Record<Gone, string>> = {
  none: "No kernel runs.",
  another: "These rows are no longer open: the kernel is another one than when the cell ran.",
  restarted: "The kernel was restarted.",
  ended: "The kernel has ended.",
};

export function addAnnotating(app: JupyterFrontEnd, notebooks: INotebookTracker): void {
  const add = (panel: NotebookPanel): void => {
    panel.content.rendermime.addFactory({
      safe: true,
      mimeTypes: [mime],
      defaultRank: 0, // before text/html, which contains the same rows as a table
      createRenderer: () => new Annotating(app, panel),
    });
  };
  notebooks.forEach(add);
  notebooks.widgetAdded.connect((_, panel) => add(panel));
}

class Annotating extends Widget implements IRenderMime.IRenderer {
  readonly #app: JupyterFrontEnd;
  readonly #panel: NotebookPanel;
  #end: () => void = () => undefined;
  #view: HTMLElement | null = null;

  constructor(app: JupyterFrontEnd, panel: NotebookPanel) {
    super();
    this.#app = app;
    this.#panel = panel;
    this.addClass("tunebook-annotate-host");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#end();
    const { desk: offerId } = (model.data[mime] ?? {}) as { readonly desk?: unknown };
    const el = document.createElement("div");
    let ended = (): void => undefined;
    const end = await openKernelWidget(this.#panel, {
      target,
      offerId,
      ready: (comm) => {
        this.#view = el;
        this.node.replaceChildren(el);
        ended = widget.render({ model: comm, el }) ?? ended;
      },
      gone: (why) => {
        ended();
        if (!this.isDisposed) void this.#gone(model, lost[why]);
      },
    });
    this.#end = () => {
      ended();
      end();
      this.#end = () => undefined;
    };
    if (this.isDisposed) this.#end();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#end();
    super.dispose();
  }

  /** Explains why the widget is gone, offers to run the cell again, and shows the rows as of the cell's run. */
  async #gone(model: IRenderMime.IMimeModel, why: string): Promise<void> {
    const unsaved = this.#view ? widget.unsaved(this.#view) : 0;
    this.#view = null;
    const note = document.createElement("div");
    note.className = "tunebook-annotate-gone";
    note.setAttribute("role", "alert");
    const saved =
      unsaved === 0 ? "Every decision is saved." : `The last ${String(unsaved)} may not be saved: look at them again.`;
    note.append(`${why} ${saved} Run the cell again to go on.`, document.createElement("br"));
    note.append(this.#button("Run this cell", false), this.#button("Run all above, then this cell", true));
    const box = document.createElement("div");
    box.className = "tunebook-annotate";
    box.append(note);
    const html = this.#panel.content.rendermime.createRenderer("text/html");
    await html.renderModel(new MimeModel({ data: model.data }));
    if (this.isDisposed) return;
    const before = document.createElement("p");
    before.textContent = "As it was when the cell ran:";
    this.node.replaceChildren(box, before, html.node);
  }

  #button(name: string, above: boolean): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => void this.#runAgain(above));
    return button;
  }

  async #runAgain(above: boolean): Promise<void> {
    const { content } = this.#panel;
    const at = content.widgets.findIndex((cell) => cell.node.contains(this.node));
    if (at < 0) return;
    content.activeCellIndex = at;
    if (above && at > 0) await this.#app.commands.execute("notebook:run-all-above");
    content.activeCellIndex = at;
    await this.#app.commands.execute("notebook:run-cell");
  }
}

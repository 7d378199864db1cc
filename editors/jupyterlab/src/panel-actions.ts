// The panel's actions on the notebook: goes to a position, writes a setting into the text, inserts a program as a new
// cell.
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Dialog, Notification, showDialog } from "@jupyterlab/apputils";
import type { Cell } from "@jupyterlab/cells";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { NotebookActions, type Notebook, type NotebookPanel } from "@jupyterlab/notebook";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Edit, Span } from "#dsl/language/diagnostics/span.js";
import { messageOf } from "./fault.js";
import type { Follower } from "./panel-follower.js";
import type { RunSummary } from "./panel-state.js";

export class Actions {
  readonly #app: JupyterFrontEnd;
  readonly #follower: Follower;
  readonly #rendermime: IRenderMimeRegistry;

  /** `compare`: opens the comparison of a notebook's chosen runs. */
  constructor(
    app: JupyterFrontEnd,
    follower: Follower,
    rendermime: IRenderMimeRegistry,
    readonly compare: (panel: NotebookPanel) => void,
  ) {
    this.#app = app;
    this.#follower = follower;
    this.#rendermime = rendermime;
  }

  #cellOf(id: string): { readonly content: Notebook; readonly index: number; readonly cell: Cell } | null {
    const content = this.#follower.panel?.content;
    const index = content ? content.widgets.findIndex(({ model }) => model.id === id) : -1;
    const cell = content?.widgets[index];
    return content && cell ? { content, index, cell } : null;
  }

  /** Selects a span; offsets are UTF-16 units, as in the editor. */
  async goTo({ source, start, end }: Span): Promise<void> {
    const found = this.#cellOf(source);
    if (!found) return;
    const { content, index, cell } = found;
    content.activeCellIndex = index;
    await content.scrollToItem(index, "smart");
    await cell.ready;
    const { editor } = cell;
    if (!editor) return;
    content.mode = "edit";
    editor.focus();
    const length = cell.model.sharedModel.getSource().length;
    const [from, to] = [editor.getPositionAt(Math.min(start, length)), editor.getPositionAt(Math.min(end, length))];
    if (!from || !to) return;
    editor.setSelection({ start: from, end: to });
    editor.revealSelection({ start: from, end: to });
  }

  /** Writes only if the text is still the one that the plan was made from. */
  async writeOut({ source, edit }: { readonly source: string; readonly edit: Edit }): Promise<void> {
    const shared = this.#cellOf(source)?.cell.model.sharedModel;
    if (!shared || shared.getSource() !== this.#follower.state.texts.get(source)) return;
    shared.undoManager?.stopCapturing(); // a separate undo step
    shared.updateSource(edit.start, edit.end, edit.text);
    const lead = edit.text.length - edit.text.replace(/^[\s,]*/, "").length;
    await this.goTo({ source, start: edit.start + lead, end: edit.start + edit.text.length });
  }

  async newCell(text: string): Promise<void> {
    const content = this.#follower.panel?.content;
    if (!content) return;
    content.mode = "command";
    NotebookActions.insertBelow(content);
    const made = content.activeCell?.model;
    if (!made) return;
    made.sharedModel.setSource(text);
    await this.goTo({ source: made.id, start: text.length, end: text.length });
  }

  /** Opens a run as a model, in a new cell. */
  async load(id: string): Promise<void> {
    const text = await this.#follower.loadText(id);
    if (text !== null) await this.newCell(text);
    else this.tell("This run can't be opened now.");
  }

  async deleteRun({ id, name, state }: RunSummary, size: string | undefined): Promise<void> {
    const { button } = await showDialog({
      title: "Delete this run?",
      body: `${name} (${id}) with its checkpoints${size ? `, ${size}` : ""}, is removed from the disk. What it trained is gone for good.`,
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Delete" })],
      defaultButton: 0,
    });
    if (!button.accept || state === "running") return;
    const answer = await this.#follower.ask("deleteRun", { run: id });
    if (answer?.deleted) await this.#follower.open(null);
    else this.tell(answer?.why ?? "The kernel did not answer.");
  }

  async stopRun({ id, name }: RunSummary): Promise<void> {
    const { button } = await showDialog({
      title: "Stop this training?",
      body: `${name} (${id}) ends after the step under way, with a checkpoint from which it can go on.`,
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Stop" })],
      defaultButton: 0,
    });
    if (!button.accept) return;
    // A training step and its checkpoint may take long.
    const answer = await this.#follower.ask("stopRun", { run: id }, 90_000);
    if (!answer?.stopped) this.tell(answer?.why ?? "The kernel did not answer.");
  }

  async trainDetached(text: string): Promise<void> {
    await this.newCell(text);
    const panel = this.#follower.panel;
    if (panel) await NotebookActions.run(panel.content, panel.sessionContext);
  }

  /** Runs are in a folder next to the notebook. */
  openFolder(id: string): void {
    const folder = (this.#follower.state.notebook ?? "").replace(/[^/]*$/, "");
    const path = `${folder}runs/${id}`;
    const { commands } = this.#app;
    if (commands.hasCommand("filebrowser:go-to-path")) {
      if (commands.hasCommand("filebrowser:activate")) void commands.execute("filebrowser:activate");
      commands
        .execute("filebrowser:go-to-path", { path, dontShowBrowser: false })
        .catch((error: unknown) => this.tell(messageOf(error)));
      return;
    }
    window.open(URLExt.join(PageConfig.getBaseUrl(), "tree", URLExt.encodeParts(path)), "_blank", "noopener");
  }

  renderer(mime: string): IRenderMime.IRenderer {
    return this.#rendermime.createRenderer(mime);
  }
  tell(why: string): void {
    Notification.error(why, { autoClose: 6000 });
  }
}

// What the panel does to the notebook: goes to a place, writes a setting out, puts a program into a new cell.
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Dialog, Notification, showDialog } from "@jupyterlab/apputils";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Edit, Span } from "#dsl/diagnostics/span.js";
import { messageOf } from "./fault.js";
import type { Follower } from "./panel-follower.js";
import type { RunSummary } from "./panel-state.js";

export type Actions = ReturnType<typeof actionsOf>;

/** `compare`: opens the comparison of the runs that are chosen in a notebook. */
export function actionsOf(
  app: JupyterFrontEnd,
  follower: Follower,
  rendermime: IRenderMimeRegistry,
  compare: (panel: NotebookPanel) => void,
) {
  const cellOf = (id: string) => {
    const content = follower.panel?.content;
    const index = content ? content.widgets.findIndex(({ model }) => model.id === id) : -1;
    const cell = content?.widgets[index];
    return content && cell ? { content, index, cell } : null;
  };

  /** Selects a place; offsets are UTF-16 units, as in the editor. */
  async function goTo({ source, start, end }: Span): Promise<void> {
    const found = cellOf(source);
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

  /** Only into the text that the plan was made of. */
  async function writeOut({ source, edit }: { readonly source: string; readonly edit: Edit }): Promise<void> {
    const shared = cellOf(source)?.cell.model.sharedModel;
    if (!shared || shared.getSource() !== follower.state.texts.get(source)) return;
    shared.undoManager?.stopCapturing(); // a step of its own
    shared.updateSource(edit.start, edit.end, edit.text);
    const lead = edit.text.length - edit.text.replace(/^[\s,]*/, "").length;
    await goTo({ source, start: edit.start + lead, end: edit.start + edit.text.length });
  }

  async function newCell(text: string): Promise<void> {
    const content = follower.panel?.content;
    if (!content) return;
    content.mode = "command";
    NotebookActions.insertBelow(content);
    const made = content.activeCell?.model;
    if (!made) return;
    made.sharedModel.setSource(text);
    await goTo({ source: made.id, start: text.length, end: text.length });
  }

  /** Opens a run as a model, in a cell of its own. */
  async function load(id: string): Promise<void> {
    const text = await follower.loadText(id);
    if (text !== null) await newCell(text);
    else Notification.error("This run can't be opened now.", { autoClose: 6000 });
  }

  async function deleteRun({ id, name, state }: RunSummary, size: string | undefined): Promise<void> {
    const { button } = await showDialog({
      title: "Delete this run?",
      body: `${name} (${id}) with its checkpoints${size ? `, ${size}` : ""}, is removed from the disk. What it trained is gone for good.`,
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Delete" })],
      defaultButton: 0,
    });
    if (!button.accept || state === "running") return;
    const answer = await follower.ask("deleteRun", { run: id });
    if (answer?.deleted) await follower.open(null);
    else Notification.error(answer?.why ?? "The kernel did not answer.", { autoClose: 6000 });
  }

  /** Runs lie beside the notebook. */
  function openFolder(id: string): void {
    const folder = (follower.state.notebook ?? "").replace(/[^/]*$/, "");
    const path = `${folder}runs/${id}`;
    const { commands } = app;
    if (commands.hasCommand("filebrowser:go-to-path")) {
      if (commands.hasCommand("filebrowser:activate")) void commands.execute("filebrowser:activate");
      void commands
        .execute("filebrowser:go-to-path", { path, dontShowBrowser: false })
        .catch((error: unknown) => tell(messageOf(error)));
      return;
    }
    window.open(URLExt.join(PageConfig.getBaseUrl(), "tree", URLExt.encodeParts(path)), "_blank", "noopener");
  }

  const figure = (mime: string) => rendermime.createRenderer(mime);
  const tell = (why: string): void => void Notification.error(why, { autoClose: 6000 });
  return { goTo, writeOut, newCell, load, deleteRun, openFolder, figure, tell, compare };
}

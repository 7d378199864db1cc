// What the panel does to the notebook: goes to a place, writes a setting out, puts a program into a new cell.
import { Dialog, Notification, showDialog } from "@jupyterlab/apputils";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { NotebookActions } from "@jupyterlab/notebook";

/** `compare`: opens the comparison of the runs that are chosen in a notebook. */
export function actionsOf(app, follower, rendermime, compare) {
  const cellOf = (id) => {
    const content = follower.panel?.content;
    const index = content ? content.widgets.findIndex(({ model }) => model.id === id) : -1;
    return index < 0 ? null : { content, index, cell: content.widgets[index] };
  };

  /** Selects a place; offsets are UTF-16 units, as in the editor. */
  async function goTo({ source, start, end }) {
    const found = cellOf(source);
    if (!found) return;
    const { content, index, cell } = found;
    content.activeCellIndex = index;
    await content.scrollToItem(index, "smart");
    await cell.ready;
    if (!cell.editor) return;
    content.mode = "edit";
    cell.editor.focus();
    const length = cell.model.sharedModel.getSource().length;
    const [from, to] = [start, end].map((n) => cell.editor.getPositionAt(Math.min(n, length)));
    cell.editor.setSelection({ start: from, end: to });
    cell.editor.revealSelection({ start: from, end: to });
  }

  /** Only into the text that the plan was made of. */
  async function writeOut({ source, edit }) {
    const shared = cellOf(source)?.cell.model.sharedModel;
    if (!shared || shared.getSource() !== follower.state.texts.get(source)) return;
    shared.undoManager?.stopCapturing(); // a step of its own
    shared.updateSource(edit.start, edit.end, edit.text);
    const lead = /^[\s,]*/.exec(edit.text)[0].length;
    await goTo({ source, start: edit.start + lead, end: edit.start + edit.text.length });
  }

  async function newCell(text) {
    const content = follower.panel?.content;
    if (!content) return;
    content.mode = "command";
    NotebookActions.insertBelow(content);
    content.activeCell.model.sharedModel.setSource(text);
    await goTo({ source: content.activeCell.model.id, start: text.length, end: text.length });
  }

  /** Opens a run as a model, in a cell of its own. */
  async function load(id) {
    const text = await follower.loadText(id);
    if (text !== null) await newCell(text);
    else Notification.error("This run can't be opened now.", { autoClose: 6000 });
  }

  async function deleteRun({ id, name, state }, size) {
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
  function openFolder(id) {
    const folder = follower.state.notebook.replace(/[^/]*$/, "");
    const path = `${folder}runs/${id}`;
    const { commands } = app;
    if (commands.hasCommand("filebrowser:go-to-path")) {
      if (commands.hasCommand("filebrowser:activate")) void commands.execute("filebrowser:activate");
      return commands
        .execute("filebrowser:go-to-path", { path, dontShowBrowser: false })
        .catch((error) => void Notification.error(String(error?.message ?? error), { autoClose: 6000 }));
    }
    window.open(URLExt.join(PageConfig.getBaseUrl(), "tree", URLExt.encodeParts(path)), "_blank", "noopener");
  }

  const figure = (mime) => rendermime.createRenderer(mime);
  const tell = (why) => void Notification.error(why, { autoClose: 6000 });
  return { goTo, writeOut, newCell, load, deleteRun, openFolder, figure, tell, compare };
}

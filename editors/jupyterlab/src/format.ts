// The command that formats a Tune cell, or every Tune cell of a notebook.
import type { ISharedText } from "@jupyter/ydoc";
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Notification, type ICommandPalette } from "@jupyterlab/apputils";
import type { Cell } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { textDifference } from "#dsl/assist/difference.js";
import { holdsTune } from "./cell-language.js";
import type { Channels } from "./channel.js";

export const commands = { cell: "tunebook:format-cell", notebook: "tunebook:format-notebook" };

export function addFormatting(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  channels: Channels,
  palette: ICommandPalette | null,
): void {
  const isEnabled = () => notebooks.currentWidget !== null;
  app.commands.addCommand(commands.cell, {
    label: "Format Tune Cell",
    caption: "Write the selected cell in Tune's format",
    isEnabled,
    execute: () => {
      const panel = notebooks.currentWidget;
      const cell = panel?.content.activeCell;
      return panel && cell ? formatted(panel, [cell], channels) : undefined;
    },
  });
  app.commands.addCommand(commands.notebook, {
    label: "Format All Tune Cells",
    caption: "Write every Tune cell of the notebook in Tune's format",
    isEnabled,
    execute: () => {
      const panel = notebooks.currentWidget;
      return panel ? formatted(panel, panel.content.widgets, channels) : undefined;
    },
  });
  app.commands.addKeyBinding({
    command: commands.cell,
    keys: ["Alt Shift F"],
    selector: ".jp-Notebook .jp-CodeCell",
  });
  for (const command of Object.values(commands)) palette?.addItem({ command, category: "Tunebook" });
}

async function formatted(panel: NotebookPanel, cells: readonly Cell[], channels: Channels): Promise<void> {
  const channel = await channels.ofPanel(panel);
  if (!channel) return;
  let broken = 0;
  for (const { model } of cells) {
    if (model.type !== "code") continue;
    const source = model.sharedModel.getSource();
    if (!holdsTune(source)) continue;
    const answer = await channel.ask("format", { code: source });
    if (typeof answer?.code !== "string") broken += 1;
    else if (answer.code !== source && model.sharedModel.getSource() === source)
      replace(model.sharedModel, source, answer.code);
  }
  if (broken > 0)
    Notification.warning(
      broken === 1
        ? "A cell with syntax errors was left as it is."
        : `${broken} cells with syntax errors were left as they are.`,
      { autoClose: 4000 },
    );
}

/** Replaces only the difference, so that the cursor does not move and one undo reverts it. */
function replace(shared: ISharedText, before: string, after: string): void {
  const edit = textDifference(before, after);
  if (!edit) return;
  shared.undoManager?.stopCapturing(); // a separate undo step
  shared.updateSource(edit.from, edit.to, edit.text);
}

// Adds a button below programs in a cell's output, such as a sweep's best trial, that inserts them as a new cell.
// Programs are plain HTML; other viewers show them for copying.
import { NotebookActions, type INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import "./programs.css";

const PROGRAM = "pre.tunebook-program";

/** Applies to all present and future outputs. */
export function offerPrograms(root: HTMLElement, notebooks: INotebookTracker): void {
  const offer = (program: Element): void => {
    if (program.nextElementSibling?.classList.contains("tunebook-program-offer")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tunebook-program-offer";
    button.textContent = "Put into a new cell";
    button.addEventListener("click", () => put(program, notebooks));
    program.after(button);
  };
  root.querySelectorAll(PROGRAM).forEach(offer);
  new window.MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof Element) node.querySelectorAll(PROGRAM).forEach(offer);
  }).observe(root, { childList: true, subtree: true });
}

/** Inserts the program below the cell that showed it. */
function put(program: Element, notebooks: INotebookTracker): void {
  const panel: NotebookPanel | undefined = notebooks.find(({ content }) => content.node.contains(program));
  const content = panel?.content;
  const at = content?.widgets.findIndex((cell) => cell.node.contains(program)) ?? -1;
  if (!content || at < 0) return;
  content.activeCellIndex = at;
  content.mode = "command";
  NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(program.textContent ?? "");
}

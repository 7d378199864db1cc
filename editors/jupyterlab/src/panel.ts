// The side panel: what the current notebook would train, and its runs. This module adds it to the window.
import type { ILayoutRestorer, JupyterFrontEnd } from "@jupyterlab/application";
import type { ICommandPalette } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { LabIcon, ReactWidget } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import type { ReactElement } from "react";
import type { Channels } from "./channel.js";
import { h } from "./element.js";
import { Actions } from "./panel-actions.js";
import { Chosen } from "./panel-chosen.js";
import { comparisonIn } from "./panel-compare.js";
import { Comparing } from "./panel-comparing.js";
import { Follower } from "./panel-follower.js";
import { Panel } from "./panel-view.js";
import "./panel.css";

const id = "tunebook-panel";
export const command = "tunebook:show-panel";

const icon = new LabIcon({
  name: "tunebook-lab:icon",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3" fill="none" stroke="#616161" stroke-width="2.4" stroke-linecap="round"><path class="jp-icon-selectable" d="M8 3v8a4 4 0 0 0 8 0V3M12 15v6"/></g></svg>`,
});

class PanelWidget extends ReactWidget {
  readonly #follower: Follower;
  readonly #actions: Actions;
  constructor(follower: Follower, actions: Actions) {
    super();
    this.id = id;
    this.addClass("tunebook-panel");
    this.title.icon = icon;
    this.title.caption = "Tunebook: plan and runs";
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", "Tunebook");
    this.#follower = follower;
    this.#actions = actions;
  }
  protected override render(): ReactElement {
    return h(Panel, { follower: this.#follower, actions: this.#actions });
  }
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#follower.see(true);
  }
  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.#follower.see(false);
  }
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.#follower.see(this.isVisible);
  }
  protected override onBeforeDetach(message: Message): void {
    this.#follower.see(false);
    super.onBeforeDetach(message);
  }
}

export function addPanel(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  channels: Channels,
  rendermime: IRenderMimeRegistry,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null,
): void {
  const chosen = new Chosen();
  const follower = new Follower(notebooks, channels, chosen);
  const compare = comparisonIn(app, new Comparing(channels, chosen), icon, () => actions);
  const actions: Actions = new Actions(app, follower, rendermime, compare);
  const widget = new PanelWidget(follower, actions);
  app.shell.add(widget, "right", { rank: 650, type: "Tunebook" });
  restorer?.add(widget, id);
  app.commands.addCommand(command, {
    label: "Tunebook: Show Panel",
    caption: "Show what the notebook would train, and its runs",
    icon,
    execute: () => app.shell.activateById(id),
  });
  palette?.addItem({ command, category: "Tunebook" });
}

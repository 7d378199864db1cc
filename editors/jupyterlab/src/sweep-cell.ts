// Renders the output of a running sweep: its chart, and below it actions on its trials, while the kernel that created
// it still has them. Each notebook gets a renderer that knows its kernel; other viewers show only the chart.
import { Notification } from "@jupyterlab/apputils";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { ReactWidget } from "@jupyterlab/ui-components";
import { Panel } from "@lumino/widgets";
import type { ReactElement } from "react";
import { h } from "./element.js";
import { openKernelWidget } from "./kernel-widget.js";
import { SweepPanel } from "./sweep-panel.js";
import { SweepStore } from "./sweep-store.js";
import "./sweep.css";

const mime = "application/vnd.tunebook.sweep+json";
const picture = "application/vnd.plotly.v1+json";
const target = "tunebook.sweep";

export function addSweeps(notebooks: INotebookTracker): void {
  const add = (panel: NotebookPanel): void => {
    panel.content.rendermime.addFactory({
      safe: true,
      mimeTypes: [mime],
      defaultRank: -1, // before the chart's renderer, since this one draws the chart too
      createRenderer: () => new SweepCell(panel),
    });
  };
  notebooks.forEach(add);
  notebooks.widgetAdded.connect((_, panel) => add(panel));
}

class SweepCell extends Panel implements IRenderMime.IRenderer {
  readonly #panel: NotebookPanel;
  readonly #picture: IRenderMime.IRenderer;
  readonly #store = new SweepStore();
  #offerId: unknown = null;
  #end: Promise<() => void> | null = null;

  constructor(panel: NotebookPanel) {
    super();
    this.#panel = panel;
    this.addClass("tunebook-sweep");
    this.#picture = panel.content.rendermime.createRenderer(picture);
    this.addWidget(this.#picture);
    this.addWidget(new SweepPanelWidget(this.#store));
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { desk: offerId } = (model.data[mime] ?? {}) as { readonly desk?: unknown };
    if (offerId !== this.#offerId) this.#open(offerId);
    return this.#picture.renderModel(model);
  }

  #open(offerId: unknown): void {
    this.#offerId = offerId;
    void this.#end?.then((end) => end());
    const store = this.#store;
    this.#end = openKernelWidget(this.#panel, {
      target,
      offerId,
      ready: (model) => store.opened(model),
      gone: (why) => store.gone(why),
    });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    void this.#end?.then((end) => end());
    const { open } = this.#store;
    const name = this.#store.snapshot().sweep?.name ?? "";
    // The cell's output was replaced while a form was open, for example at the end of the sweep.
    if (open !== null && !this.#panel.isDisposed)
      Notification.warning(`${name} runs no more in that cell: the trial like ${String(open)} was not begun.`, {
        autoClose: 8000,
      });
    super.dispose();
  }
}

class SweepPanelWidget extends ReactWidget {
  readonly #store: SweepStore;
  constructor(store: SweepStore) {
    super();
    this.#store = store;
  }
  protected override render(): ReactElement {
    return h(SweepPanel, { store: this.#store });
  }
}

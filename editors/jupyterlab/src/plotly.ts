// Draws application/vnd.plotly.v1+json. JupyterLab keeps the widget over update_display_data, so a live figure is changed in
// place: zoom and hover stay, nothing flickers. Updates that come faster than they can be drawn are skipped but the last.
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import type Plotly from "plotly.js-dist-min";
import type { Figure as Drawn } from "#kernel/core/display/figure.js";
import { messageOf } from "./fault.js";
import { partOf } from "./figure-parts.js";
import { linked, sweepOf } from "./linked.js";
import { onTheme, template, withInk } from "./theme.js";
import { thickened } from "./thickened.js";
import "./figure.css";

const mime = "application/vnd.plotly.v1+json";

class Figure extends Widget {
  #figure: Partial<Drawn> = {};
  #drawing: Promise<void> | null = null;
  #stale = false;
  #plotly: typeof Plotly | null = null;
  readonly #forget: () => void;
  #unlink: (() => void) | null = null;

  constructor() {
    super();
    this.addClass("tunebook-figure");
    this.#forget = onTheme(() => void this.#draw());
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#figure = figureIn(model.data[mime]);
    this.node.style.minHeight = `${Number(this.#figure.layout?.["height"]) || 360}px`;
    // As wide as it asks for, narrower where the page is: a figure whose width is fixed would stick out.
    const { width } = this.#figure.layout ?? {};
    this.node.style.maxWidth = typeof width === "number" ? `${String(width)}px` : "";
    return this.#draw();
  }

  #draw(): Promise<void> {
    this.#stale = true;
    this.#drawing ??= this.#drawNewest().finally(() => (this.#drawing = null));
    return this.#drawing;
  }

  async #drawNewest(): Promise<void> {
    const plotly = (this.#plotly ??= (await import("plotly.js-dist-min")).default);
    while (this.#stale && !this.isDisposed) {
      this.#stale = false;
      const { data, layout: own, config } = structuredClone(this.#figure); // plotly writes into what it is given
      const layout: NonNullable<Drawn["layout"]> = { ...own, width: undefined };
      try {
        await plotly.react(
          this.node,
          (data ?? []).map(withInk).map(thickened),
          {
            autosize: true,
            uirevision: "live",
            ...layout,
            margin: { t: layout["title"] ? 56 : 24, r: 24, b: 48, l: 56, ...partOf(layout, "margin") },
            template: layout["template"] ?? template(),
          },
          { responsive: true, displaylogo: false, displayModeBar: "hover", ...config },
        );
        const sweep = sweepOf(own);
        if (sweep !== null) this.#unlink ??= linked(this.node, sweep);
      } catch (error) {
        this.node.textContent = `This figure cannot be drawn: ${messageOf(error)}`;
      }
    }
  }

  #fit(): void {
    if (this.isAttached && this.isVisible && this.#plotly && this.node.querySelector(".main-svg"))
      this.#plotly.Plots.resize(this.node);
  }

  // The first draw happens before the node is in the page.
  protected override onAfterAttach(): void {
    void Promise.resolve(this.#drawing).then(() => this.#fit());
  }
  protected override onAfterShow(): void {
    this.#fit();
  }
  protected override onResize(): void {
    this.#fit();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#forget();
    this.#unlink?.();
    this.#plotly?.purge(this.node);
    super.dispose();
  }
}

/** Whatever a cell showed as one. */
function figureIn(value: unknown): Partial<Drawn> {
  return typeof value === "object" && value !== null ? value : {};
}

const extension: IRenderMime.IExtension = {
  id: "tunebook-lab:plotly",
  description: "Draws plotly figures.",
  dataType: "json",
  rank: 0, // before text/html, which holds the same figure as a static picture
  rendererFactory: { safe: true, mimeTypes: [mime], createRenderer: () => new Figure() },
};
export default extension;

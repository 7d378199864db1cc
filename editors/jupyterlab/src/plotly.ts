// Draws application/vnd.plotly.v1+json. JupyterLab keeps the widget over update_display_data, so a live figure is changed in
// place: zoom and hover stay, nothing flickers. Updates that come faster than they can be drawn are skipped but the last.
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import type Plotly from "plotly.js-dist-min";
import type { Figure as Drawn } from "#kernel/display/figure.js";
import { messageOf } from "./fault.js";
import { partOf } from "./figure-parts.js";
import { Linked, sweepOf } from "./linked.js";
import { onTheme, template, withInk } from "./theme.js";
import { thickened } from "./thickened.js";
import { Surfaces } from "./webgl.js";
import "./figure.css";

const mime = "application/vnd.plotly.v1+json";
/** How wide a sweep's pictures are at least. */
const LEAST = "640px";

class Figure extends Widget {
  #figure: Partial<Drawn> = {};
  #drawing: Promise<void> | null = null;
  #stale = false;
  #plotly: typeof Plotly | null = null;
  readonly #forget: () => void;
  #link: Linked | null = null;
  readonly #surfaces: Surfaces;
  /** Within the node, which scrolls where the page is narrower than the picture can be. */
  readonly #plot = document.createElement("div");

  constructor() {
    super();
    this.addClass("tunebook-figure");
    this.#plot.className = "tunebook-plot";
    this.node.append(this.#plot);
    this.#forget = onTheme(() => void this.#draw());
    this.#surfaces = new Surfaces(this.#plot, () => void this.#drawAnew());
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#figure = figureIn(model.data[mime]);
    this.#plot.style.minHeight = `${Number(this.#figure.layout?.["height"]) || 360}px`;
    // As wide as it asks for, narrower where the page is: a figure whose width is fixed would stick out.
    const { width } = this.#figure.layout ?? {};
    this.#plot.style.maxWidth = typeof width === "number" ? `${String(width)}px` : "";
    // Panels beside each other, and axes with their names, would run into each other.
    this.#plot.style.minWidth = sweepOf(this.#figure.layout) === null ? "" : LEAST;
    return this.#draw();
  }

  #draw(): Promise<void> {
    this.#stale = true;
    this.#drawing ??= this.#drawNewest().finally(() => (this.#drawing = null));
    return this.#drawing;
  }

  /** From the beginning, with what its browser took away. */
  async #drawAnew(): Promise<void> {
    await this.#drawing;
    if (this.isDisposed) return;
    this.#unlink();
    this.#plotly?.purge(this.#plot);
    await this.#draw();
  }
  #unlink(): void {
    this.#link?.end();
    this.#link = null;
  }

  async #drawNewest(): Promise<void> {
    const plotly = (this.#plotly ??= (await import("plotly.js-dist-min")).default);
    while (this.#stale && !this.isDisposed) {
      this.#stale = false;
      const { data, layout: own, config } = structuredClone(this.#figure); // plotly writes into what it is given
      const layout: NonNullable<Drawn["layout"]> = { ...own, width: undefined };
      try {
        await plotly.react(
          this.#plot,
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
        if (sweep !== null) this.#link ??= new Linked(this.#plot, sweep, () => this.#unmark(plotly));
      } catch (error) {
        this.#plot.textContent = `This figure cannot be drawn: ${messageOf(error)}`;
      }
    }
  }

  /** Takes away what was brushed on axes and selected. */
  async #unmark(plotly: typeof Plotly): Promise<void> {
    const traces = (this.#plot as { readonly data?: Drawn["data"] }).data ?? [];
    const selected = traces.flatMap(({ selectedpoints }, i) => (selectedpoints === undefined ? [] : [i]));
    if (selected.length > 0) await plotly.restyle(this.#plot, { selectedpoints: null }, selected);
    for (const [i, { dimensions }] of traces.entries()) {
      const brushed = Array.isArray(dimensions) ? dimensions : [];
      const free = brushed.map((_, n) => [`dimensions[${String(n)}].constraintrange`, null] as const);
      if (free.length > 0) await plotly.restyle(this.#plot, Object.fromEntries(free), [i]);
    }
    await plotly.relayout(this.#plot, { selections: [] });
  }

  #fit(): void {
    if (this.isAttached && this.isVisible && this.#plotly && this.#plot.querySelector(".main-svg"))
      this.#plotly.Plots.resize(this.#plot);
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
    this.#surfaces.end();
    this.#unlink();
    this.#plotly?.purge(this.#plot);
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

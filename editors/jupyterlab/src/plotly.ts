// Draws application/vnd.plotly.v1+json. JupyterLab reuses the widget on update_display_data, so a live figure is
// updated in place: zoom and hover state are preserved and nothing flickers. If updates arrive faster than they can be
// drawn, only the last is drawn.
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import type Plotly from "plotly.js-dist-min";
import type { Figure as Drawn } from "#kernel/display/figure.js";
import { messageOf } from "./fault.js";
import { partOf } from "./figure-parts.js";
import { Linked, sweepOf } from "./linked.js";
import { recordOf } from "./marks.js";
import { onTheme, template, withInk } from "./theme.js";
import { thickened } from "./thickened.js";
import { Surfaces } from "./webgl.js";
import "./figure.css";

const mime = "application/vnd.plotly.v1+json";
/** Minimum width of a sweep's charts. */
const LEAST = "640px";

class Figure extends Widget {
  #figure: Partial<Drawn> = {};
  #drawing: Promise<void> | null = null;
  #stale = false;
  #plotly: typeof Plotly | null = null;
  readonly #forget: () => void;
  #link: Linked | null = null;
  readonly #surfaces: Surfaces;
  /** Inside the widget's node, which scrolls if the page is narrower than the chart's minimum. */
  readonly #plot = document.createElement("div");

  constructor() {
    super();
    this.addClass("tunebook-figure");
    this.node.setAttribute("role", "figure");
    this.#plot.className = "tunebook-plot";
    this.node.append(this.#plot);
    this.#forget = onTheme(() => void this.#draw());
    this.#surfaces = new Surfaces(this.#plot, () => void this.#drawAnew());
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#figure = figureIn(model.data[mime]);
    const { description } = recordOf(this.#figure.layout?.["meta"]);
    if (typeof description === "string") this.node.setAttribute("aria-label", description);
    this.#plot.style.minHeight = `${Number(this.#figure.layout?.["height"]) || 360}px`;
    // Limits the figure to the requested width; a figure with a fixed width would overflow a narrower page.
    const { width } = this.#figure.layout ?? {};
    this.#plot.style.maxWidth = typeof width === "number" ? `${String(width)}px` : "";
    // Without a minimum width, adjacent charts and axis labels would overlap.
    this.#plot.style.minWidth = sweepOf(this.#figure.layout) === null ? "" : LEAST;
    return this.#draw();
  }

  #draw(): Promise<void> {
    this.#stale = true;
    this.#drawing ??= this.#drawNewest().finally(() => (this.#drawing = null));
    return this.#drawing;
  }

  /** Draws from scratch, including WebGL surfaces that the browser has discarded. */
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
      const { data, layout: own, config } = structuredClone(this.#figure); // plotly modifies its arguments
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

  /** Clears selections and brushes on axes. */
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

/** Accepts any value that a cell may have shown as a figure. */
function figureIn(value: unknown): Partial<Drawn> {
  return typeof value === "object" && value !== null ? value : {};
}

const extension: IRenderMime.IExtension = {
  id: "tunebook-lab:plotly",
  description: "Draws plotly figures.",
  dataType: "json",
  rank: 0, // before text/html, which contains the same figure as a static image
  rendererFactory: { safe: true, mimeTypes: [mime], createRenderer: () => new Figure() },
};
export default extension;

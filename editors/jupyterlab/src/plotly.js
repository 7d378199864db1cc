// Draws application/vnd.plotly.v1+json. JupyterLab keeps the widget over update_display_data, so a live figure is changed in
// place: zoom and hover stay, nothing flickers. Updates that come faster than they can be drawn are skipped but the last.
import { Widget } from "@lumino/widgets";
import { onTheme, template } from "./theme.js";

const mime = "application/vnd.plotly.v1+json";

class Figure extends Widget {
  #figure = null;
  #drawing = null;
  #stale = false;
  #plotly = null;
  #forget;

  constructor() {
    super();
    this.addClass("tunebook-figure");
    this.#forget = onTheme(() => void this.#draw());
  }

  renderModel(model) {
    this.#figure = model.data[mime];
    this.node.style.minHeight = `${Number(this.#figure?.layout?.height) || 360}px`;
    return this.#draw();
  }

  #draw() {
    this.#stale = true;
    this.#drawing ??= this.#drawNewest().finally(() => (this.#drawing = null));
    return this.#drawing;
  }

  async #drawNewest() {
    this.#plotly ??= (await import("plotly.js-dist-min")).default;
    while (this.#stale && !this.isDisposed) {
      this.#stale = false;
      const { data, layout, config } = structuredClone(this.#figure ?? {}); // plotly writes into what it is given
      try {
        await this.#plotly.react(
          this.node,
          data ?? [],
          {
            autosize: true,
            uirevision: "live",
            ...layout,
            margin: { t: layout?.title ? 56 : 24, r: 24, b: 48, l: 56, ...layout?.margin },
            template: layout?.template ?? template(),
          },
          { responsive: true, displaylogo: false, displayModeBar: "hover", ...config },
        );
      } catch (error) {
        this.node.textContent = `This figure cannot be drawn: ${error?.message ?? error}`;
      }
    }
  }

  #fit() {
    if (this.isAttached && this.isVisible && this.#plotly && this.node.querySelector(".main-svg"))
      this.#plotly.Plots.resize(this.node);
  }

  // The first draw happens before the node is in the page.
  onAfterAttach() {
    void Promise.resolve(this.#drawing).then(() => this.#fit());
  }
  onAfterShow() {
    this.#fit();
  }
  onResize() {
    this.#fit();
  }

  dispose() {
    if (this.isDisposed) return;
    this.#forget();
    this.#plotly?.purge(this.node);
    super.dispose();
  }
}

export default {
  id: "tunebook-lab:plotly",
  description: "Draws plotly figures.",
  dataType: "json",
  rank: 0, // before text/html, which holds the same figure as a static picture
  rendererFactory: { safe: true, mimeTypes: [mime], createRenderer: () => new Figure() },
};

/**
 * A plotly figure as one bundle: plotly's own MIME type for live viewers, HTML with a static picture for viewers
 * without scripts, plain text for a terminal. No PNG, because JupyterLab would prefer it to the live plot.
 */
import { card, svgImage, type DisplayOutput } from "./html.js";
import { displayOutputOf } from "./bundle.js";
import { drawFigure } from "./svg/draw.js";
import { plainLabel } from "./svg/element.js";
import { thinFigure } from "./curves/thin.js";
import { titleText, type Figure } from "./trace.js";

export const plotlyMime = "application/vnd.plotly.v1+json";

export type { Figure, PlotlyTrace as Trace } from "./trace.js";

export interface FigureOptions {
  readonly id?: string;
  /** Text for a terminal, instead of a short description. */
  readonly text?: string;
}

/** Long series are downsampled to about a thousand points, so that a notebook with ten charts stays small. */
export function figureView(figure: Figure, { id, text }: FigureOptions = {}): DisplayOutput {
  const thin = thinFigure(figure);
  const { svg, width, height } = drawFigure(thin);
  const words = describe(thin);
  const live = { data: thin.data, layout: thin.layout ?? {}, ...(thin.config ? { config: thin.config } : {}) };
  return displayOutputOf(text ?? words, card(null, svgImage(svg, words, width, height)), { [plotlyMime]: live }, id);
}

/** Returns e.g. `figure “Training”: loss, validation accuracy`. */
function describe({ data, layout }: Figure): string {
  const title = plainLabel(titleText(layout?.["title"]));
  const all = data.map((t) => plainLabel(titleText(t["name"]))).filter((name) => name !== "");
  // Several panels may repeat the same names.
  const names = [...new Set(all)];
  const what =
    names.length > 0 ? names : [...new Set(data.map((t) => (typeof t["type"] === "string" ? t["type"] : "scatter")))];
  return `figure${title ? ` “${title}”` : ""}: ${what.slice(0, 12).join(", ")}`;
}

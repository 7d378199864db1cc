/**
 * A plotly figure as one bundle: plotly's own MIME type for live viewers, HTML with a static picture for viewers
 * without scripts, plain text for a terminal. No PNG, because JupyterLab would prefer it to the live plot.
 */
import { card, svgImage, type DisplayOutput, type Html } from "./html.js";
import { displayOutputOf } from "./bundle.js";
import { drawFigure } from "./svg/draw.js";
import { recordOf } from "./svg/values.js";
import { describeFigure } from "./figure-description.js";
import { downsampleFigure } from "./curves/thin.js";
import type { Figure } from "./trace.js";

export const plotlyMime = "application/vnd.plotly.v1+json";

export type { Figure, PlotlyTrace as Trace } from "./trace.js";

export interface FigureOutputOptions {
  readonly id?: string;
  /** Text for a terminal, instead of the description. */
  readonly text?: string;
  /** The figure's values, shown below the picture in viewers without scripts. */
  readonly values?: Html;
}

/** Long series are downsampled to about a thousand points, so that a notebook with ten charts stays small. */
export function figureView(figure: Figure, { id, text, values }: FigureOutputOptions = {}): DisplayOutput {
  const thin = downsampleFigure(figure);
  const { svg, width, height } = drawFigure(thin);
  const words = describeFigure(thin);
  // A live viewer reads the description from the layout, as plotly has no place for it.
  const layout = { ...thin.layout, meta: { ...recordOf(thin.layout?.["meta"]), description: words } };
  const live = { data: thin.data, layout, ...(thin.config ? { config: thin.config } : {}) };
  return displayOutputOf(
    text ?? words,
    card(null, svgImage(svg, words, width, height), values),
    { [plotlyMime]: live },
    id,
  );
}

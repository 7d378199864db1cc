// JupyterLab's colours as a plotly template, so that figures without explicit colours match the page.
import type { Trace } from "#kernel/display/figure.js";
import { palette } from "#kernel/display/svg/colors.js";

const read = (name: string, otherwise: string): string =>
  window.getComputedStyle(document.body).getPropertyValue(name).trim() || otherwise;
const inkNow = (): string => read("--jp-ui-font-color1", "#333333");

/**
 * Text on translucent heatmap cells gets the page's text colour; plotly would choose a colour that is readable on
 * white.
 */
export function withInk(trace: Trace): Trace {
  const stops = Array.isArray(trace["colorscale"]) ? trace["colorscale"] : [];
  const seeThrough = stops.some((stop) => Array.isArray(stop) && String(stop[1]).startsWith("rgba("));
  return trace["type"] === "heatmap" && seeThrough && trace["textfont"] === undefined
    ? { ...trace, textfont: { color: inkNow() } }
    : trace;
}

export function template(): Readonly<Record<string, unknown>> {
  const ink = inkNow();
  const axis = {
    gridcolor: read("--jp-border-color2", "#e0e0e0"),
    zerolinecolor: read("--jp-border-color2", "#e0e0e0"),
    linecolor: read("--jp-border-color1", "#bdbdbd"),
    automargin: true,
    ticklabelstandoff: 4,
    title: { standoff: 8, font: { size: 12 } },
  };
  return {
    layout: {
      font: { color: ink, family: read("--jp-ui-font-family", "sans-serif"), size: 12 },
      title: { x: 0.01, xanchor: "left", font: { size: 15 } },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      colorway: [...palette],
      xaxis: axis,
      yaxis: axis,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: read("--jp-ui-font-color3", "#9e9e9e"), activecolor: ink },
      hoverlabel: { bgcolor: read("--jp-layout-color1", "#ffffff"), font: { color: ink } },
    },
  };
}

/** Calls back when JupyterLab's theme changes; returns a function that unsubscribes. */
export function onTheme(changed: () => void): () => void {
  const observer = new window.MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  return () => observer.disconnect();
}

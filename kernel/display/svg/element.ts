/** SVG text from parts; all data are escaped here. */
import { escapeHtml } from "../../host/value-text.js";

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** `children` are finished SVG; use `label` for text. */
export function svgElement(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinateText(value) : escapeHtml(String(value))}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

export const inkColor = "#3a3f47";
export const paleInkColor = "#7a808a";
export const ruleColor = "#e4e6ea";
const font = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif";

export function svgLabel(text: string, x: number, y: number, attributes: SvgAttributes = {}): string {
  return svgElement("text", { x, y, "font-size": 11, fill: paleInkColor, ...attributes }, escapeHtml(text));
}

export function svgDocument(
  width: number,
  height: number,
  title: string,
  body: readonly string[],
  background = "#fff",
): string {
  const sheet = background === "none" ? "" : svgElement("rect", { width, height, rx: 4, fill: background });
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${coordinateText(width)} ${coordinateText(height)}`,
    "font-family": font,
    role: "img",
  };
  return svgElement("svg", attributes, svgElement("title", {}, escapeHtml(title)), sheet, ...body);
}

/** Formats a coordinate with one decimal; NaN never reaches a picture. */
export function coordinateText(x: number): string {
  return Number.isFinite(x) ? String(Math.round(x * 10) / 10) : "0";
}

/** Points as a path; a missing point (NaN) breaks the line. `hv` and `vh` draw steps. */
export function svgPath(points: readonly (readonly [number, number])[], shape = "linear"): string {
  let d = "";
  let from: readonly [number, number] | null = null;
  for (const point of points) {
    const [x, y] = point;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      from = null;
      continue;
    }
    d +=
      from === null
        ? `M${coordinateText(x)} ${coordinateText(y)}`
        : shape === "hv"
          ? `H${coordinateText(x)}V${coordinateText(y)}`
          : shape === "vh"
            ? `V${coordinateText(y)}H${coordinateText(x)}`
            : `L${coordinateText(x)} ${coordinateText(y)}`;
    from = point;
  }
  return d;
}

export function textWidth(text: string, size = 11): number {
  return Array.from(text).length * size * 0.55;
}

/** Converts plotly's label markup to plain text: removes tags, decodes entities. */
export function labelWithoutMarkup(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, " ")
    .replace(/<\/?[a-z][^<>]*>/gi, "")
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name] ?? "",
    );
}

/** SVG text from parts; whatever comes from data is escaped here. */
import { escapeHtml } from "../../host/text.js";

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `children` are finished SVG; use `label` for text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escapeHtml(String(value))}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

export const ink = "#3a3f47";
export const paleInk = "#7a808a";
export const rule = "#e4e6ea";
const font = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif";

export function label(text: string, x: number, y: number, attributes: Attributes = {}): string {
  return element("text", { x, y, "font-size": 11, fill: paleInk, ...attributes }, escapeHtml(text));
}

export function document(
  width: number,
  height: number,
  title: string,
  body: readonly string[],
  background = "#fff",
): string {
  const sheet = background === "none" ? "" : element("rect", { width, height, rx: 4, fill: background });
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${px(width)} ${px(height)}`,
    "font-family": font,
    role: "img",
  };
  return element("svg", attributes, element("title", {}, escapeHtml(title)), sheet, ...body);
}

/** A coordinate with one decimal; never NaN in a picture. */
export function px(x: number): string {
  return Number.isFinite(x) ? String(Math.round(x * 10) / 10) : "0";
}

/** Points as a path; a missing point (NaN) breaks the line. `hv` and `vh` draw steps. */
export function path(points: readonly (readonly [number, number])[], shape = "linear"): string {
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
        ? `M${px(x)} ${px(y)}`
        : shape === "hv"
          ? `H${px(x)}V${px(y)}`
          : shape === "vh"
            ? `V${px(y)}H${px(x)}`
            : `L${px(x)} ${px(y)}`;
    from = point;
  }
  return d;
}

/** About how wide text is, in pixels. */
export function textWidth(text: string, size = 11): number {
  return Array.from(text).length * size * 0.55;
}

/** plotly's label markup as plain text: tags dropped, entities read. */
export function plainLabel(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, " ")
    .replace(/<\/?[a-z][^<>]*>/gi, "")
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name] ?? "",
    );
}

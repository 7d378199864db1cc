/**
 * One palette for every chart, readable on white and on near-black, and distinguishable without red, green or blue
 * receptors; colour scales for heat maps and lines.
 */
export const palette = [
  "#3f7cc4",
  "#e08a3c",
  "#8b9b64",
  "#ff589e",
  "#854b1b",
  "#41abd9",
  "#a62c45",
  "#59547b",
] as const;

export function paletteColor(n: number): string {
  return palette[((n % palette.length) + palette.length) % palette.length]!;
}

export type ColorScale = readonly (readonly [number, string])[];
/** Translucent, so that the page's text is readable on every step, on white and on near-black. */
export const bluesScale: ColorScale = [
  [0, "rgba(63,124,196,0.1)"],
  [1, "rgba(63,124,196,0.62)"],
];
/** From a quiet grey to the colour of the best: every step is readable on white and on near-black. */
export const greyToOrangeScale: ColorScale = [
  [0, "#9aa1ad"],
  [0.6, "#4f9fb0"],
  [1, "#e0812e"],
];
const viridis: ColorScale = [
  [0, "#440154"],
  [0.25, "#3b528b"],
  [0.5, "#21918c"],
  [0.75, "#5ec962"],
  [1, "#fde725"],
];

/** plotly's `colorscale`: a list of stops, or a name. Unknown names use our default. */
export function colorScaleOf(colorscale: unknown): ColorScale {
  if (!Array.isArray(colorscale))
    return typeof colorscale === "string" && /blue/i.test(colorscale) ? bluesScale : viridis;
  const stops = colorscale.filter(
    (s): s is [number, string] => Array.isArray(s) && typeof s[0] === "number" && rgb(String(s[1])) !== null,
  );
  return stops.length >= 2 ? stops : viridis;
}

/** Returns the colour at a share of the scale, linear in sRGB between its stops. */
export function colorAtShare(scale: ColorScale, share: number): string {
  const position = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  const upper = Math.max(
    1,
    scale.findIndex(([stop]) => stop >= position),
  );
  const [from, low] = scale[upper - 1]!;
  const [to, high] = scale[upper] ?? scale[upper - 1]!;
  const a = rgb(low) ?? [0, 0, 0, 1];
  const b = rgb(high) ?? [0, 0, 0, 1];
  const t = to > from ? (position - from) / (to - from) : 0;
  const [red, green, blue, alpha] = a.map((c, i) => c + (b[i]! - c) * t) as Rgba;
  const parts = [red, green, blue].map(Math.round);
  return alpha < 1
    ? `rgba(${parts.join(",")},${String(Number(alpha.toFixed(3)))})`
    : `#${parts.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
}

/** Returns black or white, whichever is more readable on a colour; translucent colours are blended with white. */
export function readableInkOn(background: string): string {
  const [r, g, b, alpha] = rgb(background) ?? [255, 255, 255, 1];
  const [red, green, blue] = [r, g, b].map((c) => c * alpha + 255 * (1 - alpha)) as [number, number, number];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150 ? "#24292f" : "#ffffff";
}

type Rgba = [red: number, green: number, blue: number, alpha: number];
function rgb(text: string): Rgba | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(text);
  if (hex) return [...[0, 2, 4].map((i) => Number.parseInt(hex[1]!.slice(i, i + 2), 16)), 1] as Rgba;
  const parts = /^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*([\d.]+)\s*)?\)$/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3]), Math.min(1, Number(parts[4] ?? 1))] : null;
}

/** Returns a figure's colour if it is a valid colour and nothing else. */
export function safeColor(value: unknown): string | undefined {
  return typeof value === "string" && /^(#[0-9a-f]{3,8}|[a-z]+|rgba?\([\d\s.,%]+\))$/i.test(value) ? value : undefined;
}

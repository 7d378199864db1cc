/**
 * The picture of a model's graph: cards from the inputs to the loss, and equal blocks as one stack with their number.
 * Each layer is a line with its op, output, parameters, and share of work and memory. Trained parts are coloured. It is
 * a static SVG, which looks the same in a notebook, on a page and in print.
 */
import type { OutlineLayer, ProgramOutline } from "#dsl/tensor/outline.js";
import { typeText } from "#dsl/tensor/shape.js";
import type { SvgPicture } from "../svg/draw.js";
import {
  svgDocument,
  svgElement,
  inkColor,
  svgLabel,
  paleInkColor,
  svgPath,
  ruleColor,
  textWidth,
} from "../svg/element.js";
import { clip, compactNumber, byteSizeText as bytesText, formatPercent } from "../../host/value-text.js";

export const TRAINED_COLOR = "#e08a3c";
const FROZEN = "#3f7cc4";
const BACKWARD = "#a9c4e4";
const MEMORY = "#8f9bb3";
const SOFT = { trains: "#fdf1e4", frozen: "#eef3fa", none: "#f5f6f8" } as const;

const WIDTH = 860;
const LEFT = 24;
const RIGHT = WIDTH - 24;
/** Left edges of the columns, and the width of bars. */
const X = { name: LEFT + 18, op: 250, output: 420, parameters: 606, work: 624, memory: 742, bar: 76 } as const;
const ROW = 22;
const HEAD = 30;
const GAP = 22;

/** A line of a card: a layer that computes something or has parameters, named relative to its card. */
interface Line {
  readonly name: string;
  readonly layer: OutlineLayer;
}
interface Card {
  readonly title: string;
  readonly count: number;
  readonly layer: OutlineLayer;
  readonly lines: readonly Line[];
}

export function drawGraph(outline: ProgramOutline, title: string, caption: string): SvgPicture {
  const cards = layerCardsOf(outline.layers);
  const body: string[] = [
    svgLabel(clip(title, 90), LEFT, 34, { "font-size": 18, "font-weight": 600, fill: inkColor }),
    svgLabel(clip(caption, 140), LEFT, 54, { "font-size": 12 }),
    ...legend(72),
  ];
  let y = 104;
  body.push(...heads(y));
  y += 10;
  cards.forEach((card, i) => {
    if (i > 0) body.push(arrow(y, y + GAP));
    y += i > 0 ? GAP : 0;
    body.push(drawCard(card, outline, y));
    y += heightOf(card) + (card.count > 1 ? 8 : 0);
  });
  const height = y + 22;
  return { svg: svgDocument(WIDTH, height, title, body), width: WIDTH, height };
}

/** Returns the top layers and the numbered blocks within them, each as a card. */
export function layerCardsOf(layers: readonly OutlineLayer[], prefix = ""): readonly Card[] {
  return layers.flatMap((layer) => {
    const title = prefix ? `${prefix}.${nameOf(layer)}` : nameOf(layer);
    if (layer.within.some((l) => /^\d/.test(l.name))) return layerCardsOf(layer.within, title);
    return [{ title, count: layer.count, layer, lines: linesOf(layer) }];
  });
}
function nameOf(layer: OutlineLayer): string {
  if (layer.count === 1 || !/^\d+$/.test(layer.name)) return layer.name;
  return `${layer.name} – ${Number(layer.name) + layer.count - 1}`;
}
function linesOf(layer: OutlineLayer, prefix = ""): readonly Line[] {
  const hasOwnLine = layer.ops.length > 0 || layer.within.length === 0;
  const name = prefix || layer.name;
  const inner = layer.within.flatMap((l) => linesOf(l, prefix ? `${prefix}.${l.name}` : l.name));
  // A layer's own operations follow its children: attention after its query, key and value.
  return [
    ...inner,
    ...(hasOwnLine ? [{ name: layer.within.length > 0 ? prefix || "sum" : name, layer: alone(layer) }] : []),
  ];
}
/** Subtracts the children's numbers from a layer's. */
function alone(layer: OutlineLayer): OutlineLayer {
  const less = (f: (l: OutlineLayer) => number): number => f(layer) - layer.within.reduce((n, l) => n + f(l), 0);
  return {
    ...layer,
    parameters: less((l) => l.parameters),
    trainable: less((l) => l.trainable),
    forward: less((l) => l.forward),
    backward: less((l) => l.backward),
    keptBytes: less((l) => l.keptBytes),
  };
}

const heightOf = (card: Card): number => HEAD + card.lines.length * ROW + 8;

function drawCard(card: Card, outline: ProgramOutline, top: number): string {
  const { layer, lines, count } = card;
  const height = heightOf(card);
  const tint = layer.trainable > 0 ? SOFT.trains : layer.parameters > 0 ? SOFT.frozen : SOFT.none;
  const edge = layer.trainable > 0 ? TRAINED_COLOR : layer.parameters > 0 ? FROZEN : ruleColor;
  const width = RIGHT - LEFT;
  const sheet = (shift: number, fill: string): string =>
    svgElement("rect", {
      x: LEFT + shift,
      y: top + shift,
      width,
      height,
      rx: 8,
      fill,
      stroke: edge,
      "stroke-width": 1,
    });
  const pile = count > 1 ? [sheet(8, "#fff"), sheet(4, "#fff")] : [];
  const named = svgLabel(clip(card.title, 44), LEFT + 14, top + 20, {
    "font-size": 13,
    "font-weight": 600,
    fill: inkColor,
  });
  const badge = count > 1 ? times(count, LEFT + 22 + textWidth(clip(card.title, 44), 14), top + 8, edge) : "";
  const share = outline.forward + outline.backward || 1;
  const sums = svgLabel(
    [
      layer.parameters > 0 ? `${compactNumber(layer.parameters)} parameters` : "",
      layer.trainable > 0 && layer.trainable < layer.parameters ? `${compactNumber(layer.trainable)} trained` : "",
      `${formatPercent((layer.forward + layer.backward) / share)} of the work`,
    ]
      .filter(Boolean)
      .join(" · "),
    RIGHT - 14,
    top + 20,
    { "text-anchor": "end", fill: inkColor },
  );
  return [
    ...pile,
    sheet(0, tint),
    named,
    badge,
    sums,
    ...lines.map((line, i) => drawLine(line, outline, count, top + HEAD + i * ROW + 12)),
  ].join("");
}

function times(count: number, x: number, y: number, fill: string): string {
  const text = `× ${count}`;
  const width = textWidth(text, 12) + 12;
  return (
    svgElement("rect", { x, y, width, height: 17, rx: 8.5, fill }) +
    svgLabel(text, x + width / 2, y + 12.5, { "text-anchor": "middle", "font-weight": 600, fill: "#fff" })
  );
}

function drawLine({ name, layer }: Line, outline: ProgramOutline, count: number, y: number): string {
  const dot =
    layer.parameters > 0
      ? svgElement("circle", {
          cx: X.name - 8,
          cy: y - 4,
          r: 3.5,
          ...(layer.trainable > 0 ? { fill: TRAINED_COLOR } : { fill: "#fff", stroke: FROZEN, "stroke-width": 1.4 }),
        })
      : "";
  const all = outline.forward + outline.backward || 1;
  const most = { work: largest(outline, (l) => l.forward + l.backward), kept: largest(outline, (l) => l.keptBytes) };
  const forward = (X.bar * layer.forward) / (most.work || 1);
  const backward = (X.bar * layer.backward) / (most.work || 1);
  const keptWidth = (X.bar * layer.keptBytes) / (most.kept || 1);
  const bar = (x: number, width: number, fill: string): string =>
    width < 0.4 ? "" : svgElement("rect", { x, y: y - 9, width, height: 10, rx: 1.5, fill });
  const parameters = layer.parameters / count;
  const trained = layer.trainable > 0 ? { fill: "#b8651a", "font-weight": 600 } : {};
  return [
    dot,
    svgLabel(clip(name, 32), X.name, y, { fill: inkColor }),
    svgLabel(clip(opsText(layer.ops), 24), X.op, y, { fill: inkColor }),
    svgLabel(layer.output ? clip(typeText(layer.output), 27) : "", X.output, y),
    svgLabel(parameters > 0 ? compactNumber(parameters) : "", X.parameters, y, { "text-anchor": "end", ...trained }),
    bar(X.work, forward, FROZEN),
    bar(X.work + forward, backward, BACKWARD),
    svgLabel(
      layer.forward + layer.backward >= all / 2000 ? formatPercent((layer.forward + layer.backward) / all) : "",
      X.work + forward + backward + 4,
      y,
      {
        "font-size": 9,
      },
    ),
    bar(X.memory, keptWidth, MEMORY),
    svgLabel(layer.keptBytes > 0 ? bytesText(layer.keptBytes) : "", X.memory + keptWidth + 4, y, { "font-size": 9 }),
  ].join("");
}

/** Returns the largest value, so that the longest bar leaves space for its number. */
function largest(outline: ProgramOutline, f: (layer: OutlineLayer) => number): number {
  const lines = layerCardsOf(outline.layers).flatMap((card) => card.lines);
  return Math.max(...lines.map((line) => f(line.layer)), 0) * 1.5;
}

/** For example `add ×2`, `linear + gelu`. */
export function opsText(ops: readonly string[]): string {
  const counts = new Map<string, number>();
  ops.filter((op) => op !== "reshape" && op !== "transpose").forEach((op) => counts.set(op, (counts.get(op) ?? 0) + 1));
  return [...counts].map(([op, n]) => (n > 1 ? `${op} ×${n}` : op)).join(", ");
}

function heads(y: number): readonly string[] {
  const labelAt = (text: string, x: number, anchor = "start"): string =>
    svgLabel(text, x, y, { "font-size": 10, "text-anchor": anchor, "letter-spacing": "0.3" });
  return [
    labelAt("LAYER", X.name),
    labelAt("OPERATION", X.op),
    labelAt("GIVES", X.output),
    labelAt("PARAMETERS", X.parameters, "end"),
    labelAt("WORK", X.work),
    labelAt("KEPT", X.memory),
  ];
}

function legend(y: number): readonly string[] {
  let x: number = LEFT;
  const entry = (mark: (x: number) => string, text: string): string => {
    const drawn = mark(x) + svgLabel(text, x + 16, y);
    x += 16 + textWidth(text, 11) + 22;
    return drawn;
  };
  const square = (fill: string) => (left: number) =>
    svgElement("rect", { x: left, y: y - 9, width: 10, height: 10, rx: 2, fill });
  return [
    entry((left) => svgElement("circle", { cx: left + 5, cy: y - 4, r: 4, fill: TRAINED_COLOR }), "trains"),
    entry(
      (left) =>
        svgElement("circle", { cx: left + 5, cy: y - 4, r: 3.5, fill: "#fff", stroke: FROZEN, "stroke-width": 1.4 }),
      "frozen",
    ),
    entry(square(FROZEN), "forward"),
    entry(square(BACKWARD), "backward"),
    entry(square(MEMORY), "memory for the backward pass"),
  ];
}

function arrow(from: number, to: number): string {
  const x = LEFT + 44;
  const shaft = svgPath([
    [x, from + 3],
    [x, to - 5],
  ]);
  return (
    svgElement("path", { d: shaft, stroke: paleInkColor, "stroke-width": 1.4, fill: "none" }) +
    svgElement("path", { d: `M${x - 4} ${to - 8}L${x} ${to - 2}L${x + 4} ${to - 8}Z`, fill: paleInkColor })
  );
}

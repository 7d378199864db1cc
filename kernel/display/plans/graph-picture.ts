/**
 * The picture of a model's graph: cards from the inputs down to the loss, blocks that are alike as one pile with its number,
 * a line for every layer with its op, what comes out, its parameters and its share of work and memory. What trains is in
 * colour. A static SVG: it reads the same in a notebook, on a page and in print.
 */
import type { Layer, Outline } from "#dsl/tensor/outline.js";
import { typeText } from "#dsl/tensor/shape.js";
import type { Picture } from "../svg/draw.js";
import { document, element, ink, label, paleInk, path, rule, textWidth } from "../svg/element.js";
import { clip, compact, bytes as bytesText, percent } from "../../host/text.js";

export const TRAINS = "#e08a3c";
const FROZEN = "#3f7cc4";
const BACKWARD = "#a9c4e4";
const MEMORY = "#8f9bb3";
const SOFT = { trains: "#fdf1e4", frozen: "#eef3fa", none: "#f5f6f8" } as const;

const WIDTH = 860;
const LEFT = 24;
const RIGHT = WIDTH - 24;
/** Where the columns begin; the bars have so much room. */
const X = { name: LEFT + 18, op: 250, output: 420, parameters: 606, work: 624, memory: 742, bar: 76 } as const;
const ROW = 22;
const HEAD = 30;
const GAP = 22;

/** A line of a card: a layer that computes something or has parameters, named relative to its card. */
interface Line {
  readonly name: string;
  readonly layer: Layer;
}
interface Card {
  readonly title: string;
  readonly count: number;
  readonly layer: Layer;
  readonly lines: readonly Line[];
}

export function drawGraph(outline: Outline, title: string, caption: string): Picture {
  const cards = cardsOf(outline.layers);
  const body: string[] = [
    label(clip(title, 90), LEFT, 34, { "font-size": 18, "font-weight": 600, fill: ink }),
    label(clip(caption, 140), LEFT, 54, { "font-size": 12 }),
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
  return { svg: document(WIDTH, height, title, body), width: WIDTH, height };
}

/** Top layers, and the numbered blocks within them, each a card. */
export function cardsOf(layers: readonly Layer[], prefix = ""): readonly Card[] {
  return layers.flatMap((layer) => {
    const title = prefix ? `${prefix}.${nameOf(layer)}` : nameOf(layer);
    if (layer.within.some((l) => /^\d/.test(l.name))) return cardsOf(layer.within, title);
    return [{ title, count: layer.count, layer, lines: linesOf(layer) }];
  });
}
function nameOf(layer: Layer): string {
  if (layer.count === 1 || !/^\d+$/.test(layer.name)) return layer.name;
  return `${layer.name} – ${Number(layer.name) + layer.count - 1}`;
}
function linesOf(layer: Layer, prefix = ""): readonly Line[] {
  const own = layer.ops.length > 0 || layer.within.length === 0;
  const name = prefix || layer.name;
  const inner = layer.within.flatMap((l) => linesOf(l, prefix ? `${prefix}.${l.name}` : l.name));
  // What a layer computes itself comes after what is within it: attention after its query, key and value.
  return [...inner, ...(own ? [{ name: layer.within.length > 0 ? prefix || "sum" : name, layer: alone(layer) }] : [])];
}
/** The part of a layer's numbers that is its own. */
function alone(layer: Layer): Layer {
  const less = (f: (l: Layer) => number): number => f(layer) - layer.within.reduce((n, l) => n + f(l), 0);
  return {
    ...layer,
    parameters: less((l) => l.parameters),
    trainable: less((l) => l.trainable),
    forward: less((l) => l.forward),
    backward: less((l) => l.backward),
    kept: less((l) => l.kept),
  };
}

const heightOf = (card: Card): number => HEAD + card.lines.length * ROW + 8;

function drawCard(card: Card, outline: Outline, top: number): string {
  const { layer, lines, count } = card;
  const height = heightOf(card);
  const tint = layer.trainable > 0 ? SOFT.trains : layer.parameters > 0 ? SOFT.frozen : SOFT.none;
  const edge = layer.trainable > 0 ? TRAINS : layer.parameters > 0 ? FROZEN : rule;
  const width = RIGHT - LEFT;
  const sheet = (shift: number, fill: string): string =>
    element("rect", { x: LEFT + shift, y: top + shift, width, height, rx: 8, fill, stroke: edge, "stroke-width": 1 });
  const pile = count > 1 ? [sheet(8, "#fff"), sheet(4, "#fff")] : [];
  const named = label(clip(card.title, 44), LEFT + 14, top + 20, { "font-size": 13, "font-weight": 600, fill: ink });
  const badge = count > 1 ? times(count, LEFT + 22 + textWidth(clip(card.title, 44), 14), top + 8, edge) : "";
  const share = outline.forward + outline.backward || 1;
  const sums = label(
    [
      layer.parameters > 0 ? `${compact(layer.parameters)} parameters` : "",
      layer.trainable > 0 && layer.trainable < layer.parameters ? `${compact(layer.trainable)} trained` : "",
      `${percent((layer.forward + layer.backward) / share)} of the work`,
    ]
      .filter(Boolean)
      .join(" · "),
    RIGHT - 14,
    top + 20,
    { "text-anchor": "end", fill: ink },
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
    element("rect", { x, y, width, height: 17, rx: 8.5, fill }) +
    label(text, x + width / 2, y + 12.5, { "text-anchor": "middle", "font-weight": 600, fill: "#fff" })
  );
}

function drawLine({ name, layer }: Line, outline: Outline, count: number, y: number): string {
  const dot =
    layer.parameters > 0
      ? element("circle", {
          cx: X.name - 8,
          cy: y - 4,
          r: 3.5,
          ...(layer.trainable > 0 ? { fill: TRAINS } : { fill: "#fff", stroke: FROZEN, "stroke-width": 1.4 }),
        })
      : "";
  const all = outline.forward + outline.backward || 1;
  const most = { work: largest(outline, (l) => l.forward + l.backward), kept: largest(outline, (l) => l.kept) };
  const forward = (X.bar * layer.forward) / (most.work || 1);
  const backward = (X.bar * layer.backward) / (most.work || 1);
  const kept = (X.bar * layer.kept) / (most.kept || 1);
  const bar = (x: number, width: number, fill: string): string =>
    width < 0.4 ? "" : element("rect", { x, y: y - 9, width, height: 10, rx: 1.5, fill });
  const parameters = layer.parameters / count;
  const trained = layer.trainable > 0 ? { fill: "#b8651a", "font-weight": 600 } : {};
  return [
    dot,
    label(clip(name, 32), X.name, y, { fill: ink }),
    label(clip(opsText(layer.ops), 24), X.op, y, { fill: ink }),
    label(layer.output ? clip(typeText(layer.output), 27) : "", X.output, y),
    label(parameters > 0 ? compact(parameters) : "", X.parameters, y, { "text-anchor": "end", ...trained }),
    bar(X.work, forward, FROZEN),
    bar(X.work + forward, backward, BACKWARD),
    label(
      layer.forward + layer.backward >= all / 2000 ? percent((layer.forward + layer.backward) / all) : "",
      X.work + forward + backward + 4,
      y,
      {
        "font-size": 9,
      },
    ),
    bar(X.memory, kept, MEMORY),
    label(layer.kept > 0 ? bytesText(layer.kept) : "", X.memory + kept + 4, y, { "font-size": 9 }),
  ].join("");
}

/** The longest bar leaves room for its number. */
function largest(outline: Outline, f: (layer: Layer) => number): number {
  const lines = cardsOf(outline.layers).flatMap((card) => card.lines);
  return Math.max(...lines.map((line) => f(line.layer)), 0) * 1.5;
}

/** `add ×2`, `linear + gelu`. */
export function opsText(ops: readonly string[]): string {
  const counts = new Map<string, number>();
  ops.filter((op) => op !== "reshape" && op !== "transpose").forEach((op) => counts.set(op, (counts.get(op) ?? 0) + 1));
  return [...counts].map(([op, n]) => (n > 1 ? `${op} ×${n}` : op)).join(", ");
}

function heads(y: number): readonly string[] {
  const at = (text: string, x: number, anchor = "start"): string =>
    label(text, x, y, { "font-size": 10, "text-anchor": anchor, "letter-spacing": "0.3" });
  return [
    at("LAYER", X.name),
    at("OPERATION", X.op),
    at("GIVES", X.output),
    at("PARAMETERS", X.parameters, "end"),
    at("WORK", X.work),
    at("KEPT", X.memory),
  ];
}

function legend(y: number): readonly string[] {
  let x: number = LEFT;
  const entry = (mark: (x: number) => string, text: string): string => {
    const drawn = mark(x) + label(text, x + 16, y);
    x += 16 + textWidth(text, 11) + 22;
    return drawn;
  };
  const square = (fill: string) => (at: number) =>
    element("rect", { x: at, y: y - 9, width: 10, height: 10, rx: 2, fill });
  return [
    entry((at) => element("circle", { cx: at + 5, cy: y - 4, r: 4, fill: TRAINS }), "trains"),
    entry(
      (at) => element("circle", { cx: at + 5, cy: y - 4, r: 3.5, fill: "#fff", stroke: FROZEN, "stroke-width": 1.4 }),
      "frozen",
    ),
    entry(square(FROZEN), "forward"),
    entry(square(BACKWARD), "backward"),
    entry(square(MEMORY), "kept for the backward pass"),
  ];
}

function arrow(from: number, to: number): string {
  const x = LEFT + 44;
  const shaft = path([
    [x, from + 3],
    [x, to - 5],
  ]);
  return (
    element("path", { d: shaft, stroke: paleInk, "stroke-width": 1.4, fill: "none" }) +
    element("path", { d: `M${x - 4} ${to - 8}L${x} ${to - 2}L${x + 4} ${to - 8}Z`, fill: paleInk })
  );
}

/**
 * Draws a production as a railroad diagram. The line is followed from left to right; round boxes are literal text,
 * square boxes are other productions. Plain SVG that is readable on white and on black.
 */
import { escapeHtml } from "#kernel/host/value-text.js";
import type { Shape } from "./grammar.js";

/** A part that extends `up` above and `down` below its line, and draws itself from a position on the line. */
interface Drawn {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  at(x: number, y: number): string;
}

const GAP = 12;
const TURN = 8;
const HALF = 13;

export function railroad(shape: Shape, title: string): string {
  const whole = drawn(shape);
  const [width, height] = [whole.width + 2 * (GAP + 6), whole.up + whole.down + 12];
  const y = whole.up + 6;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeHtml(title)}</title>`,
    "<style>path{fill:none;stroke:#808080;stroke-width:1.5}rect{fill:none;stroke:#3f7cc4;stroke-width:1.5}" +
      "text{font:13px ui-monospace,monospace;fill:#24292f;text-anchor:middle}" +
      "@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>",
    `<path d="M6 ${y - 6}v12M6 ${y}h${GAP}"/>`,
    whole.at(6 + GAP, y),
    `<path d="M${6 + GAP + whole.width} ${y}h${GAP}m0 -6v12"/>`,
    "</svg>",
    "",
  ].join("\n");
}

function drawn(shape: Shape): Drawn {
  switch (shape.is) {
    case "token":
      return box(shape.name, HALF);
    case "rule":
      return box(shape.name, 2);
    case "sequence":
      return row(shape.of.map(drawn));
    case "choice":
      return branches(shape.of.map(drawn));
    case "option":
      return branches([line(0), drawn(shape.of)]);
    case "many": {
      const again = loop(drawn(shape.of), shape.between ? drawn(shape.between) : line(0));
      return shape.least === 1 ? again : branches([line(0), again]);
    }
  }
}

function box(name: string, round: number): Drawn {
  const width = Math.ceil(name.length * 8 + 20);
  return {
    width,
    up: HALF,
    down: HALF,
    at: (x, y) =>
      `<rect x="${x}" y="${y - HALF}" width="${width}" height="${2 * HALF}" rx="${round}"/>` +
      `<text x="${x + width / 2}" y="${y + 4.5}">${escapeHtml(name)}</text>`,
  };
}
function line(width: number): Drawn {
  return { width, up: 0, down: 0, at: (x, y) => (width > 0 ? path(x, y, `h${width}`) : "") };
}
function path(x: number, y: number, way: string): string {
  return `<path d="M${x} ${y}${way}"/>`;
}

function row(parts: readonly Drawn[]): Drawn {
  return {
    width: parts.reduce((sum, part) => sum + part.width, GAP * (parts.length - 1)),
    up: Math.max(...parts.map((part) => part.up)),
    down: Math.max(...parts.map((part) => part.down)),
    at(x, y) {
      let at = x;
      return parts
        .map((part, i) => {
          const joint = i > 0 ? path(at - GAP, y, `h${GAP}`) : "";
          const text = joint + part.at(at, y);
          at += part.width + GAP;
          return text;
        })
        .join("");
    },
  };
}

/** Draws the first part on the line and the others below it. */
function branches(parts: readonly Drawn[]): Drawn {
  const inner = Math.max(...parts.map((part) => part.width));
  const width = inner + 4 * TURN;
  const [first] = parts as readonly [Drawn, ...Drawn[]];
  const places: number[] = [];
  let below = 0;
  parts.forEach((part, i) => {
    places.push(i === 0 ? 0 : Math.max(below + part.up, 2 * TURN));
    below = places[i]! + part.down + 8;
  });
  return {
    width,
    up: first.up,
    down: below - 8,
    at: (x, y) =>
      parts
        .map((part, i) => {
          const down = places[i]!;
          const rest = inner - part.width;
          const within = part.at(x + 2 * TURN, y + down) + path(x + 2 * TURN + part.width, y + down, `h${rest}`);
          if (i === 0) return path(x, y, `h${2 * TURN}`) + within + path(x + width - 2 * TURN, y, `h${2 * TURN}`);
          return (
            path(x, y, `q${TURN} 0 ${TURN} ${TURN}v${down - 2 * TURN}q0 ${TURN} ${TURN} ${TURN}`) +
            within +
            path(
              x + width - 2 * TURN,
              y + down,
              `q${TURN} 0 ${TURN} ${-TURN}v${2 * TURN - down}q0 ${-TURN} ${TURN} ${-TURN}`,
            )
          );
        })
        .join(""),
  };
}

/** The line continues, or returns below through the separator. */
function loop(once: Drawn, between: Drawn): Drawn {
  const inner = Math.max(once.width, between.width);
  const width = inner + 4 * TURN;
  const down = Math.max(once.down + between.up + 8, 2 * TURN);
  return {
    width,
    up: once.up,
    down: down + between.down,
    at(x, y) {
      const [left, right] = [x + 2 * TURN, x + 2 * TURN + inner];
      return (
        path(x, y, `h${2 * TURN}`) +
        once.at(left, y) +
        path(left + once.width, y, `h${inner - once.width + 2 * TURN}`) +
        path(
          right,
          y,
          `q${TURN} 0 ${TURN} ${TURN}v${down - 2 * TURN}q0 ${TURN} ${-TURN} ${TURN}h${between.width - inner}`,
        ) +
        between.at(left, y + down) +
        path(left, y + down, `q${-TURN} 0 ${-TURN} ${-TURN}v${2 * TURN - down}q0 ${-TURN} ${TURN} ${-TURN}`)
      );
    },
  };
}

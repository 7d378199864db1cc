/**
 * Arranges the plots of a sweep in one figure. Each row contains plots side by side, each with its own axes, or one plot
 * of parallel coordinates as wide as the figure.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Figure, Trace } from "../figure.js";
import { recordOf } from "../svg/values.js";
import { escapePlotlyLabel } from "../../host/value-text.js";

export interface FigurePanel {
  /** Traces without axes; the trace of parallel coordinates has no domain. */
  readonly traces: readonly Trace[];
  readonly xaxis: Trace;
  readonly yaxis: Trace;
}
/** A trace that needs no axes. */
export interface StandaloneTrace {
  readonly lone: Trace;
  /** Pixels for its labels at the left and right. */
  readonly beside: readonly [number, number];
}
export interface PanelRow {
  readonly panels: readonly (FigurePanel | StandaloneTrace)[];
  /** Height in pixels, without the labels below. */
  readonly height: number;
  /** Relative widths of the plots. Defaults to equal widths. */
  readonly wide?: readonly number[];
}
export interface FigureTitles {
  readonly title?: string;
  /** Smaller line below the title. */
  readonly subtitle?: string;
  /** Links the figures of one sweep, so that all mark the same trial (editors/jupyterlab/src/linked.ts). */
  readonly sweep?: string;
}

const SIDE = { left: 62, right: 22 } as const;
const WIDE = 792 - SIDE.left - SIDE.right;
/** Gap between two plots in a row, for the axis labels of the right one. */
const GAP = 74;
/** Gap between two rows, for the axis labels of the upper one. */
const FOOT = 58;
const LEGEND = 26;
/** Maximum entries of a one-line legend. */
const ONE_LINE = 6;
/** Height for the names above parallel axes. */
const NAMES = 34;
/** Gap between the last parallel axis and the colour legend. */
const KEY = 34;

export function figureOfRows(rows: readonly PanelRow[], { title, subtitle, sweep }: FigureTitles): Figure {
  const filled = rows.filter(({ panels }) => panels.length > 0);
  const names = ({ panels }: PanelRow): number => (panels.some((panel) => "lone" in panel) ? NAMES : 0);
  const inner = filled.reduce((sum, one) => sum + one.height + names(one), 0) + FOOT * Math.max(0, filled.length - 1);
  const data: Trace[] = [];
  const layout: Record<string, unknown> = {};
  let top = inner;
  let count = 0;
  for (const one of filled) {
    const { panels, height, wide = panels.map(() => 1) } = one;
    top -= names(one);
    const y = [share(top - height, inner), share(top, inner)] as const;
    top -= height + FOOT;
    const widths = wide.reduce((a, b) => a + b, 0);
    const room = 1 - (GAP / WIDE) * (wide.length - 1);
    let left = 0;
    panels.forEach((panel, i) => {
      const x = [left, left + (room * (wide[i] ?? 1)) / widths] as const;
      left = x[1] + GAP / WIDE;
      if ("lone" in panel) {
        const [before, after] = panel.beside;
        const end = x[1] - after / WIDE;
        data.push({ ...keyed(panel.lone, "line", end + KEY / WIDE, y), domain: { x: [x[0] + before / WIDE, end], y } });
        return;
      }
      const n = ++count === 1 ? "" : String(count);
      // All plots share one legend; each entry is taken from the first plot that has it.
      const hidden = count > 1 ? { showlegend: false } : {};
      const beside = x[1] + 10 / WIDE;
      const keys = (trace: Trace): Trace => keyed(keyed(trace, "marker", beside, y), null, beside, y);
      data.push(...panel.traces.map((trace) => ({ ...hidden, ...keys(trace), xaxis: `x${n}`, yaxis: `y${n}` })));
      layout[`xaxis${n}`] = { ...panel.xaxis, domain: x, anchor: `y${n}` };
      layout[`yaxis${n}`] = { ...panel.yaxis, domain: y, anchor: `x${n}` };
    });
  }
  const keys = new Set(data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name)).size;
  const head =
    (title === undefined ? 12 : 34) + (subtitle === undefined ? 0 : 18) + (keys > ONE_LINE ? 1.8 : 1) * LEGEND;
  return {
    data: named(data),
    layout: {
      ...(title !== undefined && {
        title: { text: titled(title, subtitle), y: 1, yref: "container", yanchor: "top", pad: { t: 14 } },
      }),
      height: head + inner + FOOT,
      margin: { t: head, r: SIDE.right, b: FOOT, l: SIDE.left },
      legend: { orientation: "h", x: 0, y: 1 + 4 / inner, yanchor: "bottom" },
      hovermode: "closest",
      uirevision: "live",
      ...(sweep !== undefined && { meta: { sweep: escapePlotlyLabel(sweep) } }),
      ...layout,
    },
  };
}

/**
 * Gives traces stable ids across updates, independent of the traces before them, so that hidden or brushed traces stay
 * so.
 */
function named(data: readonly Trace[]): readonly Trace[] {
  const before = new Map<string, number>();
  return data.map((trace) => {
    // plotly uses the id as part of a CSS class name.
    const name = [trace["xaxis"] ?? trace["type"], trace["name"]].filter(Boolean).join("_").replace(/\W/g, "_");
    const times = (before.get(name) ?? 0) + 1;
    before.set(name, times);
    return { ...trace, uid: times === 1 ? name : `${name}_${String(times)}` };
  });
}

/** Puts a trace's colour legend next to its plot, with the same height; `part`: part of the trace that contains it. */
function keyed(trace: Trace, part: "line" | "marker" | null, x: number, [low, high]: readonly [number, number]): Trace {
  const holder = part === null ? trace : recordOf(trace[part]);
  if (!isRecord(holder["colorbar"])) return trace;
  const size = {
    x: share(x, 1),
    xanchor: "left",
    y: share(low + high, 2),
    yanchor: "middle",
    len: share(high - low, 1),
  };
  const colorbar = { ...holder["colorbar"], ...size, ypad: 0, xpad: 0, thickness: 12, outlinewidth: 0, nticks: 5 };
  return part === null ? { ...trace, colorbar } : { ...trace, [part]: { ...holder, colorbar } };
}

const share = (a: number, total: number): number => Number((a / total).toFixed(5));
function titled(title: string, subtitle: string | undefined): string {
  const below = subtitle === undefined ? "" : `<br><span style="font-size:12px">${escapePlotlyLabel(subtitle)}</span>`;
  return `${escapePlotlyLabel(title)}${below}`;
}

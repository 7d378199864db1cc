/**
 * Labels of the clients: a stacked bar per client if labels are few, else a bubble per client and label with an area
 * proportional to its rows. The average distance of the clients from all rows is given as a number, too.
 */
import { clipDistinct } from "../clip-differences.js";
import { figureView, type Figure, type Trace } from "../figure.js";
import type { DisplayOutput } from "../html.js";
import { paletteColor, palette } from "../svg/colors.js";
import {
  clip,
  groupedNumber,
  escapePlotlyLabel,
  oneLine,
  formatPercent,
  plural,
  printable,
} from "../../host/value-text.js";
import { textTable } from "../text-table.js";
import { livePlotLayout, type ClientViewData, type FederationViewData } from "./view.js";

type Of = Pick<FederationViewData, "name" | "clients" | "labels">;

/** Maximum clients (rows of the plot), and labels across. */
const CLIENTS = 40;
const LABELS = 30;
const LARGEST = 26;

/** Returns null if no client's labels are known. */
export function clientLabelsView(options: Of, id?: string): DisplayOutput | null {
  const figure = clientLabelsFigure(options);
  return figure && { ...figureView(figure, { text: textOf(options) }), ...(id !== undefined && { id }) };
}

/**
 * Returns the mean distance of clients' label distributions from that of all rows: the share of its rows that a client
 * would have to change. 0: all are alike.
 */
export function labelSkewOf({ clients, labels }: Of): number | null {
  const known = clients.flatMap(({ labels: clientLabels }) =>
    clientLabels && sum(clientLabels) > 0 ? [clientLabels] : [],
  );
  if (known.length === 0) return null;
  const all = labels.map((_, k) => known.reduce((total, clientLabels) => total + (clientLabels[k] ?? 0), 0));
  const shares = (clientLabels: readonly number[]): readonly number[] =>
    labels.map((_, k) => (clientLabels[k] ?? 0) / sum(clientLabels));
  const whole = shares(all);
  const apart = known.map(
    (clientLabels) => sum(shares(clientLabels).map((share, k) => Math.abs(share - (whole[k] ?? 0)))) / 2,
  );
  return sum(apart) / apart.length;
}

export function clientLabelsFigure(options: Of): Figure | null {
  const skew = labelSkewOf(options);
  if (skew === null) return null;
  const known = options.clients.filter(({ labels }) => labels !== undefined);
  const clients = largest(known, CLIENTS, ({ rows }) => rows);
  const order = largest(
    options.labels.map((label, k) => ({ label, k, rows: sum(known.map(({ labels }) => labels?.[k] ?? 0)) })),
    LABELS,
    ({ rows }) => rows,
  );
  const names = called(clients.map(({ name }) => name));
  const few = options.labels.length <= palette.length;
  const ordered = order.map(({ label, k }, i) => ({ label: called(order.map((one) => one.label))[i] ?? label, k }));
  const most = Math.max(0, ...clients.flatMap(({ labels }) => order.map(({ k }) => labels?.[k] ?? 0)));
  const left = [
    ...(few ? [] : [`the largest bubble is ${plural(most, "row")}`]),
    ...(clients.length < known.length
      ? [`${groupedNumber(clients.length)} of ${groupedNumber(known.length)} clients`]
      : []),
    ...(!few && order.length < options.labels.length
      ? [`${groupedNumber(order.length)} of ${groupedNumber(options.labels.length)} labels`]
      : []),
  ];
  const says = `on average ${formatPercent(skew, 0)} different from the labels of all rows (0 %: the same)${left.map((one) => `; ${one}`).join("")}`;
  const axis = { type: "category", automargin: true, categoryorder: "array", categoryarray: names };
  return {
    data: few ? bars(clients, names, ordered) : [bubbles(clients, names, { labels: ordered, most })],
    layout: {
      title: { text: `${escapePlotlyLabel(`Labels of the clients of ${clip(oneLine(options.name), 40)}`)}<br>${says}` },
      ...(few && { barmode: "stack" }),
      xaxis: few
        ? { title: { text: "rows" }, rangemode: "tozero" }
        : {
            type: "category",
            automargin: true,
            categoryorder: "array",
            categoryarray: ordered.map(({ label }) => label),
          },
      yaxis: { ...axis, autorange: "reversed" },
      ...livePlotLayout,
      margin: { ...livePlotLayout.margin, t: few ? 112 : 84 },
      // In a tall plot, a relative offset would put the legend over the title.
      legend: { ...livePlotLayout.legend, y: 1, traceorder: "normal" },
      height: 170 + (few ? 24 : 30) * clients.length + (few ? 0 : 30),
    },
  };
}

interface Label {
  readonly label: string;
  /** Index in `ClientViewData.labels`. */
  readonly k: number;
}
function bars(
  clients: readonly ClientViewData[],
  names: readonly string[],
  labels: readonly Label[],
): readonly Trace[] {
  return labels.map(({ label, k }, i) => ({
    type: "bar",
    orientation: "h",
    name: label,
    x: clients.map(({ labels: clientLabels }) => clientLabels?.[k] ?? 0),
    y: names,
    marker: { color: paletteColor(i) },
    hovertemplate: `%{y}<br>${label}: %{x} rows<extra></extra>`,
  }));
}
function bubbles(
  clients: readonly ClientViewData[],
  names: readonly string[],
  { labels, most }: { readonly labels: readonly Label[]; readonly most: number },
): Trace {
  const all = clients.flatMap(({ labels: clientLabels }, i) =>
    labels.flatMap(({ label, k }) => {
      const rows = clientLabels?.[k] ?? 0;
      return rows > 0 ? [{ label, client: names[i] ?? "", rows }] : [];
    }),
  );
  return {
    type: "scatter",
    mode: "markers",
    x: all.map(({ label }) => label),
    y: all.map(({ client }) => client),
    text: all.map(({ rows }) => groupedNumber(rows)),
    marker: {
      color: paletteColor(0),
      opacity: 0.7,
      size: all.map(({ rows }) => Number(Math.max(2, LARGEST * Math.sqrt(rows / most)).toFixed(1))),
      line: { width: 0 },
    },
    showlegend: false,
    hovertemplate: "%{y}<br>%{x}: %{text} rows<extra></extra>",
  };
}

/** A terminal shows the numbers. */
function textOf(options: Of): string {
  const labels = options.labels.slice(0, 8);
  const others = options.labels.length - labels.length;
  const known = options.clients.filter(({ labels: clientLabels }) => clientLabels !== undefined).slice(0, 20);
  const rows = known.map(({ name, rows, labels: clientLabels = [] }) => [
    clip(oneLine(name), 24),
    groupedNumber(rows),
    ...labels.map((_, k) => groupedNumber(clientLabels[k] ?? 0)),
    ...(others > 0 ? [groupedNumber(sum(clientLabels.slice(labels.length)))] : []),
  ]);
  const head = [
    "client",
    "rows",
    ...labels.map((one) => clip(oneLine(one), 16)),
    ...(others > 0 ? [plural(others, "other")] : []),
  ];
  const skew = labelSkewOf(options);
  return [
    `Labels of the clients of ${options.name}: on average ${formatPercent(skew ?? 0, 0)} different from the labels of all rows (0 %: the same)`,
    textTable(
      head,
      rows,
      head.map((_, i) => (i === 0 ? "left" : "right")),
    ),
    ...(known.length < options.clients.length
      ? [`${groupedNumber(known.length)} of ${groupedNumber(options.clients.length)} clients`]
      : []),
  ].join("\n");
}

/** Returns the `most` largest elements in their original order. */
function largest<T>(all: readonly T[], most: number, size: (one: T) => number): readonly T[] {
  const largestOnes = new Set([...all].sort((a, b) => size(b) - size(a)).slice(0, most));
  return all.filter((one) => largestOnes.has(one));
}
const called = (names: readonly string[]): readonly string[] =>
  clipDistinct(
    names.map((name) => printable(oneLine(name))),
    22,
  ).map(escapePlotlyLabel);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

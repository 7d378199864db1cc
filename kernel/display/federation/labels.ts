/**
 * Which labels clients have: a bar of stacked labels for each client where labels are few, else a bubble for each client and
 * label, as large in area as it has rows. What it comes to is told as a number, too: how far clients are from all rows.
 */
import { clipApart } from "../clip-differences.js";
import { figureShown, type Figure, type Trace } from "../figure.js";
import type { Shown } from "../bundle-output.js";
import { color, palette } from "../svg/colors.js";
import { clip, count, escapeLabel, oneLine, percent, plural, printable } from "../../host/text.js";
import { textTable } from "../text-table.js";
import { roomy, type ClientView, type FederationView } from "./view.js";

type Of = Pick<FederationView, "name" | "clients" | "labels">;

/** Rows of the picture, and of bubbles across. */
const CLIENTS = 40;
const LABELS = 30;
const LARGEST = 26;

/** Null: no client's labels are known. */
export function labelsShown(o: Of, id?: string): Shown | null {
  const figure = labelsFigure(o);
  return figure && { ...figureShown(figure, { text: textOf(o) }), ...(id !== undefined && { id }) };
}

/**
 * How far clients' labels are from those of all rows together, on average over clients: the share of its rows that a client
 * would have to change for others. 0: all are alike.
 */
export function skewOf({ clients, labels }: Of): number | null {
  const known = clients.flatMap(({ labels: own }) => (own && sum(own) > 0 ? [own] : []));
  if (known.length === 0) return null;
  const all = labels.map((_, k) => known.reduce((total, own) => total + (own[k] ?? 0), 0));
  const shares = (own: readonly number[]): readonly number[] => labels.map((_, k) => (own[k] ?? 0) / sum(own));
  const whole = shares(all);
  const apart = known.map((own) => sum(shares(own).map((share, k) => Math.abs(share - (whole[k] ?? 0)))) / 2);
  return sum(apart) / apart.length;
}

export function labelsFigure(o: Of): Figure | null {
  const skew = skewOf(o);
  if (skew === null) return null;
  const known = o.clients.filter(({ labels }) => labels !== undefined);
  const clients = largest(known, CLIENTS, ({ rows }) => rows);
  const order = largest(
    o.labels.map((label, k) => ({ label, k, rows: sum(known.map(({ labels }) => labels?.[k] ?? 0)) })),
    LABELS,
    ({ rows }) => rows,
  );
  const names = called(clients.map(({ name }) => name));
  const few = o.labels.length <= palette.length;
  const of = order.map(({ label, k }, i) => ({ label: called(order.map((one) => one.label))[i] ?? label, k }));
  const most = Math.max(0, ...clients.flatMap(({ labels }) => order.map(({ k }) => labels?.[k] ?? 0)));
  const left = [
    ...(few ? [] : [`the largest bubble is ${plural(most, "row")}`]),
    ...(clients.length < known.length ? [`${count(clients.length)} of ${count(known.length)} clients`] : []),
    ...(!few && order.length < o.labels.length ? [`${count(order.length)} of ${count(o.labels.length)} labels`] : []),
  ];
  const says = `on average ${percent(skew, 0)} apart from the labels of all rows (0 %: alike)${left.map((one) => `; ${one}`).join("")}`;
  const axis = { type: "category", automargin: true, categoryorder: "array", categoryarray: names };
  return {
    data: few ? bars(clients, names, of) : [bubbles(clients, names, { labels: of, most })],
    layout: {
      title: { text: `${escapeLabel(`Labels of the clients of ${clip(oneLine(o.name), 40)}`)}<br>${says}` },
      ...(few && { barmode: "stack" }),
      xaxis: few
        ? { title: { text: "rows" }, rangemode: "tozero" }
        : { type: "category", automargin: true, categoryorder: "array", categoryarray: of.map(({ label }) => label) },
      yaxis: { ...axis, autorange: "reversed" },
      ...roomy,
      margin: { ...roomy.margin, t: few ? 112 : 84 },
      // Of a tall picture a share of the height would lie on the title.
      legend: { ...roomy.legend, y: 1, traceorder: "normal" },
      height: 170 + (few ? 24 : 30) * clients.length + (few ? 0 : 30),
    },
  };
}

interface Label {
  readonly label: string;
  /** Its place in `ClientView.labels`. */
  readonly k: number;
}
function bars(clients: readonly ClientView[], names: readonly string[], labels: readonly Label[]): readonly Trace[] {
  return labels.map(({ label, k }, i) => ({
    type: "bar",
    orientation: "h",
    name: label,
    x: clients.map(({ labels: own }) => own?.[k] ?? 0),
    y: names,
    marker: { color: color(i) },
    hovertemplate: `%{y}<br>${label}: %{x} rows<extra></extra>`,
  }));
}
function bubbles(
  clients: readonly ClientView[],
  names: readonly string[],
  { labels, most }: { readonly labels: readonly Label[]; readonly most: number },
): Trace {
  const all = clients.flatMap(({ labels: own }, i) =>
    labels.flatMap(({ label, k }) => {
      const rows = own?.[k] ?? 0;
      return rows > 0 ? [{ label, client: names[i] ?? "", rows }] : [];
    }),
  );
  return {
    type: "scatter",
    mode: "markers",
    x: all.map(({ label }) => label),
    y: all.map(({ client }) => client),
    text: all.map(({ rows }) => count(rows)),
    marker: {
      color: color(0),
      opacity: 0.7,
      size: all.map(({ rows }) => Number(Math.max(2, LARGEST * Math.sqrt(rows / most)).toFixed(1))),
      line: { width: 0 },
    },
    showlegend: false,
    hovertemplate: "%{y}<br>%{x}: %{text} rows<extra></extra>",
  };
}

/** A terminal shows the numbers themselves. */
function textOf(o: Of): string {
  const labels = o.labels.slice(0, 8);
  const others = o.labels.length - labels.length;
  const known = o.clients.filter(({ labels: own }) => own !== undefined).slice(0, 20);
  const rows = known.map(({ name, rows, labels: own = [] }) => [
    clip(oneLine(name), 24),
    count(rows),
    ...labels.map((_, k) => count(own[k] ?? 0)),
    ...(others > 0 ? [count(sum(own.slice(labels.length)))] : []),
  ]);
  const head = [
    "client",
    "rows",
    ...labels.map((one) => clip(oneLine(one), 16)),
    ...(others > 0 ? [plural(others, "other")] : []),
  ];
  const skew = skewOf(o);
  return [
    `Labels of the clients of ${o.name}: on average ${percent(skew ?? 0, 0)} apart from the labels of all rows (0 %: alike)`,
    textTable(
      head,
      rows,
      head.map((_, i) => (i === 0 ? "left" : "right")),
    ),
    ...(known.length < o.clients.length ? [`${count(known.length)} of ${count(o.clients.length)} clients`] : []),
  ].join("\n");
}

/** So many of them that have most, in the order in which all stand. */
function largest<T>(all: readonly T[], most: number, size: (one: T) => number): readonly T[] {
  const kept = new Set([...all].sort((a, b) => size(b) - size(a)).slice(0, most));
  return all.filter((one) => kept.has(one));
}
const called = (names: readonly string[]): readonly string[] =>
  clipApart(
    names.map((name) => printable(oneLine(name))),
    22,
  ).map(escapeLabel);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

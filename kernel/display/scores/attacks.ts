/**
 * Results of attacks on a model's training rows: a table with chance levels, and a sentence for each attack. Plots show
 * the detected rows by threshold, and the canaries' losses in the distribution of others.
 */
import type { AttackMetric, AttackPlot, AttackReport } from "#stdlib/attacks/kind.js";
import { figureView, type Figure, type Trace } from "../figure.js";
import { roundToSixDigits } from "../curves/line.js";
import { card, html, htmlTable, note, type DisplayOutput } from "../html.js";
import { displayOutputOf } from "../bundle.js";
import { paletteColor } from "../svg/colors.js";
import { clip, escapePlotlyLabel, oneLine, printable, significantText } from "../../host/value-text.js";
import { textTable } from "../text-table.js";
import { livePlotLayout } from "../federation/view.js";
import { fixedDecimalsText, plainCell, valueCell, type ScoreCell } from "../score-cell.js";

export interface AttacksReport {
  readonly model: string;
  readonly on: string;
  readonly attacks: readonly { readonly attack: string; readonly report: AttackReport }[];
}

/** For example `0.5`, `0, up to 0.061`. */
export function attackChanceLevelText({ chance: { value, most } }: Pick<AttackMetric, "chance">): string {
  const valueText = String(Number(value.toFixed(3)));
  return most === undefined ? valueText : `${valueText}, up to ${fixedDecimalsText(most, 3)}`;
}

export function attacksView(options: AttacksReport): readonly DisplayOutput[] {
  return [
    tableOf(options),
    ...options.attacks.map(({ report: { picture } }) => figureView(figureOf(options, picture))),
  ];
}

function tableOf({ model, on, attacks }: AttacksReport): DisplayOutput {
  const head = ["attack", "what", "value", "by chance alone"];
  const cells = attacks.flatMap(({ attack, report }) =>
    report.figures.map((figure, i): readonly ScoreCell[] => [
      plainCell(i === 0 ? attack : ""),
      plainCell(figure.name),
      valueCell(figure.value, figure.interval),
      plainCell(attackChanceLevelText(figure)),
    ]),
  );
  const align = ["left", "left", "right", "right"] as const;
  const title = `Attacks on ${model}, compared with ${on}`;
  const summaries = attacks.map(({ attack, report: { said: summary } }) => `${attack}: ${summary}`);
  const how = attacks.map(({ attack, report }) => `${attack}: ${report.how}`);
  const lines = [...summaries, "intervals of 95 % by the bootstrap", ...how];
  return displayOutputOf(
    [
      title,
      textTable(
        head,
        cells.map((row) => row.map(({ text }) => text)),
        align,
      ),
      ...lines,
    ].join("\n"),
    card(
      title,
      htmlTable({
        head: head.map((name) => html`${name}`),
        rows: cells.map((row) => row.map(({ shown }) => shown)),
        align,
      }),
      summaries.map((line) => html`<div style="margin:.35em 0">${line}</div>`),
      [...lines.slice(summaries.length)].map((line) => note(line)),
    ),
  );
}

function figureOf(options: AttacksReport, picture: AttackPlot): Figure {
  return picture.of === "caught" ? caughtFigure(options, picture) : exposureFigure(options, picture);
}

/** Both axes are logarithmic, because an attack's strength shows at low false-alarm rates. */
function caughtFigure({ model }: AttacksReport, { others, members }: Extract<AttackPlot, { of: "caught" }>): Figure {
  const least = Math.min(...others.filter((share) => share > 0), 0.01) / 2;
  const line = (name: string, x: readonly number[], y: readonly number[], look: object): Trace => ({
    type: "scatter",
    mode: "lines",
    name,
    x: x.map(roundToSixDigits),
    y: y.map(roundToSixDigits),
    line: { width: 2.5, ...look },
  });
  const shown = Array.from(others.keys()).filter((i) => members[i]! > 0);
  const low = Math.log10(least);
  const modelLabel = escapePlotlyLabel(clip(printable(oneLine(model)), 40));
  return {
    data: [
      line(
        modelLabel,
        shown.map((i) => Math.max(others[i]!, least)),
        shown.map((i) => members[i]!),
        { color: paletteColor(0) },
      ),
      line("by chance", [least, 1], [least, 1], { color: "#8a8f98", dash: "dot" }),
      line("1 % false alarms", [0.01, 0.01], [least, 1], { color: paletteColor(6), dash: "dash" }),
    ],
    layout: {
      title: { text: `Training rows of ${modelLabel}, distinguished from others` },
      xaxis: { title: { text: "others taken for them" }, type: "log", range: [low, 0] },
      yaxis: { title: { text: "rows that trained, caught" }, type: "log", range: [low, 0] },
      height: 380,
      ...livePlotLayout,
    },
  };
}

const BINS = 40;
/** Losses of memorized rows are orders of magnitude below others, so they are drawn logarithmically. */
const sizeOf = (loss: number): number => Math.log10(Math.max(loss, 1e-6));

/** Draws the losses of others as bars, and canaries as points above them by their exposure. */
function exposureFigure(
  { model }: AttacksReport,
  { planted, unseen }: Extract<AttackPlot, { of: "exposure" }>,
): Figure {
  const all = [...unseen, ...planted.map(({ loss }) => loss)].map(sizeOf);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const width = (high - low) / BINS || 1;
  const counts = Array.from({ length: BINS }, () => 0);
  for (const loss of unseen) counts[Math.min(BINS - 1, Math.floor((sizeOf(loss) - low) / width))]! += 1;
  const modelLabel = escapePlotlyLabel(clip(printable(oneLine(model)), 40));
  return {
    data: [
      {
        type: "bar",
        name: "canaries that it never saw",
        marker: { color: "rgba(138,143,152,0.55)" },
        x: counts.map((_, i) => roundToSixDigits(low + (i + 0.5) * width)),
        y: counts,
      },
      {
        type: "scatter",
        mode: "markers",
        name: "canaries among its rows",
        yaxis: "y2",
        marker: { size: 9, color: paletteColor(6) },
        x: planted.map(({ loss }) => roundToSixDigits(sizeOf(loss))),
        y: planted.map(({ exposure }) => roundToSixDigits(exposure)),
        text: planted.map(
          ({ canary, loss }) =>
            `${escapePlotlyLabel(clip(printable(oneLine(canary)), 80))}<br>loss ${significantText(loss, 3)}`,
        ),
        hovertemplate: "%{text}, exposure %{y:.1f} bits<extra></extra>",
      },
    ],
    layout: {
      title: { text: `Canaries, and the losses of ${modelLabel}` },
      xaxis: { title: { text: "loss, as a power of ten" } },
      yaxis: { title: { text: "unseen canaries" } },
      yaxis2: { title: { text: "exposure, bits" }, overlaying: "y", side: "right", rangemode: "tozero" },
      bargap: 0.04,
      height: 380,
      ...livePlotLayout,
      margin: { ...livePlotLayout.margin, r: 64 },
    },
  };
}

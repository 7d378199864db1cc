/** Importance of each axis for a trial to be among the best: bars, and a sentence. */
import { bestTrialShare, importancesOf, type Importance } from "../../study/importances.js";
import { escapePlotlyLabel, formatPercent } from "../../host/value-text.js";
import { paletteColor } from "../svg/colors.js";
import type { FigurePanel } from "./panels.js";
import { doneTrialsOf, measuredTrialsOf, distinctTickLabel, distinctLabelInWords, type SweepView } from "./view.js";

/** Minimum trials: with fewer, differences are chance. */
const FEWEST = 8;
const BARS = 12;

export function sweepImportances(view: SweepView): readonly Importance[] {
  const measured = measuredTrialsOf(view);
  if (measured.length < FEWEST) return [];
  return importancesOf(
    view.axes.map(({ dimension }) => dimension),
    measured,
    bestTrialShare(measured.length),
  );
}

/** Returns e.g. `learning rate decides 71 %, rank 20 %`; null: too few trials. */
export function importanceSummary(view: SweepView, importances: readonly Importance[]): string | null {
  const labels = view.axes.map(({ label }) => label);
  const parts = importances
    .filter(({ share }, i) => i === 0 || share >= 0.1)
    .slice(0, 3)
    .map(({ name, share }) => ({
      name: distinctLabelInWords(labelOf(view, name), labels),
      share: formatPercent(share, 0),
    }));
  const [first, ...rest] = parts;
  if (!first || importances.length < 2) return null;
  return [`${first.name} decides ${first.share}`, ...rest.map(({ name, share }) => `${name} ${share}`)].join(", ");
}

export function importancesPanel(view: SweepView, importances: readonly Importance[], room: number): FigurePanel {
  const labels = view.axes.map(({ label }) => label);
  const bars = importances.slice(0, BARS).toReversed();
  return {
    traces: [
      {
        type: "bar",
        orientation: "h",
        name: "importance",
        showlegend: false,
        marker: { color: paletteColor(0) },
        x: bars.map(({ share }) => Number((100 * share).toFixed(2))),
        y: bars.map((_, i) => i),
        width: 0.7,
        text: bars.map(({ share }) => escapePlotlyLabel(formatPercent(share, 0))),
        textposition: "outside",
        cliponaxis: false,
        customdata: bars.map(({ name }) => escapePlotlyLabel(labelOf(view, name))),
        hovertemplate: "%{customdata}: %{x:.1f} %<extra></extra>",
      },
    ],
    xaxis: {
      title: {
        text: `decides, % (of being in the best ${formatPercent(bestTrialShare(doneTrialsOf(view).length), 0)})`,
      },
      range: [0, 112],
      tickvals: [0, 25, 50, 75, 100],
    },
    yaxis: {
      tickvals: bars.map((_, i) => i),
      ticktext: bars.map(({ name }) => distinctTickLabel(labelOf(view, name), labels, room)),
      range: [-0.6, bars.length - 0.4],
    },
  };
}

/** Returns lines such as `optimizer.learning_rate 71 %`. */
export function importanceLines(view: SweepView, importances: readonly Importance[]): readonly string[] {
  const labels = importances.map(({ name }) => labelOf(view, name));
  const wide = labels.reduce((most, { length }) => Math.max(most, length), 0);
  return importances.map(({ share }, i) => `${labels[i]!.padEnd(wide)}  ${formatPercent(share, 0).padStart(5)}`);
}

function labelOf({ axes }: SweepView, name: string): string {
  return axes.find((axis) => axis.name === name)?.label ?? name;
}

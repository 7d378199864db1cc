/**
 * The output of a sweep during and after its run, and each of its plots separately. During the run: scores by trial,
 * intermediate curves, parallel coordinates. At the end also the importances, and the score by the most important
 * settings.
 */
import { figureView, type Figure } from "../figure.js";
import type { DisplayOutput } from "../html.js";
import { printable } from "../../host/value-text.js";
import { chooseContourAxes, contourPanel, contourPoints } from "./contour.js";
import { parallelCoordinatesTrace } from "./coordinates.js";
import { intermediateScoresPanel } from "./curves.js";
import { sweepMime } from "./sweep-controls.js";
import { edfPanel } from "./edf.js";
import { trialsWithAllScores, paretoFrontPanel, paretoFrontText } from "./front.js";
import { historyPanel } from "./history.js";
import { importanceLines, importancesPanel, importanceSummary, sweepImportances } from "./importances.js";
import { figureOfRows, type StandaloneTrace, type FigurePanel, type PanelRow } from "./panels.js";
import { sortByImportance, slicePanel, slicePanelRows } from "./slices.js";
import { timelinePanel } from "./timeline.js";
import { doneTrialsOf, type SweepView } from "./view.js";
import { sweepHeadline, sweepStandingText } from "./state-texts.js";

const TALL = { row: 190, coordinates: 190, alone: 320 } as const;

export function sweepFigure(
  view: SweepView,
  { ended = false, title }: { ended?: boolean; title?: string } = {},
): Figure {
  const importances = ended ? sweepImportances(view) : [];
  const decides = importanceSummary(view, importances);
  const top = sortByImportance(view.axes, importances)[0];
  const rows: readonly (PanelRow | null)[] = [
    row(TALL.row, historyPanel(view), paretoFrontPanel(view) ?? intermediateScoresPanel(view)),
    row(TALL.coordinates, parallelCoordinatesTrace(view)),
    decides !== null && top
      ? { ...row(160, importancesPanel(view, importances, 22), slicePanel(view, top, 290)), wide: [0.85, 1] }
      : null,
  ];
  return figureOfRows(
    rows.filter((one) => one !== null),
    {
      title: title ?? sweepHeadline(view),
      subtitle: [sweepStandingText(view), decides].filter(Boolean).join(" · "),
      ...(view.name !== undefined && { sweep: view.name }),
    },
  );
}

export interface SweepOutputOptions {
  readonly ended?: boolean;
  readonly id?: string;
  /** Id by which a front end finds the running sweep; null: none can. */
  readonly offerId?: string | null;
}
/** Returns a cell's output; its text is displayed in terminals. */
export function sweepCellView(
  view: SweepView,
  { ended = false, id, offerId = null }: SweepOutputOptions = {},
): DisplayOutput {
  const text = printable([sweepHeadline(view), sweepStandingText(view)].filter((line) => line !== "").join("\n"));
  const shown = figureView(sweepFigure(view, { ended }), { text, ...(id !== undefined && { id }) });
  return ended || offerId === null ? shown : { ...shown, bundle: { [sweepMime]: { desk: offerId }, ...shown.bundle } };
}

/** The plots of `show NAME.…`. */
export const sweepPictures = {
  curves: (view) => only(TALL.alone, intermediateScoresPanel(view)),
  coordinates: (view) => (has(view, 2) ? only(TALL.alone, parallelCoordinatesTrace(view)) : []),
  slices: (view) =>
    view.trials.some(({ score }) => score !== null) ? slicePanelRows(view, sweepImportances(view)) : [],
  contour: (view) => {
    const axes = chooseContourAxes(view, sortByImportance(view.axes, sweepImportances(view)));
    return axes && contourPoints(view, ...axes).length >= 3 ? only(TALL.alone, contourPanel(view, ...axes), 0.88) : [];
  },
  importances: (view) => {
    const importances = sweepImportances(view);
    if (importances.length === 0) return [];
    return only(40 + 30 * Math.min(12, importances.length), importancesPanel(view, importances, 40));
  },
  timeline: (view) => only(TALL.alone, timelinePanel(view)),
  front: (view) => (trialsWithAllScores(view).length >= 2 ? only(TALL.alone, paretoFrontPanel(view)) : []),
  distribution: (view) => (has(view, 3) ? only(TALL.alone, edfPanel(view)) : []),
} as const satisfies Readonly<Record<string, (view: SweepView) => readonly PanelRow[]>>;
/** A plot needs at least `least` points. */
function has(view: SweepView, least: number): boolean {
  return doneTrialsOf(view).length >= least;
}
export type SweepPictureName = keyof typeof sweepPictures;

/** Returns null if there is no data for the plot. */
export function sweepPictureFigure(view: SweepView, picture: SweepPictureName): Figure | null {
  const rows = sweepPictures[picture](view);
  if (rows.length === 0) return null;
  const words = picture === "importances" ? importanceSummary(view, sweepImportances(view)) : null;
  return figureOfRows(rows, {
    title: words ?? `${view.name ?? "Sweep"}: ${picture}`,
    ...(view.name !== undefined && { sweep: view.name }),
  });
}

/** Includes a text for terminals. */
export function sweepPictureView(view: SweepView, picture: SweepPictureName): DisplayOutput | null {
  const figure = sweepPictureFigure(view, picture);
  return figure && figureView(figure, { text: printable(pictureText(view, picture)) });
}

function pictureText(view: SweepView, picture: SweepPictureName): string {
  const title = `${view.name ?? "Sweep"}: ${picture}`;
  if (picture === "importances") return [title, ...importanceLines(view, sweepImportances(view))].join("\n");
  if (picture === "front") return [title, paretoFrontText(view)].join("\n");
  return [title, sweepStandingText(view)].join("\n");
}

function row(height: number, ...panels: readonly (FigurePanel | StandaloneTrace | null)[]): PanelRow {
  return { panels: panels.filter((panel) => panel !== null), height };
}
function only(height: number, panel: FigurePanel | StandaloneTrace | null, width = 1): readonly PanelRow[] {
  // The rest of the width is for the colour legend.
  return panel ? [{ panels: [panel], height, ...(width < 1 && { wide: [width, 1 - width] }) }] : [];
}

/**
 * The cell of a sweep, while it runs and at its end, and each of its pictures by itself. While it runs: scores by trial, curves on
 * their way, parallel coordinates. At the end also what decides, and the score by it.
 */
import { figureShown, type Figure } from "../figure.js";
import type { Shown } from "../bundle-output.js";
import { printable } from "../../host/text.js";
import { contourAxes, contourPanel, contourPoints } from "./contour.js";
import { coordinatesLone } from "./coordinates.js";
import { curvesPanel } from "./curves.js";
import { sweepMime } from "./sweep-controls.js";
import { edfPanel } from "./edf.js";
import { comparedOf, frontPanel, frontText } from "./front.js";
import { historyPanel } from "./history.js";
import { importanceLines, importancesPanel, importanceWords, viewImportances } from "./importances.js";
import { figureOf, type Lone, type Panel, type Row } from "./panels.js";
import { byImportance, slicePanel, sliceRows } from "./slices.js";
import { timelinePanel } from "./timeline.js";
import { doneOf, type SweepView } from "./view.js";
import { headline, standing } from "./words.js";

const TALL = { row: 190, coordinates: 190, alone: 320 } as const;

export function sweepFigure(
  view: SweepView,
  { ended = false, title }: { ended?: boolean; title?: string } = {},
): Figure {
  const importances = ended ? viewImportances(view) : [];
  const decides = importanceWords(view, importances);
  const top = byImportance(view.axes, importances)[0];
  const rows: readonly (Row | null)[] = [
    row(TALL.row, historyPanel(view), frontPanel(view) ?? curvesPanel(view)),
    row(TALL.coordinates, coordinatesLone(view)),
    decides !== null && top
      ? { ...row(160, importancesPanel(view, importances, 22), slicePanel(view, top, 290)), wide: [0.85, 1] }
      : null,
  ];
  return figureOf(
    rows.filter((one) => one !== null),
    {
      title: title ?? headline(view),
      subtitle: [standing(view), decides].filter(Boolean).join(" · "),
      ...(view.name !== undefined && { sweep: view.name }),
    },
  );
}

export interface SweepCell {
  readonly ended?: boolean;
  readonly id?: string;
  /** By which a front end finds the sweep while it runs; null: none can. */
  readonly offerId?: string | null;
}
/** What a cell shows; its text is what a terminal gets. */
export function sweepShown(view: SweepView, { ended = false, id, offerId = null }: SweepCell = {}): Shown {
  const text = printable([headline(view), standing(view)].filter((line) => line !== "").join("\n"));
  const shown = figureShown(sweepFigure(view, { ended }), { text, ...(id !== undefined && { id }) });
  return ended || offerId === null ? shown : { ...shown, bundle: { [sweepMime]: { desk: offerId }, ...shown.bundle } };
}

/** What `show NAME.…` draws. */
export const sweepPictures = {
  curves: (view) => only(TALL.alone, curvesPanel(view)),
  coordinates: (view) => (has(view, 2) ? only(TALL.alone, coordinatesLone(view)) : []),
  slices: (view) => (view.trials.some(({ score }) => score !== null) ? sliceRows(view, viewImportances(view)) : []),
  contour: (view) => {
    const axes = contourAxes(view, byImportance(view.axes, viewImportances(view)));
    return axes && contourPoints(view, ...axes).length >= 3 ? only(TALL.alone, contourPanel(view, ...axes), 0.88) : [];
  },
  importances: (view) => {
    const importances = viewImportances(view);
    if (importances.length === 0) return [];
    return only(40 + 30 * Math.min(12, importances.length), importancesPanel(view, importances, 40));
  },
  timeline: (view) => only(TALL.alone, timelinePanel(view)),
  front: (view) => (comparedOf(view).length >= 2 ? only(TALL.alone, frontPanel(view)) : []),
  distribution: (view) => (has(view, 3) ? only(TALL.alone, edfPanel(view)) : []),
} as const satisfies Readonly<Record<string, (view: SweepView) => readonly Row[]>>;
/** One point is no picture of how points lie. */
function has(view: SweepView, least: number): boolean {
  return doneOf(view).length >= least;
}
export type SweepPicture = keyof typeof sweepPictures;

/** Null: there is nothing to draw it of. */
export function pictureFigure(view: SweepView, picture: SweepPicture): Figure | null {
  const rows = sweepPictures[picture](view);
  if (rows.length === 0) return null;
  const words = picture === "importances" ? importanceWords(view, viewImportances(view)) : null;
  return figureOf(rows, {
    title: words ?? `${view.name ?? "Sweep"}: ${picture}`,
    ...(view.name !== undefined && { sweep: view.name }),
  });
}

/** With what it says as text, where there are no pictures. */
export function pictureShown(view: SweepView, picture: SweepPicture): Shown | null {
  const figure = pictureFigure(view, picture);
  return figure && figureShown(figure, { text: printable(pictureText(view, picture)) });
}

function pictureText(view: SweepView, picture: SweepPicture): string {
  const title = `${view.name ?? "Sweep"}: ${picture}`;
  if (picture === "importances") return [title, ...importanceLines(view, viewImportances(view))].join("\n");
  if (picture === "front") return [title, frontText(view)].join("\n");
  return [title, standing(view)].join("\n");
}

function row(height: number, ...panels: readonly (Panel | Lone | null)[]): Row {
  return { panels: panels.filter((panel) => panel !== null), height };
}
function only(height: number, panel: Panel | Lone | null, width = 1): readonly Row[] {
  // What stands beside it (a key of colours) gets the rest.
  return panel ? [{ panels: [panel], height, ...(width < 1 && { wide: [width, 1 - width] }) }] : [];
}

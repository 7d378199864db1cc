// The comparison tab: overlaid curves of the chosen runs, their scores and the settings that differ.
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { MainAreaWidget } from "@jupyterlab/apputils";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { ReactWidget, type LabIcon } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { SplitPanel, type Widget } from "@lumino/widgets";
import { Fragment, useMemo, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import type { Figure as Drawn } from "#kernel/display/figure.js";
import type { News } from "./channel.js";
import { h } from "./element.js";
import { partOf } from "./figure-parts.js";
import type { Actions } from "./panel-actions.js";
import type { Comparing, ComparingState, Showing } from "./panel-comparing.js";
import { Figure } from "./panel-rendered.js";
import { State } from "./panel-words.js";

type Comparison = News<"Compared">;
type ComparedRun = Comparison["runs"][number];
type ScoreCell = NonNullable<Comparison["scores"][number]["cells"][number]>;

const alongs: readonly (readonly [ComparingState["along"], string])[] = [
  ["step", "steps"],
  ["seconds", "time"],
  ["tokens", "tokens"],
];

class Content extends ReactWidget {
  readonly #comparing: Comparing;
  readonly #actions: Actions;
  constructor(comparing: Comparing, actions: Actions) {
    super();
    this.addClass("tunebook-panel");
    this.addClass("tunebook-compare");
    this.#comparing = comparing;
    this.#actions = actions;
  }
  protected override render(): ReactElement {
    return h(Compared, { comparing: this.#comparing, actions: this.#actions });
  }
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#comparing.see(true);
  }
  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.#comparing.see(false);
  }
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.#comparing.see(this.isVisible);
  }
  protected override onBeforeDetach(message: Message): void {
    this.#comparing.see(false);
    super.onBeforeDetach(message);
  }
}

/** Opens the tab or brings it to the front. Notebook 7 only has space for it in its lower area. */
export function comparisonIn(
  app: JupyterFrontEnd,
  comparing: Comparing,
  icon: LabIcon,
  actions: () => Actions,
): (panel: NotebookPanel) => void {
  let widget: MainAreaWidget<Content> | null = null;
  return (panel) => {
    comparing.follow(panel);
    if (!widget || widget.isDisposed) {
      widget = new MainAreaWidget({ content: new Content(comparing, actions()) });
      widget.id = "tunebook-compare";
      widget.title.label = "Compare runs";
      widget.title.caption = "Curves, scores and settings of the chosen runs";
      widget.title.icon = icon;
      widget.title.closable = true;
      widget.toolbar.hide();
    }
    const opened = !widget.isAttached;
    if (opened) {
      app.shell.add(widget, "main", { mode: "tab-after", ref: panel.id, type: "Tunebook" });
      if (!widget.isAttached) app.shell.add(widget, "down");
    }
    app.shell.activateById(widget.id);
    if (opened) makeRoom(widget);
  };
}

/**
 * Splits the height equally, since Notebook 7's lower area opens at minimum height. A larger area set by the user is
 * left unchanged.
 */
function makeRoom(widget: Widget): void {
  let split = widget.parent;
  while (split && split.id !== "jp-main-vsplit-panel") split = split.parent;
  if (!(split instanceof SplitPanel)) return;
  const [above, below = 0, ...rest] = split.relativeSizes();
  if (above !== undefined && rest.length === 0 && below <= 0.3) split.setRelativeSizes([1, 1]);
}

interface ComparedProps {
  readonly comparing: Comparing;
  readonly actions: Actions;
}

function Compared({ comparing, actions }: ComparedProps): ReactElement {
  const state = useSyncExternalStore(comparing.subscribe, comparing.snapshot);
  const { comparison, chosen, stale, of } = state;
  if (chosen === 0)
    return h(
      "p",
      { className: "tunebook-note", role: "status" },
      `Choose runs in the Tunebook panel of ${of}: tick them.`,
    );
  if (!comparison) return h("p", { className: "tunebook-note", role: "status" }, "Reading the runs …");
  return h(
    "div",
    { className: stale ? "tunebook-stale" : undefined },
    h(Bar, { state, comparing }),
    comparison.figure
      ? h(Curves, { figure: comparison.figure, log: state.log, actions })
      : h("p", { className: "tunebook-note" }, "None of them has taken a step yet."),
    h(Table, { comparison, every: state.every, comparing }),
  );
}

interface BarProps {
  readonly state: Showing;
  readonly comparing: Comparing;
}

function Bar({ state: { along, smooth, log, every }, comparing }: BarProps): ReactElement {
  const check = (label: string, checked: boolean, change: (on: boolean) => Partial<Showing>): ReactElement =>
    h(
      "label",
      { className: "tunebook-check" },
      h("input", { type: "checkbox", checked, onChange: (event) => comparing.show(change(event.target.checked)) }),
      label,
    );
  return h(
    "div",
    { className: "tunebook-compare-bar" },
    h(
      "label",
      { className: "tunebook-check" },
      "Along",
      h(
        "select",
        {
          value: along,
          onChange: ({ target }) => comparing.show({ along: alongs[target.selectedIndex]?.[0] ?? "step" }),
        },
        alongs.map(([key, text]) => h("option", { key, value: key }, text)),
      ),
    ),
    check("Smooth", smooth, (on) => ({ smooth: on })),
    check("Logarithmic loss", log, (on) => ({ log: on })),
    check("Settings that are the same, too", every, (on) => ({ every: on })),
  );
}

interface CurvesProps {
  readonly figure: Drawn;
  readonly log: boolean;
  readonly actions: Actions;
}

function Curves({ figure, log, actions }: CurvesProps): ReactElement {
  const shown = useMemo(() => {
    const { layout = {} } = figure;
    return log ? { ...figure, layout: { ...layout, yaxis: { ...partOf(layout, "yaxis"), type: "log" } } } : figure;
  }, [figure, log]);
  return h(Figure, { figure: shown, actions, label: "Curves of the chosen runs" });
}

interface TableProps {
  readonly comparison: Comparison;
  /** Whether equal settings are shown too. */
  readonly every: boolean;
  readonly comparing: Comparing;
}

/** Shows runs side by side; the first column and the names remain in view. */
function Table({ comparison: { runs, scores, settings }, every, comparing }: TableProps): ReactElement {
  const lines = settings.filter(({ differs }) => differs || every);
  const part = (title: string, rows: readonly ReactNode[], none: string): ReactElement =>
    h(
      "tbody",
      null,
      h(
        "tr",
        { className: "tunebook-part" },
        h("th", { scope: "rowgroup" }, title),
        h("td", { colSpan: runs.length }, rows.length === 0 ? none : ""),
      ),
      rows,
    );
  return h(
    "div",
    { className: "tunebook-compare-table", tabIndex: 0, role: "group", "aria-label": "Scores and settings" },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("td", null),
          runs.map((run) =>
            h("th", { key: run.id, scope: "col" }, h(Head, { run, drop: () => comparing.drop(run.id) })),
          ),
        ),
      ),
      part(
        "Scores",
        scores.map((line) => h(ScoreLine, { key: `${line.metric} ${line.on}`, ...line })),
        "none yet",
      ),
      part(
        every ? "Settings" : "Settings that differ",
        lines.map((line) => h(SettingLine, { key: line.setting, ...line })),
        runs.length < 2 ? "there is one run alone" : "none",
      ),
    ),
  );
}

function ScoreLine({ metric, on, better, cells }: Comparison["scores"][number]): ReactElement {
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      metric,
      better !== "none" &&
        h("span", { className: "tunebook-faint", title: `${better} is better` }, better === "less" ? " ↓" : " ↑"),
      h("br"),
      h("span", { className: "tunebook-faint" }, `on ${on}`),
    ),
    cells.map((cell, i) =>
      h("td", { key: i, className: cell?.best ? "tunebook-best" : undefined }, cell && h(Score, cell)),
    ),
  );
}

function SettingLine({ setting, values, differs }: Comparison["settings"][number]): ReactElement {
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, setting),
    values.map((value, i) => h("td", { key: i, className: differs ? "tunebook-differs" : undefined }, value ?? "–")),
  );
}

function Score({ value, interval, why, best }: ScoreCell): ReactElement {
  return h(
    Fragment,
    null,
    best ? h("b", { title: "the best of these" }, value) : value,
    why && h(Fragment, null, h("br"), h("span", { className: "tunebook-faint" }, why)),
    interval && h(Fragment, null, h("br"), h("span", { className: "tunebook-faint" }, interval)),
  );
}

const dashes: Readonly<Record<string, string>> = { dash: "6 3", dot: "2 3", dashdot: "6 2 2 2" };
interface HeadProps {
  readonly run: ComparedRun;
  readonly drop: () => void;
}

function Head({ run: { label, state, color, dash, tags }, drop }: HeadProps): ReactElement {
  return h(
    "span",
    { className: "tunebook-head" },
    h(
      "span",
      { className: "tunebook-row" },
      h(
        "svg",
        { width: 20, height: 10, "aria-hidden": true },
        h("line", {
          x1: 0,
          x2: 20,
          y1: 5,
          y2: 5,
          stroke: color,
          strokeWidth: 3,
          strokeDasharray: dashes[dash],
        }),
      ),
      h("span", { className: "tunebook-name" }, label),
      h(
        "button",
        { className: "tunebook-drop", onClick: drop, title: "Leave it out", "aria-label": `Leave out ${label}` },
        "×",
      ),
    ),
    h(State, { state }),
    tags.map((tag) => h("span", { key: tag, className: "tunebook-tag" }, tag)),
  );
}

// One run: curves, scores, differences from another run, program text, checkpoints, card, and actions.
import { Fragment, useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { Figure as Drawn } from "#kernel/display/figure.js";
import { h } from "./element.js";
import { partOf } from "./figure-parts.js";
import type { Actions } from "./panel-actions.js";
import { Figure, Prose } from "./panel-rendered.js";
import { Notes } from "./panel-notes.js";
import type { RunDetails, RunSummary } from "./panel-state.js";
import type { TabProps } from "./panel-tab.js";
import { dated, isLive, progress, State } from "./panel-words.js";

interface RunProps extends TabProps {
  readonly id: string;
}

export function Run({ id, state, follower, actions, stale }: RunProps): ReactElement {
  const { details, against, runs } = state;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [id]);
  const summary = details?.summary.id === id ? details.summary : runs.byId.get(id);
  const back = h(
    "button",
    { className: "tunebook-link tunebook-back", onClick: () => void follower.open(null) },
    "← All runs",
  );
  if (!summary) return h(Fragment, null, back, h("p", { className: "tunebook-note", role: "status" }, "Opening …"));
  const { name, problem } = summary;
  return h(
    "div",
    { className: stale ? "tunebook-stale" : undefined },
    back,
    h(
      "h2",
      { className: "tunebook-title", ref: heading, tabIndex: -1 },
      h("span", { className: "tunebook-name" }, name),
      " ",
      h(State, summary),
    ),
    problem && h("p", { className: "tunebook-problem" }, problem),
    h(Facts, { summary }),
    h(Buttons, { summary, details, actions, stale }),
    !details && h("p", { className: "tunebook-note", role: "status" }, "Opening …"),
    h(Notes, { key: id, run: summary, follower, stale }),
    details && details.evaluations.length > 0 && h(Evaluations, details),
    details?.curves && h(Curves, { figure: details.curves, rates: details.rates, actions, name }),
    details &&
      details.scores.rows.length > 0 &&
      h(Part, { title: "Validations", open: true }, h(Table, { ...details.scores, label: "Validations" })),
    details && h(Against, { details, against, runs, follower }),
    details?.tune && h(Part, { title: "Program" }, h("pre", { className: "tunebook-text", tabIndex: 0 }, details.tune)),
    details &&
      h(
        Part,
        { title: `Checkpoints (${details.checkpoints.length})` },
        details.checkpoints.length === 0
          ? h("p", { className: "tunebook-faint" }, "None was written.")
          : h(Table, {
              label: "Checkpoints",
              columns: ["file", "size", ""],
              rows: details.checkpoints.map(({ file, size, notes }) => [file, size, notes.join(", ")]),
            }),
      ),
    details?.card &&
      h(Part, { title: "Model card" }, h(Prose, { markdown: details.card, actions, label: `Card of ${name}` })),
  );
}

function Facts({ summary }: { readonly summary: RunSummary }): ReactElement {
  const { model, base, technique, data, engine, started } = summary;
  const facts: readonly (readonly [string, string | null])[] = [
    ["model", model],
    ["base", base],
    ["technique", technique],
    ["data", data],
    ["engine", engine],
    ["began", started && new Date(started).toLocaleString()],
    ["progress", progress(summary)],
  ];
  return h(
    "dl",
    { className: "tunebook-facts" },
    facts
      .filter(([, value]) => value)
      .map(([key, value]) => h("div", { key }, h("dt", null, key), h("dd", null, value))),
  );
}

interface ButtonsProps extends Pick<TabProps, "actions" | "stale"> {
  readonly summary: RunSummary;
  readonly details: RunDetails | null;
}

/** Actions on a run; generated text goes into new cells. */
function Buttons({ summary, details, actions, stale }: ButtonsProps): ReactElement {
  const { id, state, detached } = summary;
  const resume = details?.resume;
  const again = details?.again;
  const size = details?.checkpoints.map((one) => one.size).join(" + ");
  const button = (label: string, act: (() => unknown) | null, title?: string): ReactElement =>
    h(
      "button",
      {
        className: "jp-mod-styled",
        disabled: stale || act === null,
        title,
        onClick: act ? () => void act() : undefined,
      },
      label,
    );
  return h(
    "div",
    { className: "tunebook-actions" },
    details?.load &&
      button(
        "Load",
        () => actions.load(id),
        "Opens it as a model: puts a statement into a new cell, to evaluate, predict and go on with",
      ),
    detached &&
      button(
        "Attach",
        () => actions.newCell(`attach "runs/${id}"`),
        "Puts a statement into a new cell that shows its curve and gives the model when it ends",
      ),
    detached && button("Stop", () => actions.stopRun(summary), "Ends it, after a checkpoint; asks first"),
    resume &&
      button(
        "Resume",
        () => actions.newCell(resume),
        "Puts the program that goes on from its last checkpoint into a new cell",
      ),
    button(
      "Train again",
      typeof again === "string" ? () => actions.newCell(again) : null,
      "Puts its program into a new cell, under a name of its own",
    ),
    button("Open folder", () => actions.openFolder(id), details?.folder),
    isLive(state)
      ? button("Delete", null, "It is training")
      : button("Delete", () => actions.deleteRun(summary, size), "Asks first"),
  );
}

interface PartProps {
  readonly title: string;
  readonly open?: boolean;
  readonly children?: ReactNode;
}

function Part({ title, open, children }: PartProps): ReactElement {
  return h("details", { className: "tunebook-card", open }, h("summary", null, title), children);
}

interface TableProps {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
  readonly label: string;
}

function Table({ columns, rows, label }: TableProps): ReactElement {
  return h(
    "div",
    { className: "tunebook-scroll", tabIndex: 0, role: "group", "aria-label": label },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map((name, i) => h("th", { key: i, scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row, i) =>
          h(
            "tr",
            { key: i },
            row.map((cell, j) => h("td", { key: j }, cell)),
          ),
        ),
      ),
    ),
  );
}

/** Results of each evaluation, newest first. */
function Evaluations({ evaluations }: Pick<RunDetails, "evaluations">): ReactElement {
  const two = (first: ReactNode, second: string): ReactElement =>
    h(Fragment, null, first, h("br"), h("span", { className: "tunebook-faint" }, second));
  return h(
    Part,
    { title: "Evaluations", open: true },
    h(Table, {
      label: "Evaluations",
      columns: ["metric", "value, 95\u00a0% interval", "when"],
      rows: evaluations.map(({ on, metric, value, interval, rows, step, at }) => [
        two(metric, `on ${on}${rows ? `, ${rows} row${rows === "1" ? "" : "s"}` : ""}`),
        two(h("b", null, value), interval ?? "no interval"),
        two(dated(at), `step ${step}`),
      ]),
    }),
  );
}

interface AgainstProps extends Pick<TabProps["state"], "against" | "runs">, Pick<TabProps, "follower"> {
  readonly details: RunDetails;
}

/** Selects the run to compare with and shows the differences, setting by setting. */
function Against({ details, against, runs, follower }: AgainstProps): ReactElement {
  const { id } = details.summary;
  const others = [...runs.byId.keys()].filter((other) => other !== id);
  const found = details.against;
  return h(
    Part,
    { title: "Compare with another run", open: against !== null },
    h(
      "label",
      { className: "tunebook-choice" },
      h("span", { className: "tunebook-hidden" }, "Run to compare with"),
      h(
        "select",
        { value: against ?? "", onChange: (event) => void follower.open(id, event.target.value || null) },
        h("option", { value: "" }, "choose a run …"),
        others.map((other) =>
          h("option", { key: other, value: other }, `${runs.byId.get(other)?.name ?? other} (${other})`),
        ),
      ),
    ),
    found &&
      found.differences.length === 0 &&
      h("p", { className: "tunebook-faint" }, "The recipes are the same, and so are data, base and engine."),
    found &&
      found.differences.length > 0 &&
      h(Table, {
        label: "Differences",
        columns: ["setting", details.summary.name, found.name],
        rows: found.differences.map(({ setting, here, there }) => [setting, here ?? "–", there ?? "–"]),
      }),
    against !== null &&
      !found &&
      details.summary.state === "broken" &&
      h("p", { className: "tunebook-faint" }, "A damaged run can't be compared."),
  );
}

interface CurvesProps {
  readonly figure: Drawn;
  readonly rates: Drawn | null;
  readonly actions: Actions;
  readonly name: string;
}

/** Shows losses and scores; learning rate and gradient norm on request. */
function Curves({ figure, rates, actions, name }: CurvesProps): ReactElement {
  const [shown, show] = useState(false);
  return h(
    Fragment,
    null,
    h(Figure, { figure: useMemo(() => narrow(figure), [figure]), actions, label: `Curves of ${name}` }),
    rates &&
      h(
        "label",
        { className: "tunebook-check" },
        h("input", { type: "checkbox", checked: shown, onChange: () => show(!shown) }),
        "learning rate and gradient norm",
      ),
    rates && shown && h(Rates, { figure: rates, actions, label: `Learning rate and gradient norm of ${name}` }),
  );
}
function Rates({
  figure,
  ...rest
}: Omit<Parameters<typeof Figure>[0], "figure"> & { readonly figure: Drawn }): ReactElement {
  return h(Figure, { figure: useMemo(() => narrow(figure), [figure]), ...rest });
}

/** Stacks charts vertically that are side by side in a cell. */
function narrow({ layout = {}, ...figure }: Drawn): Drawn {
  const two = layout["xaxis2"] !== undefined;
  const legend = { ...partOf(layout, "legend"), font: { size: 10 } };
  const top = layout["showlegend"] === false ? 12 : two ? 72 : 44;
  const common = { ...layout, legend, height: two ? 420 : 260, margin: { t: top, r: 10, b: 36, l: 44 } };
  // The mode bar would cover the legend; a double click resets the view instead.
  const config = { ...figure.config, displayModeBar: false };
  if (!two) return { ...figure, config, layout: common };
  return {
    ...figure,
    config,
    layout: {
      ...common,
      xaxis: { ...partOf(layout, "xaxis"), domain: [0, 1] },
      yaxis: { ...partOf(layout, "yaxis"), domain: [0.6, 1] },
      xaxis2: { ...partOf(layout, "xaxis2"), domain: [0, 1] },
      yaxis2: { ...partOf(layout, "yaxis2"), domain: [0, 0.4] },
    },
  };
}

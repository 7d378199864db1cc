// One run: curves, scores, what differs from another run, its text, its checkpoints, its card; and what can be done with it.
import { createElement as h, Fragment, useEffect, useMemo, useRef } from "react";
import { Figure } from "./panel-figure.js";
import { Notes } from "./panel-notes.js";
import { dated, isLive, progress, State } from "./panel-words.js";

export function Run({ state, follower, actions, stale }) {
  const { run: id, details, against, runs } = state;
  const heading = useRef(null);
  useEffect(() => heading.current?.focus(), [id]);
  const summary = details?.summary.id === id ? details.summary : runs.byId.get(id);
  const back = h(
    "button",
    { className: "tunebook-link tunebook-back", onClick: () => follower.open(null) },
    "← All runs",
  );
  if (!summary) return h(Fragment, null, back, h("p", { className: "tunebook-note", role: "status" }, "Opening …"));
  const { name, problem, model, data, base, technique, engine, started } = summary;
  const facts = [
    ["model", model],
    ["base", base],
    ["technique", technique],
    ["data", data],
    ["engine", engine],
    ["began", started && new Date(started).toLocaleString()],
    ["progress", progress(summary)],
  ];
  const size = details?.checkpoints.map((one) => one.size).join(" + ");
  const button = (label, text, act, title) =>
    h(
      "button",
      { className: "jp-mod-styled", disabled: stale || text === null || text === undefined, title, onClick: act },
      label,
    );
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
    h(
      "dl",
      { className: "tunebook-facts" },
      facts
        .filter(([, value]) => value)
        .map(([key, value]) => h("div", { key }, h("dt", null, key), h("dd", null, value))),
    ),
    h(
      "div",
      { className: "tunebook-actions" },
      details?.load &&
        button(
          "Load",
          details.load,
          () => actions.load(id),
          "Opens it as a model: puts a statement into a new cell, to evaluate, predict and go on with",
        ),
      details?.resume &&
        button(
          "Resume",
          details.resume,
          () => actions.newCell(details.resume),
          "Puts the program that goes on from its last checkpoint into a new cell",
        ),
      button(
        "Train again",
        details?.again,
        () => actions.newCell(details.again),
        "Puts its program into a new cell, under a name of its own",
      ),
      button("Open folder", id, () => actions.openFolder(id), details?.folder),
      button(
        "Delete",
        isLive(summary.state) ? null : id,
        () => actions.deleteRun(summary, size),
        isLive(summary.state) ? "It is training" : "Asks first",
      ),
    ),
    !details && h("p", { className: "tunebook-note", role: "status" }, "Opening …"),
    h(Notes, { key: id, run: summary, follower, stale }),
    details && details.evaluations.length > 0 && h(Evaluations, details),
    details?.curves && h(Curves, { figure: details.curves, actions, name }),
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
      h(Part, { title: "Model card" }, h("pre", { className: "tunebook-text", tabIndex: 0 }, details.card)),
  );
}

function Part({ title, open, children }) {
  return h("details", { className: "tunebook-card", open }, h("summary", null, title), children);
}

function Table({ columns, rows, label }) {
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

/** What each evaluation said, newest first. */
function Evaluations({ evaluations }) {
  const two = (first, second) => h(Fragment, null, first, h("br"), h("span", { className: "tunebook-faint" }, second));
  return h(
    Part,
    { title: "Evaluations", open: true },
    h(Table, {
      label: "Evaluations",
      columns: ["metric", "value, 95 % interval", "when"],
      rows: evaluations.map(({ on, metric, value, interval, rows, step, at }) => [
        two(metric, `on ${on}${rows ? `, ${rows} row${rows === "1" ? "" : "s"}` : ""}`),
        two(h("b", null, value), interval ?? "no interval"),
        two(dated(at), `step ${step}`),
      ]),
    }),
  );
}

/** Against which run is chosen here; then what differs, setting by setting. */
function Against({ details, against, runs, follower }) {
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
        { value: against ?? "", onChange: (event) => follower.open(id, event.target.value || null) },
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

function Curves({ figure, actions, name }) {
  return h(Figure, { figure: useMemo(() => narrow(figure), [figure]), actions, label: `Curves of ${name}` });
}

/** What stands side by side in a cell stands one below the other here. */
function narrow({ layout, ...figure }) {
  const two = layout.xaxis2 !== undefined;
  const legend = { ...layout.legend, font: { size: 10 } };
  const common = { ...layout, legend, height: two ? 420 : 260, margin: { t: two ? 72 : 44, r: 10, b: 36, l: 44 } };
  if (!two) return { ...figure, layout: common };
  return {
    ...figure,
    layout: {
      ...common,
      xaxis: { ...layout.xaxis, domain: [0, 1] },
      yaxis: { ...layout.yaxis, domain: [0.6, 1] },
      xaxis2: { ...layout.xaxis2, domain: [0, 1] },
      yaxis2: { ...layout.yaxis2, domain: [0, 0.4] },
    },
  };
}

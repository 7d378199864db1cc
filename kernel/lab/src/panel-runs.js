// The runs beside the notebook, newest first, and one of them opened.
import { createElement as h, Fragment, useEffect, useState } from "react";
import { Run } from "./panel-run.js";
import { isLive, number, progress, State } from "./panel-words.js";

function ago(started, now) {
  const then = Date.parse(started ?? "");
  if (Number.isNaN(then)) return null;
  const minutes = Math.max(0, (now - then) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${Math.round(minutes)} min ago`;
  if (minutes < 24 * 60) return `${Math.round(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString();
}

/** The losses in small; what is worst stands at the top. */
function Sparkline({ curve, width = 72, height = 20 }) {
  if (curve.length < 2) return h("span", { className: "tunebook-spark" });
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const x = (i) => ((i / (curve.length - 1)) * (width - 2) + 1).toFixed(1);
  const y = (loss) => (height - 2 - ((loss - low) / (high - low || 1)) * (height - 4)).toFixed(1);
  const points = curve.map((loss, i) => `${x(i)},${y(loss)}`).join(" ");
  return h(
    "svg",
    {
      className: "tunebook-spark",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `loss from ${number(curve[0])} to ${number(curve.at(-1))}`,
    },
    h("polyline", { points, fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinejoin: "round" }),
  );
}

export function Runs({ state, follower, actions, stale }) {
  const { runs, filter, run } = state;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  if (run) return h(Run, { state, follower, actions, stale });
  if (!runs.known)
    return stale ? null : h("p", { className: "tunebook-note", role: "status" }, "Looking at the runs …");
  if (runs.problem)
    return h("p", { className: "tunebook-note", role: "alert" }, `The folder of runs can't be read: ${runs.problem}`);
  if (runs.all === 0)
    return h(
      "p",
      { className: "tunebook-note" },
      "No runs yet. Each training writes a folder in runs/ beside the notebook, and is shown here while it runs.",
    );
  const left = runs.total - runs.order.length;
  return h(
    "div",
    { className: stale ? "tunebook-stale" : undefined },
    h(
      "label",
      { className: "tunebook-search" },
      h("span", { className: "tunebook-hidden" }, "Find runs"),
      h("input", {
        type: "search",
        className: "jp-mod-styled",
        placeholder: "Find: name, model, data, state …",
        value: filter,
        onChange: (event) => follower.search(event.target.value),
      }),
    ),
    h(
      "p",
      { className: "tunebook-faint", role: "status" },
      runs.total === runs.all ? count(runs.all, "run") : `${runs.total} of ${count(runs.all, "run")}`,
    ),
    h(
      "ul",
      { className: "tunebook-runs", "aria-label": "Runs" },
      runs.order.map((id) =>
        h("li", { key: id }, h(Row, { run: runs.byId.get(id), now, open: () => follower.open(id) })),
      ),
    ),
    left > 0 &&
      h(
        "button",
        { className: "jp-mod-styled tunebook-more", onClick: () => follower.more() },
        `Show more (${left} left)`,
      ),
  );
}
const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

function Row({ run, now, open }) {
  const { name, state, problem, model, data, started, step, steps, loss, score, curve } = run;
  const what = [[model !== name && model, data && `on ${data}`].filter(Boolean).join(" "), ago(started, now)]
    .filter(Boolean)
    .join(" · ");
  const share = steps ? Math.min(1, step / steps) : 0;
  return h(
    "button",
    {
      className: "tunebook-run",
      onClick: open,
      title: started ? `began ${new Date(started).toLocaleString()}` : undefined,
    },
    h(
      "span",
      { className: "tunebook-row" },
      h("span", { className: "tunebook-name" }, name),
      h(State, { state, problem }),
    ),
    h("span", { className: "tunebook-row tunebook-faint" }, h("span", null, what)),
    problem && h("span", { className: "tunebook-problem" }, problem),
    step > 0 &&
      h(
        Fragment,
        null,
        h(
          "span",
          { className: "tunebook-row" },
          h(Sparkline, { curve }),
          h(
            "span",
            { className: "tunebook-figures" },
            `loss ${number(loss)}`,
            score && score.metric !== "loss" && h(Fragment, null, h("br"), `${score.metric} ${number(score.value)}`),
          ),
        ),
        isLive(state) &&
          h(
            "span",
            {
              className: "tunebook-bar",
              role: "progressbar",
              "aria-valuemin": 0,
              "aria-valuemax": steps ?? 0,
              "aria-valuenow": step,
              "aria-label": `${name}: step ${step} of ${steps ?? "?"}`,
            },
            h("span", { className: "tunebook-fine", style: { width: `${(100 * share).toFixed(1)}%` } }),
          ),
        h("span", { className: "tunebook-faint" }, progress(run)),
      ),
  );
}

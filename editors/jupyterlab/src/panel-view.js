// The panel's face: two tabs. All text comes as text: nothing of the kernel's answers is read as markup.
import { Component, createElement as h, useRef, useSyncExternalStore } from "react";
import { Plan } from "./panel-plan.js";
import { Runs } from "./panel-runs.js";

const tabs = [
  ["plan", "Plan"],
  ["runs", "Runs"],
];
const words = {
  none: "Open a notebook with the Tunebook kernel: what it would train is shown here, and what it has trained.",
  other: "This notebook runs another kernel. Plans and runs are Tunebook's.",
  starting: "The kernel is starting …",
  gone: "The kernel is not running. Start it again to see plan and runs.",
};

export function Panel({ follower, actions }) {
  const state = useSyncExternalStore(follower.subscribe, follower.snapshot);
  const { tab, kernel } = state;
  const buttons = useRef({});
  const turn = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex(([name]) => name === tab);
    const [next] = tabs[(at + step + tabs.length) % tabs.length];
    follower.show(next);
    buttons.current[next]?.focus();
    event.preventDefault();
  };
  return h(
    "div",
    { className: "tunebook-panel-body" },
    h(
      "div",
      { role: "tablist", "aria-label": "Tunebook", className: "tunebook-tabs", onKeyDown: turn },
      tabs.map(([name, label]) =>
        h(
          "button",
          {
            ...{ key: name, role: "tab", id: `tunebook-tab-${name}`, "aria-selected": tab === name },
            ...{ "aria-controls": "tunebook-tabpanel", tabIndex: tab === name ? 0 : -1 },
            ref: (node) => (buttons.current[name] = node),
            onClick: () => follower.show(name),
          },
          label,
        ),
      ),
    ),
    h(
      "div",
      {
        role: "tabpanel",
        id: "tunebook-tabpanel",
        "aria-labelledby": `tunebook-tab-${tab}`,
        className: "tunebook-page",
        tabIndex: -1,
      },
      kernel !== "ready" && h("p", { className: "tunebook-note", role: "status" }, words[kernel]),
      kernel !== "other" &&
        kernel !== "none" &&
        h(Kept, { key: tab }, h(tab === "plan" ? Plan : Runs, { state, follower, actions, stale: kernel !== "ready" })),
    ),
  );
}

/** A fault of ours takes the tab at most, says so, and can be tried again. */
class Kept extends Component {
  state = { failed: null };
  static getDerivedStateFromError(error) {
    return { failed: String(error?.message ?? error) };
  }
  render() {
    const { failed } = this.state;
    if (failed === null) return this.props.children;
    return h(
      "div",
      { role: "alert", className: "tunebook-note" },
      h("p", null, `This can't be shown: ${failed}`),
      h("button", { className: "jp-mod-styled", onClick: () => this.setState({ failed: null }) }, "Try again"),
    );
  }
}

// The panel's view: two tabs. All content is inserted as text; no response of the kernel is parsed as markup.
import { Component, useRef, useSyncExternalStore, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { h } from "./element.js";
import { messageOf } from "./fault.js";
import { Plan } from "./panel-plan.js";
import { Runs } from "./panel-runs.js";
import type { KernelState, Tab } from "./panel-state.js";
import type { TabProps } from "./panel-tab.js";

const tabs: readonly { readonly name: Tab; readonly label: string }[] = [
  { name: "plan", label: "Plan" },
  { name: "runs", label: "Runs" },
];
const words: Readonly<Record<Exclude<KernelState, "ready">, string>> = {
  none: "Open a notebook with the Tunebook kernel: what it would train is shown here, and what it has trained.",
  other: "This notebook runs another kernel. Plans and runs are Tunebook's.",
  starting: "The kernel is starting …",
  gone: "The kernel is not running. Start it again to see plan and runs.",
};

export function Panel({ follower, actions }: Pick<TabProps, "follower" | "actions">): ReactElement {
  const state = useSyncExternalStore(follower.subscribe, follower.snapshot);
  const { tab, kernel } = state;
  const buttons = useRef<Partial<Record<Tab, HTMLButtonElement | null>>>({});
  const turn = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const at = tabs.findIndex(({ name }) => name === tab);
    const next = tabs.at((at + step) % tabs.length)?.name;
    if (step === 0 || !next) return;
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
      tabs.map(({ name, label }) =>
        h(
          "button",
          {
            key: name,
            role: "tab",
            id: `tunebook-tab-${name}`,
            "aria-selected": tab === name,
            "aria-controls": "tunebook-tabpanel",
            tabIndex: tab === name ? 0 : -1,
            ref: (node) => {
              buttons.current[name] = node;
            },
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

/** Error boundary: an internal error affects only one tab, is shown there and can be retried. */
class Kept extends Component<{ readonly children?: ReactNode }, { readonly failed: string | null }> {
  override state = { failed: null };
  static getDerivedStateFromError(error: unknown): { readonly failed: string } {
    return { failed: messageOf(error) };
  }
  override render(): ReactNode {
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

// Controls of the run list: search words, tags, order and displayed score.
import { Fragment, type ReactElement } from "react";
import { h } from "./element.js";
import type { RunTable, View } from "./panel-state.js";
import type { TabProps } from "./panel-tab.js";

type ScoreChoice = RunTable["scores"][number];

const sorts: readonly (readonly [View["sort"], string])[] = [
  ["started", "newest"],
  ["score", "score"],
  ["name", "name"],
  ["loss", "training loss"],
  ["seconds", "time taken"],
];

/** Search words, tags and order. */
export function Finding({ state, follower }: Pick<TabProps, "state" | "follower">): ReactElement {
  const { runs, filter } = state;
  const tagged = new Set(filter.toLowerCase().split(/\s+/));
  const turn = (tag: string): void => {
    const word = `tag:${tag}`.toLowerCase();
    const others = filter.split(/\s+/).filter((one) => one !== "" && one.toLowerCase() !== word);
    follower.search([...others, ...(tagged.has(word) ? [] : [`tag:${tag}`])].join(" "));
  };
  return h(
    Fragment,
    null,
    h(
      "label",
      { className: "tunebook-search" },
      h("span", { className: "tunebook-hidden" }, "Find runs"),
      h("input", {
        type: "search",
        className: "jp-mod-styled",
        placeholder: "Find: name, model, data, state, tag:x …",
        value: filter,
        onChange: (event) => follower.search(event.target.value),
      }),
    ),
    runs.tags.length > 0 &&
      h(
        "div",
        { className: "tunebook-tags", role: "group", "aria-label": "Tags" },
        runs.tags.slice(0, 30).map((tag) =>
          h(
            "button",
            {
              key: tag,
              className: "tunebook-tag",
              "aria-pressed": tagged.has(`tag:${tag}`.toLowerCase()),
              onClick: () => turn(tag),
            },
            tag,
          ),
        ),
      ),
    h(Order, { state, follower }),
  );
}

/** Controls the sort order of the table and the score it shows. */
function Order({ state: { runs, view }, follower }: Pick<TabProps, "state" | "follower">): ReactElement {
  return h(
    "div",
    { className: "tunebook-order" },
    h(Choice<View["sort"]>, {
      label: "Sort by",
      value: view.sort,
      options: sorts,
      onChange: (sort) => follower.arrange({ sort, reverse: false }),
    }),
    h(
      "button",
      {
        className: "jp-mod-styled tunebook-turn",
        "aria-pressed": view.reverse,
        title: "The other way round",
        "aria-label": "The other way round",
        onClick: () => follower.arrange({ reverse: !view.reverse }),
      },
      view.reverse ? "↑" : "↓",
    ),
    runs.scores.length > 0 &&
      h(Choice<string>, {
        label: "Score",
        value: runs.score?.key ?? "",
        options: runs.scores.map((one) => [one.key, named(one)] as const),
        onChange: (score) => follower.arrange({ score }),
      }),
  );
}
const named = ({ metric, on, better, runs }: ScoreChoice): string =>
  `${on === null ? metric : `${metric} on ${on}`} ${ARROWS[better]}(${runs})`;
/** The direction of a metric, as a prefix. */
const ARROWS = { greater: "↑ ", less: "↓ ", none: "" } as const;

interface ChoiceProps<Key extends string> {
  readonly label: string;
  readonly value: Key;
  readonly options: readonly (readonly [Key, string])[];
  readonly onChange: (key: Key) => void;
}

function Choice<Key extends string>({ label, value, options, onChange }: ChoiceProps<Key>): ReactElement {
  const chosen = (at: number): void => {
    const option = options[at];
    if (option) onChange(option[0]);
  };
  return h(
    "label",
    { className: "tunebook-pick" },
    h("span", { className: "tunebook-hidden" }, label),
    h(
      "select",
      { value, title: label, onChange: ({ target }) => chosen(target.selectedIndex) },
      options.map(([key, text]) => h("option", { key, value: key }, text)),
    ),
  );
}

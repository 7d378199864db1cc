// The plan as cards (data → model → technique → recipe → training → evaluation), with estimated costs and diagnostics.
import { Fragment, useState, type ReactElement } from "react";
import { h } from "./element.js";
import type { CellFinding, Plan as PlanShown } from "./panel-state.js";
import type { TabProps } from "./panel-tab.js";

type Card = PlanShown["cards"][number];
type Setting = Card["settings"][number];

const froms: Readonly<Record<Setting["from"], string>> = {
  written: "written",
  parameter: "parameter",
  reference: "from TypeScript",
  default: "default",
  derived: "derived",
};
const kinds: Readonly<Record<Card["is"], string>> = {
  data: "Data",
  model: "Model",
  technique: "Technique",
  recipe: "Recipe",
  train: "Training",
  evaluate: "Evaluation",
};

/** Text in which parts between backticks are code. */
export function Words({ text }: { readonly text: string }): ReactElement {
  return h(
    Fragment,
    null,
    text.split(/`([^`]*)`/).map((part, i) => (i % 2 === 1 ? h("code", { key: i }, part) : part)),
  );
}

export function Plan({ state, follower, actions, stale: away }: TabProps): ReactElement | null {
  const { plan, held, findings, measuring } = state;
  const stale = away || held;
  const [all, setAll] = useState(false);
  if (!plan) return stale ? null : h("p", { className: "tunebook-note", role: "status" }, "Reading the notebook …");
  if (plan.cards.length === 0)
    return h(
      Fragment,
      null,
      h(
        "p",
        { className: "tunebook-note" },
        findings.length > 0
          ? "There is no plan while these mistakes stand."
          : "No Tune in this notebook yet. A cell that begins with data, model, recipe or train is Tune.",
      ),
      h(Findings, { findings, actions }),
    );
  const stood = plan.cards.flatMap((card) => card.settings).filter(({ from }) => from === "default").length;
  return h(
    Fragment,
    null,
    !held && h(Which, { plan, actions }),
    !held && plan.detached !== undefined && h(Detached, { text: plan.detached, actions, stale }),
    h(Findings, { findings, actions }),
    held && h("p", { className: "tunebook-note" }, "The plan as it was before these mistakes:"),
    h(
      "div",
      { className: stale ? "tunebook-stale" : undefined, "aria-busy": measuring },
      held && h(Which, { plan, actions }),
      plan.memory && h(Memory, plan.memory),
      plan.unknown.length > 0 && h(Unknown, { plan, measuring, follower, stale }),
      stood > 0 &&
        h(
          "label",
          { className: "tunebook-check" },
          h("input", { type: "checkbox", checked: all, onChange: () => setAll(!all) }),
          `show ${stood} defaults`,
        ),
      plan.cards.map((card, i) => h(Card, { key: `${card.is} ${i}`, card, all, actions, stale })),
      plan.recipeHash &&
        h("p", { className: "tunebook-faint" }, "recipe ", h("code", null, plan.recipeHash.slice(0, 12))),
    ),
  );
}

/** The shown training; if there are several, a selection that goes to the chosen one. */
function Which({ plan, actions }: { readonly plan: PlanShown } & Pick<TabProps, "actions">): ReactElement {
  const { trainings, title, at } = plan;
  if (trainings.length < 2)
    return h(
      "h2",
      { className: "tunebook-title" },
      h(
        "button",
        { className: "tunebook-link", onClick: () => at && void actions.goTo(at), title: "Go to it" },
        h("code", null, title),
      ),
    );
  const shown = trainings.findIndex((one) => one.shown);
  return h(
    "label",
    { className: "tunebook-choice" },
    h("span", { className: "tunebook-hidden" }, "Training"),
    h(
      "select",
      {
        value: shown,
        onChange: ({ target }) => {
          const training = trainings[Number(target.value)];
          if (training) void actions.goTo(training.at);
        },
      },
      shown < 0 && h("option", { value: -1 }, title),
      trainings.map((one, i) => h("option", { key: i, value: i }, one.title)),
    ),
  );
}

/** Button that runs the shown training in a separate process. */
function Detached({
  text,
  actions,
  stale,
}: { readonly text: string } & Pick<TabProps, "actions" | "stale">): ReactElement {
  return h(
    "div",
    { className: "tunebook-actions" },
    h(
      "button",
      {
        className: "jp-mod-styled",
        disabled: stale,
        title: `Runs it in a new cell, in a process of its own that outlives this notebook: ${text}`,
        onClick: () => void actions.trainDetached(text),
      },
      "Train detached",
    ),
  );
}

function Findings({
  findings,
  actions,
}: { readonly findings: readonly CellFinding[] } & Pick<TabProps, "actions">): ReactElement | null {
  if (findings.length === 0) return null;
  const order = ["error", "warning", "info"];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return h(
    "ul",
    { className: "tunebook-findings", "aria-label": "Mistakes and warnings" },
    sorted.map((one, i) =>
      h(
        "li",
        { key: i, className: `tunebook-${one.severity}` },
        h(
          "button",
          {
            onClick: () => void actions.goTo({ source: one.cell, start: one.from, end: one.to }),
            title: `${one.code}: go to the place`,
          },
          h("span", { className: "tunebook-severity" }, one.severity),
          h(
            "span",
            null,
            h(Words, { text: one.message }),
            one.help && h("span", { className: "tunebook-help" }, h(Words, { text: one.help })),
          ),
        ),
      ),
    ),
  );
}

function Memory({ needs, has, text }: NonNullable<PlanShown["memory"]>): ReactElement {
  const share = Math.min(1, needs / has);
  const level = share > 0.9 ? "tight" : share > 0.7 ? "near" : "fine";
  return h(
    "div",
    { className: "tunebook-memory" },
    h("div", { className: "tunebook-row" }, h("span", null, "memory"), h("span", null, text)),
    h(
      "div",
      {
        className: "tunebook-bar",
        role: "meter",
        "aria-label": "memory",
        "aria-valuemin": 0,
        "aria-valuemax": has,
        "aria-valuenow": needs,
        "aria-valuetext": text,
      },
      h("div", { className: `tunebook-${level}`, style: { width: `${(100 * share).toFixed(1)}%` } }),
    ),
  );
}

interface UnknownProps extends Pick<TabProps, "follower" | "stale"> {
  readonly plan: PlanShown;
  readonly measuring: boolean;
}

function Unknown({ plan, measuring, follower, stale }: UnknownProps): ReactElement {
  return h(
    "div",
    { className: "tunebook-unknown" },
    h("div", { className: "tunebook-faint" }, "Not known yet"),
    h(
      "ul",
      null,
      plan.unknown.map((one) => h("li", { key: one }, one)),
    ),
    plan.canMeasure &&
      h(
        "button",
        {
          className: "jp-mod-styled",
          disabled: measuring || stale,
          onClick: () => void follower.measure(),
          title:
            "Reads the data, looks at the base (brings it where it is not here) and counts tokens; nothing is trained",
        },
        measuring ? "Measuring …" : "Measure now",
      ),
  );
}

interface CardProps extends Pick<TabProps, "actions" | "stale"> {
  readonly card: Card;
  readonly all: boolean;
}

function Card({ card, all, actions, stale }: CardProps): ReactElement {
  const { at } = card;
  const settings = card.settings.filter(({ from }) => all || from !== "default");
  const names = new Set(settings.map(({ name }) => name));
  const title = h(
    Fragment,
    null,
    h("span", { className: "tunebook-kind" }, kinds[card.is]),
    h("span", { className: "tunebook-name" }, card.title),
  );
  return h(
    "section",
    { className: `tunebook-card tunebook-is-${card.is}`, "aria-label": `${kinds[card.is]} ${card.title}` },
    h(
      "h3",
      null,
      at
        ? h("button", { className: "tunebook-link", title: "Go to it", onClick: () => void actions.goTo(at) }, title)
        : title,
    ),
    card.facts.length > 0 &&
      h(
        "dl",
        { className: "tunebook-facts" },
        card.facts.map(({ name, value, note }) =>
          h(
            "div",
            { key: name, title: note },
            h("dt", null, name),
            h("dd", null, value, note && h("span", { className: "tunebook-faint" }, ` ${note}`)),
          ),
        ),
      ),
    settings.length > 0 &&
      h(
        "ul",
        { className: "tunebook-settings" },
        settings.map((one) =>
          h(Setting, { key: one.name, setting: one, inside: names.has(parentOf(one.name)), actions, stale }),
        ),
      ),
  );
}

const parentOf = (name: string): string => name.replace(/\.?[^.]*$/, "");

interface SettingProps extends Pick<TabProps, "actions" | "stale"> {
  readonly setting: Setting;
  /** Whether the setting is listed under the word that it belongs to. */
  readonly inside: boolean;
}

function Setting({ setting, inside: part, actions, stale }: SettingProps): ReactElement {
  const { name, value, from, why, impact, at, write } = setting;
  const act =
    at && !stale ? () => void actions.goTo(at) : write && !stale ? () => void actions.writeOut(write) : undefined;
  const does = at ? "go to it" : write ? "write it out" : undefined;
  const said = [why, impact === "high" ? "It matters much." : undefined, does && `Click to ${does}.`]
    .filter(Boolean)
    .join(" ");
  const inside = [
    h("code", { key: "name", className: "tunebook-key" }, part ? name.slice(parentOf(name).length + 1) : name),
    h("code", { key: "value", className: "tunebook-value" }, value),
    // Settings written in the program need no origin label.
    from !== "written" && h("span", { key: "from", className: `tunebook-from tunebook-from-${from}` }, froms[from]),
  ];
  return h(
    "li",
    { style: { "--tunebook-depth": part ? name.split(".").length - 1 : 0 } },
    act
      ? h(
          "button",
          {
            className: "tunebook-setting",
            title: said,
            onClick: act,
            "aria-label": `${name}: ${value}, ${froms[from]}. ${said}`,
          },
          inside,
        )
      : h("div", { className: "tunebook-setting", title: said }, inside),
    from === "derived" && why && h("div", { className: "tunebook-why" }, why),
  );
}

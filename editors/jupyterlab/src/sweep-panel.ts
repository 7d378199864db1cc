// Below the charts of a running sweep: its trials, each with its actions. Values and names are inserted as text, never
// as markup.
import { useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import type { TrialSummary, SweepSnapshot } from "#kernel/apps/jupyter/ports/sweep-contract.js";
import { h } from "./element.js";
import { held, sendsByEnter } from "./held.js";
import { TrialForm, type Doing, type FormOf } from "./sweep-form.js";
import type { SweepStore } from "./sweep-store.js";

interface Doings {
  readonly stop: (trial: TrialSummary) => void;
  readonly form: (trial: TrialSummary, doing: Doing) => void;
}

export function SweepPanel({ store }: { readonly store: SweepStore }): ReactElement | null {
  const { sweep, said, fault } = useSyncExternalStore(store.subscribe, store.snapshot);
  const [form, setForm] = useState<FormOf | null>(null);
  const root = useRef<HTMLDivElement | null>(null);
  const opener = useRef<Element | null>(null);
  // A removed row loses the focus with it; this returns the focus to the panel.
  const had = root.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (had && document.activeElement === document.body) root.current?.focus({ preventScroll: true });
  });
  if (!sweep || (sweep.over && form === null && fault === "")) return null;
  const doings: Doings = {
    stop: (trial) => void stop(store, trial),
    form: (trial, doing) => {
      opener.current = document.activeElement;
      store.say("");
      setForm({ trial, doing });
    },
  };
  const close = (): void => {
    setForm(null);
    const back = opener.current;
    if (back instanceof HTMLElement && back.isConnected) back.focus();
    else root.current?.focus({ preventScroll: true });
  };
  return h(
    "div",
    {
      className: "tunebook-sweep-desk",
      role: "group",
      "aria-label": `Trials of ${sweep.name}`,
      tabIndex: -1,
      ref: root,
      ...held,
    },
    !sweep.over && h(Running, { sweep, doings }),
    !sweep.over && sweep.ended > 0 && h(Ended, { store, sweep, doings }),
    form &&
      h(TrialForm, {
        key: `${form.doing}-${String(form.trial.number)}`,
        ...form,
        store,
        settings: sweep.settings,
        close,
      }),
    h("p", { role: "status", className: "tunebook-sweep-said" }, said || waitingWords(sweep)),
    fault !== "" && h("p", { role: "alert", className: "tunebook-sweep-fault" }, fault),
  );
}

async function stop(store: SweepStore, { number, stopping }: TrialSummary): Promise<void> {
  if (stopping) return;
  const reply = await store.ask({ ask: "stop", trial: number });
  if (!reply) return;
  if ("fault" in reply) store.fault(reply.fault);
  else store.say(`Trial ${String(number)} ends after the updates that are under way, with the score that it has then.`);
}

function waitingWords({ waiting, over }: SweepSnapshot): string {
  if (waiting === 0 || over) return "";
  return waiting === 1
    ? "One trial that was asked for begins when another ends."
    : `${String(waiting)} trials that were asked for begin when others end.`;
}

function Running({ sweep, doings }: { readonly sweep: SweepSnapshot; readonly doings: Doings }): ReactElement {
  const { running, metric } = sweep;
  if (running.length === 0) return h("p", { className: "tunebook-sweep-said" }, "No trial runs yet.");
  return h(Trials, {
    caption: "Trials that run",
    metric,
    trials: running,
    actions: (trial) => [
      h(Act, {
        key: "stop",
        name: trial.stopping ? "Stopping …" : "Stop",
        trial,
        idle: trial.stopping,
        act: () => doings.stop(trial),
      }),
      h(Act, { key: "change", name: "Change …", trial, idle: trial.stopping, act: () => doings.form(trial, "change") }),
      h(Act, { key: "clone", name: "Clone …", trial, act: () => doings.form(trial, "clone") }),
    ],
  });
}

interface EndedProps {
  readonly store: SweepStore;
  readonly sweep: SweepSnapshot;
  readonly doings: Doings;
}
function Ended({ store, sweep, doings }: EndedProps): ReactElement {
  const { best, ended, metric } = sweep;
  const [number, setNumber] = useState("");
  const find = async (): Promise<void> => {
    const wanted = Number(number);
    if (number.trim() === "" || !Number.isInteger(wanted)) return store.fault("Give the number of a trial.");
    const reply = await store.ask({ ask: "trial", trial: wanted });
    if (!reply) return;
    if ("trial" in reply) doings.form(reply.trial, "clone");
    else if ("fault" in reply) store.fault(reply.fault);
  };
  return h(
    "details",
    { className: "tunebook-sweep-ended" },
    h("summary", { ...held, className: "tunebook-sweep-summary" }, `Trials that ended: ${String(ended)}`),
    h(Trials, {
      caption: `The best of them`,
      metric,
      trials: best,
      actions: (trial) => [h(Act, { key: "clone", name: "Clone …", trial, act: () => doings.form(trial, "clone") })],
    }),
    ended > best.length &&
      h(
        "form",
        {
          className: "tunebook-sweep-find",
          onKeyDown: sendsByEnter,
          onSubmit: (event) => {
            event.preventDefault();
            void find();
          },
        },
        h(
          "label",
          null,
          "Another, by its number: ",
          h("input", {
            ...held,
            type: "text",
            inputMode: "numeric",
            size: 5,
            value: number,
            autoComplete: "off",
            onChange: ({ target }) => setNumber(target.value),
          }),
        ),
        h("button", { ...held, type: "submit" }, "Clone …"),
      ),
  );
}

interface TrialsProps {
  readonly caption: string;
  readonly metric: string;
  readonly trials: readonly TrialSummary[];
  readonly actions: (trial: TrialSummary) => ReactNode;
}
function Trials({ caption, metric, trials, actions }: TrialsProps): ReactElement {
  return h(
    "table",
    { className: "tunebook-sweep-trials" },
    h("caption", null, caption),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        ["Trial", metric, "Settings", ""].map((head) =>
          h("th", { key: head, scope: "col" }, head || hidden("What may be done")),
        ),
      ),
    ),
    h(
      "tbody",
      null,
      trials.map((trial) => h(Row, { key: trial.number, trial, actions })),
    ),
  );
}

function Row({ trial, actions }: { readonly trial: TrialSummary } & Pick<TrialsProps, "actions">): ReactElement {
  const { number, state, score, done, said } = trial;
  const percent = done === null ? null : Math.round(100 * done);
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      number,
      state === "running"
        ? h("span", { className: "tunebook-sweep-done" }, percent === null ? "" : ` ${String(percent)} %`)
        : state !== "done" && h("span", { className: "tunebook-sweep-done" }, ` ${state}`),
    ),
    h("td", { className: "tunebook-sweep-score" }, score ?? "–"),
    h("td", { className: "tunebook-sweep-values", title: said }, said),
    h("td", { className: "tunebook-sweep-acts" }, actions(trial)),
  );
}

interface ActProps {
  readonly name: string;
  readonly trial: TrialSummary;
  /** Whether the button is inactive but focusable: a disabled button would lose the focus. */
  readonly idle?: boolean;
  readonly act: () => void;
}
function Act({ name, trial, idle = false, act }: ActProps): ReactElement {
  return h(
    "button",
    {
      ...held,
      type: "button",
      "aria-disabled": idle,
      "aria-label": `${name.replace(" …", "")} trial ${String(trial.number)}`,
      onClick: () => !idle && act(),
    },
    name,
  );
}

function hidden(text: string): ReactElement {
  return h("span", { className: "tunebook-hidden" }, text);
}

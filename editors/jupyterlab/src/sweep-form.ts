// A form to start a trial like another one: the varied settings, prefilled with that trial's values. Each field is
// checked when it loses the focus; the kernel checks all again.
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import type { TrialSummary, VariedSetting } from "#kernel/apps/jupyter/ports/sweep-contract.js";
import { h } from "./element.js";
import { held, sendsByEnter } from "./held.js";
import { changesOf, faultIn, rangeText, settingsThere, type Typed } from "./sweep-settings.js";
import type { SweepStore } from "./sweep-store.js";

/** `change`: additionally stops the original trial. */
export type Doing = "clone" | "change";

export interface FormOf {
  readonly trial: TrialSummary;
  readonly doing: Doing;
}
interface FormProps extends FormOf {
  readonly store: SweepStore;
  readonly settings: readonly VariedSetting[];
  readonly close: () => void;
}

export function TrialForm({ store, settings, trial, doing, close }: FormProps): ReactElement {
  const [typed, setTyped] = useState<Typed>(trial.values);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [fault, setFault] = useState("");
  const form = useRef<HTMLFormElement | null>(null);
  const { number } = trial;
  const there = settingsThere(settings, typed);
  useEffect(() => {
    store.open = number;
    form.current?.querySelector<HTMLElement>("input, select")?.focus();
    return () => {
      store.open = null;
    };
  }, [number]);

  const begin = async (): Promise<void> => {
    setLeft(new Set(there.map(({ name }) => name)));
    const wrong = there.findIndex((setting) => faultIn(setting, typed[setting.name] ?? "") !== null);
    if (wrong >= 0) return form.current?.querySelectorAll<HTMLElement>("input, select")[wrong]?.focus();
    const changes = changesOf(settings, trial.values, typed);
    if (doing === "change" && Object.keys(changes).length === 0)
      return setFault(`Nothing is changed: it would be trial ${String(number)} once more.`);
    setFault("");
    const reply = await store.ask({ ask: doing, trial: number, changes });
    if (!reply) return;
    if ("fault" in reply) return setFault(reply.fault);
    const words = `one like it begins as soon as there is room.`;
    store.say(
      doing === "change" ? `Trial ${String(number)} ends, and ${words}` : `Trial ${String(number)} stays, and ${words}`,
    );
    close();
  };
  const pressed = (event: KeyboardEvent<HTMLFormElement>): void => {
    sendsByEnter(event);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  return h(
    "form",
    {
      className: "tunebook-sweep-form",
      noValidate: true,
      "aria-label": `A trial like ${String(number)}`,
      ref: form,
      onKeyDown: pressed,
      onSubmit: (event) => {
        event.preventDefault();
        void begin();
      },
    },
    h(
      "p",
      null,
      doing === "change" ? `In place of trial ${String(number)}:` : `One more trial like ${String(number)}:`,
    ),
    h(
      "div",
      { className: "tunebook-sweep-fields" },
      there.map((setting) =>
        h(Field, {
          key: setting.name,
          setting,
          text: typed[setting.name] ?? "",
          told: left.has(setting.name),
          type: (text: string) => setTyped({ ...typed, [setting.name]: text }),
          leave: () => setLeft(new Set([...left, setting.name])),
        }),
      ),
    ),
    fault !== "" && h("p", { role: "alert", className: "tunebook-sweep-fault" }, fault),
    h(
      "div",
      { className: "tunebook-sweep-actions" },
      h(
        "button",
        { ...held, type: "submit", className: "tunebook-sweep-main" },
        doing === "change" ? `Stop ${String(number)} and begin this` : "Begin this trial",
      ),
      h("button", { ...held, type: "button", onClick: close }, "Cancel"),
    ),
  );
}

interface FieldProps {
  readonly setting: VariedSetting;
  readonly text: string;
  /** Whether errors are shown. */
  readonly told: boolean;
  readonly type: (text: string) => void;
  readonly leave: () => void;
}

function Field({ setting, text, told, type, leave }: FieldProps): ReactElement {
  const id = useId();
  const fault = told ? faultIn(setting, text) : null;
  const range = rangeText(setting);
  const about = { ...held, id, "aria-invalid": fault !== null, "aria-describedby": `${id}-about`, onBlur: leave };
  return h(
    "div",
    { className: "tunebook-sweep-field" },
    h("label", { htmlFor: id }, setting.name),
    setting.kind === "choice"
      ? h(
          "select",
          { ...about, value: setting.options.includes(text) ? text : "", onChange: ({ target }) => type(target.value) },
          !setting.options.includes(text) && h("option", { value: "" }, "choose …"),
          setting.options.map((option) => h("option", { key: option, value: option }, option)),
        )
      : h("input", {
          ...about,
          type: "text",
          inputMode: "decimal",
          autoComplete: "off",
          spellCheck: false,
          value: text,
          onChange: ({ target }) => type(target.value),
        }),
    h("small", { id: `${id}-about`, className: fault === null ? undefined : "tunebook-sweep-fault" }, fault ?? range),
  );
}

// Settings of a sweep as they are typed: which of them are there, what each may be, what was changed. The kernel checks again.
import type { VariedSetting } from "#kernel/apps/jupyter/ports/sweep-contract.js";
import { parseTypedNumber, typedNumberText } from "#kernel/study/typed-number.js";

/** By setting. */
export type Typed = Readonly<Record<string, string>>;

/** Those that there are with these values: what belongs to an option is there with that option alone. */
export function settingsThere(settings: readonly VariedSetting[], values: Typed): readonly VariedSetting[] {
  const there = (setting: VariedSetting | undefined): boolean => {
    if (!setting) return false;
    const { when } = setting;
    if (!when) return true;
    return values[when.setting] === when.option && there(settings.find(({ name }) => name === when.setting));
  };
  return settings.filter(there);
}

/** `1e-5 to 0.01`, `whole numbers from 1 to 6`, `8, 16, … 64`. */
export function rangeText(setting: VariedSetting): string {
  if (setting.kind === "choice") return "";
  const { from, to, integer, step, share } = setting;
  const [low, high] = [typedNumberText(from, share), typedNumberText(to, share)];
  if (step !== undefined) return `${low}, ${typedNumberText(from + step, share)}, … ${high}`;
  return `${integer ? "whole numbers from " : ""}${low} to ${high}`;
}

/** Null: it may be that. */
export function faultIn(setting: VariedSetting, text: string): string | null {
  if (setting.kind === "choice") return setting.options.includes(text) ? null : "Choose one.";
  const { from, to, integer, step, share } = setting;
  if (text.trim() === "") return `Give a number: ${rangeText(setting)}.`;
  const number = parseTypedNumber(text);
  if (!Number.isFinite(number)) return `${text.trim()} is no number. It may be ${rangeText(setting)}.`;
  if (number < from || number > to)
    return `The sweep tries ${rangeText(setting)}${share && number > 1 ? `; ${text.trim()} is not in percent` : ""}.`;
  if (integer && !Number.isInteger(number)) return "Give a whole number.";
  const steps = step === undefined ? 0 : (number - from) / step;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? `It goes by steps: ${rangeText(setting)}.` : null;
}

/** What is there and isn't as it was. */
export function changesOf(settings: readonly VariedSetting[], before: Typed, now: Typed): Typed {
  const changed = settingsThere(settings, now).filter(({ name }) => now[name]?.trim() !== before[name]);
  return Object.fromEntries(changed.map(({ name }) => [name, now[name]?.trim() ?? ""]));
}

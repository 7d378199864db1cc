// Settings of a sweep during typing: which are active, which values are allowed, and what has changed. The kernel
// checks again.
import type { VariedSetting } from "#kernel/apps/jupyter/ports/sweep-contract.js";
import { parseTypedNumber, typedNumberText } from "#kernel/study/typed-number.js";

export type Typed = Readonly<Record<string, string>>;

/** Returns the settings that are active with these values; a setting of an option is active only with that option. */
export function settingsThere(settings: readonly VariedSetting[], values: Typed): readonly VariedSetting[] {
  const there = (setting: VariedSetting | undefined): boolean => {
    if (!setting) return false;
    const { when } = setting;
    if (!when) return true;
    return values[when.setting] === when.option && there(settings.find(({ name }) => name === when.setting));
  };
  return settings.filter(there);
}

/** Describes the range: `1e-5 to 0.01`, `whole numbers from 1 to 6`, `8, 16, … 64`. */
export function rangeText(setting: VariedSetting): string {
  if (setting.kind === "choice") return "";
  const { from, to, integer, step, share } = setting;
  const [low, high] = [typedNumberText(from, share), typedNumberText(to, share)];
  if (step !== undefined) return `${low}, ${typedNumberText(from + step, share)}, … ${high}`;
  return `${integer ? "whole numbers from " : ""}${low} to ${high}`;
}

/** Returns the error message, or null if the value is allowed. */
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

/** Returns the active settings that differ from their previous values. */
export function changesOf(settings: readonly VariedSetting[], before: Typed, now: Typed): Typed {
  const changed = settingsThere(settings, now).filter(({ name }) => now[name]?.trim() !== before[name]);
  return Object.fromEntries(changed.map(({ name }) => [name, now[name]?.trim() ?? ""]));
}

/**
 * Formats checked values as Tune text for views and tables: `lora(rank: 8, alpha: 16)`, `80%`, `1..5`; rounded and
 * truncated.
 */
import { withoutAddressQueries } from "#dsl/compiler/plan/retained-calls.js";
import { tuneText, type ValueTextStyle } from "#dsl/compiler/plan/text.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { daysText } from "#dsl/language/diagnostics/days.js";

// Formats words and numbers for readers. Text from data is untrusted until it is processed by these functions: control
// characters and bidirectional overrides become visible escapes, lone surrogates become U+FFFD, markup is escaped.

/** Makes text printable anywhere: no control characters (except tab and newline), well-formed UTF-16. */
export function printable(text: string): string {
  return escapeControlCharacters(text.replace(/\p{Surrogate}|[\ufffe\uffff]/gu, "\ufffd"));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for use between tags and inside quoted attributes, in HTML and SVG. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (c) => entities[c]!);
}

/** Escapes labels inside a plotly figure: plotly interprets some HTML (`<b>`, `<a>`), which data must not contain. */
export function escapePlotlyLabel(text: string): string {
  return printable(oneLine(text)).replace(/[&<>]/g, (c) => entities[c]!);
}

export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ⏎ ").replace(/\t/g, " ");
}

/** Truncates to at most `length` code points, including the ellipsis. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const points = Array.from(text);
  return points.length <= length ? text : points.slice(0, Math.max(0, length - 1)).join("") + "…";
}

/** `22,713,216`. */
export function groupedNumber(n: number): string {
  return Number.isFinite(n) ? Math.round(n).toLocaleString("en-US") : String(n);
}

/** Such as `1 row`, `1,204 rows`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${groupedNumber(n)} ${n === 1 ? one : many}`;
}

/** Such as `22.7 M`, `980`. */
export function compactNumber(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  for (const [size, unit] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (Math.abs(n) >= size * 0.9995) return `${significantText(n / (unit === "k" ? 1e3 : size), 3)} ${unit}`;
  }
  return groupedNumber(n);
}

/** Such as `1.4 GiB`. */
export function byteSizeText(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  for (const [size, unit] of [
    [2 ** 40, "TiB"],
    [2 ** 30, "GiB"],
    [2 ** 20, "MiB"],
    [2 ** 10, "KiB"],
  ] as const) {
    if (Math.abs(n) >= size) return `${significantText(n / size, n / size >= 100 ? 3 : 2)} ${unit}`;
  }
  return `${n} B`;
}

/** Such as `0.8 s`, `42 s`, `3 min 20 s`, `1 h 05 min`, `16 days`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(seconds / 60);
  return daysText(seconds) ?? `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Formats a share of 1 as `12.5 %`; never 0 % or 100 % for a value that is only near it. */
export function formatPercent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return "–";
  const least = 10 ** -digits;
  const hundred = share * 100;
  if (hundred > 0 && hundred < least) return `< ${least} %`;
  if (hundred < 100 && hundred > 100 - least) return `> ${(100 - least).toFixed(digits)} %`;
  return `${trimmed(hundred.toFixed(digits))} %`;
}

/** Formats a number with so many significant digits: `0.8423`, `2e-4`, `1,204.5`. */
export function significantText(x: number, digits = 4): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e9) {
    const [mantissa, exponent] = x.toExponential(digits - 1).split("e") as [string, string];
    return `${trimmed(mantissa)}e${exponent.replace("+", "")}`;
  }
  if (size >= 10 ** digits) return groupedNumber(x);
  return trimmed(x.toPrecision(digits));
}

function trimmed(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}

/** Terminal columns of a text: East Asian wide characters and emoji take two, combining marks none. */
export function displayWidthOf(text: string): number {
  let columns = 0;
  for (const c of text) {
    if (/\p{Mark}|[\u200b-\u200d]/u.test(c)) continue;
    columns +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
        c,
      )
        ? 2
        : 1;
  }
  return columns;
}

export function padToWidth(text: string, columns: number, align: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidthOf(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** A bar of block characters for a share of 1, which looks the same in every viewer. */
export function barText(share: number, columns = 16): string {
  const eighths = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * columns * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] ?? "");
}

/** Encodes the text's UTF-8 bytes. */
export function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let byteOffset = 0; byteOffset < bytes.length; byteOffset += 8192)
    binary += String.fromCharCode(...bytes.subarray(byteOffset, byteOffset + 8192));
  return btoa(binary);
}

const short: ValueTextStyle = { number: numberText, quoted: (text) => JSON.stringify(clip(text, 80)) };

export function valueText(value: Value | undefined): string {
  return tuneText(withoutAddressQueries(value ?? null), undefined, short);
}

/** A word with its arguments; `null` arguments are left out. */
export function callText(call: Call): string {
  return valueText(call);
}

function numberText(x: number): string {
  if (Number.isInteger(x) && Math.abs(x) < 1e9) return String(x);
  return significantText(x, 6).replaceAll(",", "");
}

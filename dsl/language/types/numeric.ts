/** Numbers with their units and ranges: `80%`, `20min`, `512MB`, `1e-3`. */
import type { Value } from "./value.js";
import type { ValueType } from "./registry.js";
import { boundText } from "./shapes.js";
import { durationUnits, sizeUnits } from "../syntax/numbers.js";
import type { NumberNode } from "../syntax/tree.js";
import { replacementFix } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import type {} from "./codes/value-codes.js";
import type { ParameterPlace, TypingContext } from "./typing.js";

export function typedNumber(
  node: NumberNode,
  type: Extract<ValueType, { is: "number" }>,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  const bad = (wanted: string, fix?: string): undefined => {
    t.reporter.report(
      "wrong-unit",
      { key: expected.key, found: node.raw, wanted, ...(fix === undefined ? {} : { instead: fix }) },
      node.span,
      fix ? { fix: replacementFix(node.span, fix) } : {},
    );
    return undefined;
  };
  let value: Value;
  switch (type.unit) {
    case "share":
    case "share-or-count": {
      if (node.unit === "%") value = { share: Number((node.value / 100).toPrecision(12)) };
      else if (node.unit !== "") return bad("a share such as `10%`");
      else if (!Number.isInteger(node.value) || (type.unit === "share" && node.value > 0 && node.value <= 1)) {
        const instead = percent(node);
        t.reporter.report(
          "share-as-decimal",
          { key: expected.key, found: node.raw, instead, ...(type.unit === "share" && { share: true }) },
          node.span,
          {
            fix: replacementFix(node.span, instead),
          },
        );
        return undefined;
      } else if (type.unit === "share" && node.value !== 0) return bad("a share such as `10%`", `${node.raw}%`);
      else value = type.unit === "share" ? { share: 0 } : node.value;
      if (
        typeof value === "object" &&
        ((value as { share: number }).share < 0 || (value as { share: number }).share > 1)
      ) {
        t.reporter.report("out-of-range", { key: expected.key, found: node.raw, range: "from 0% to 100%" }, node.span);
        return undefined;
      }
      break;
    }
    case "duration":
    case "bytes": {
      const units = type.unit === "duration" ? durationUnits : sizeUnits;
      const factor = Object.hasOwn(units, node.unit) ? units[node.unit] : undefined;
      if (factor === undefined)
        return bad(
          type.unit === "duration" ? "a duration such as `20min`" : "a size such as `512MB`",
          withUnit(node, units),
        );
      value = node.value * factor;
      break;
    }
    default:
      if (isShare(node) && expected.parameter?.misfits?.share !== undefined) {
        const advice = expected.parameter.misfits.share.replaceAll("…", percent(node));
        const wanted = "a plain number";
        t.reporter.report("wrong-unit", { key: expected.key, found: node.raw, wanted, advice }, node.span);
        return undefined;
      }
      if (node.unit === "%") {
        const decimal = Number((node.value / 100).toPrecision(12));
        return type.integer && !Number.isInteger(decimal) ? bad("an integer") : bad("a plain number", String(decimal));
      }
      if (node.unit !== "")
        return bad(
          "a plain number",
          Object.hasOwn({ ...durationUnits, ...sizeUnits }, node.unit) ? undefined : digits(node),
        );
      value = node.value;
  }
  if (type.integer && typeof value === "number" && !Number.isInteger(value)) {
    t.reporter.report("not-whole", { key: expected.key, found: node.raw }, node.span);
    return undefined;
  }
  return checkRange(value, node.raw, node.span, expected, t);
}

const isShare = ({ unit, value }: NumberNode): boolean => unit === "%" || (unit === "" && value > 0 && value < 1);
/** Formats a share: `0.1` as `10%`. */
const percent = ({ unit, value, raw }: NumberNode): string =>
  unit === "%" ? raw : `${String(Number((value * 100).toPrecision(12)))}%`;
const digits = (node: NumberNode): string => node.raw.slice(0, node.raw.length - node.unit.length);
/** `2hours`, `2H`, `512mb`: returns the number with the intended unit. */
function withUnit(node: NumberNode, units: Readonly<Record<string, number>>): string | undefined {
  const writtenUnit = node.unit.toLowerCase();
  const names = Object.keys(units);
  const near =
    names.find((name) => name.toLowerCase() === writtenUnit) ??
    names.find((name) => name.length > 0 && LONG[name]?.test(writtenUnit) === true);
  return near === undefined ? undefined : digits(node) + near;
}
const LONG: Readonly<Record<string, RegExp>> = {
  ms: /^(?:msecs?|milliseconds?)$/,
  s: /^(?:secs?|seconds?)$/,
  min: /^(?:m|mins|minutes?)$/,
  h: /^(?:hrs?|hours?)$/,
  d: /^days?$/,
  KB: /^(?:k|kilobytes?)$/,
  MB: /^(?:m|megabytes?)$/,
  GB: /^(?:g|gigs?|gigabytes?)$/,
};

export function checkRange(
  value: Value,
  raw: string,
  span: Span,
  expected: ParameterPlace,
  t: TypingContext,
): Value | undefined {
  const range = expected.parameter?.range;
  const x = numberOrShare(value);
  if (!range || x === undefined) return value;
  const low = range.min !== undefined && (range.exclusive ? x <= range.min : x < range.min);
  if (low || (range.max !== undefined && x > range.max)) {
    const bound = (limit: number): string => boundText(expected.parameter, limit);
    const least =
      range.min === undefined
        ? ""
        : range.exclusive
          ? `greater than ${bound(range.min)}`
          : `at least ${bound(range.min)}`;
    const most = range.max === undefined ? "" : `at most ${bound(range.max)}`;
    t.reporter.report(
      "out-of-range",
      { key: expected.key, found: raw, range: [least, most].filter(Boolean).join(" and ") },
      span,
    );
    return undefined;
  }
  return value;
}

/** Returns the number, or the number of a share. */
export function numberOrShare(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return value !== null && typeof value === "object" && "share" in value ? value.share : undefined;
}

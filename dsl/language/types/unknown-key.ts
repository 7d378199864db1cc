/** Advice for a key that a block does not have: its Tune name, the block it belongs to, or what to use instead. */
import type { Parameter, Verb } from "./registry.js";
import type { Entry } from "../syntax/tree.js";
import {
  adviceOnForeignName,
  fixFromAdvice,
  settingInAdvice,
  replaceSettingFix,
  type AdvisedSetting,
} from "./advice-fixes.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { replacementFix, type DiagnosticDetails } from "../diagnostics/reporter.js";
import { wordKindsIn, findNestedParameter } from "./parts.js";
import type { StatementScope } from "./scope.js";
import { errorsOfValue, withInnerFixes } from "./trial.js";

/** Reports an unknown key with the block it belongs to, its Tune name, or the nearest one. */
export function reportUnknownKey(scope: StatementScope, entry: Entry, block: Block): void {
  const { key } = entry;
  const { verb, parameters } = block;
  const name = key.path[0] ?? key.text;
  const { registry } = scope;
  if (scope.reporter.crowded) {
    scope.report("unknown-key", { key: key.text, verb: verb.name }, key.span);
    return;
  }
  const names = parameters.filter((p) => !p.planned).map((p) => p.name);
  const root = key.path.length > 1 ? { ...key.span, end: key.span.start + name.length } : key.span;
  const owners = [verb, ...registry.verbs().filter((v) => v !== verb)];
  const whole = verb.keysOf === undefined ? undefined : registry.find("verb", verb.keysOf);
  const advice = adviceOnForeignName(verb, name) ?? (whole && adviceOnForeignName(whole, name));
  if (advice !== undefined && !names.includes(name)) {
    const idle = [verb, ...(whole ? [whole] : [])].some((one) => one.idle?.includes(name));
    const fix = fixFromAdvice(advice, placeIn(scope, entry, block), idle);
    scope.report("unknown-key", { key: key.text, verb: verb.name, advice }, key.span, fix ? { fix } : {});
    return;
  }
  for (const owner of owners) {
    const foreign = owner.elsewhere?.[name] ?? (owner === verb ? whole?.elsewhere?.[name] : undefined);
    if (
      foreign !== undefined &&
      (owner === verb ? names.includes(foreign) : owner.parameters.some((p) => p.name === foreign))
    ) {
      if (owner === verb)
        scope.report("unknown-key", { key: key.text, verb: verb.name, nearest: foreign, elsewhere: true }, key.span, {
          fix: renamed(scope, entry, block, replacementFix(root, foreign)),
        });
      else
        scope.report(
          "unknown-key",
          { key: key.text, verb: verb.name, nearest: foreign, belongs: `\`${owner.name}\`, as \`${foreign}\`` },
          key.span,
        );
      return;
    }
  }
  const homes = owners
    .filter((v) => v !== verb && !v.planned && v.parameters.some((p) => p.name === name && !p.planned))
    .map((v) => v.name);
  if (homes.length > 0) {
    scope.report(
      "unknown-key",
      { key: key.text, verb: verb.name, belongs: homes.map((h) => `\`${h}\``).join(" or ") },
      key.span,
    );
    return;
  }
  const near = nearestWord(name, names);
  const foundAdvice = near === undefined ? adviceElsewhere(scope, name, owners) : undefined;
  if (foundAdvice) {
    const fix =
      /^remove it\b/.test(foundAdvice.advice) &&
      fixFromAdvice(foundAdvice.advice, placeIn(scope, entry, block), foundAdvice.idle);
    scope.report(
      "unknown-key",
      { key: key.text, verb: verb.name, advice: foundAdvice.advice },
      key.span,
      fix ? { fix } : {},
    );
    return;
  }
  if (near === undefined || name.length <= 2) {
    for (const owner of owners.filter((v) => !v.planned)) {
      const inner = insideWord(
        scope,
        name,
        owner === verb ? ((whole as Verb | undefined) ?? verb) : owner,
        owner === verb ? parameters : owner.parameters,
      );
      if (inner === undefined) continue;
      scope.report(
        "unknown-key",
        { key: key.text, verb: verb.name, belongs: owner === verb ? inner : `\`${owner.name}\`: ${inner}` },
        key.span,
        owner === verb ? movedInto(scope, entry, block) : {},
      );
      return;
    }
  }
  if (near === undefined) {
    const others = owners.filter((v) => v !== verb && !v.planned);
    const home = nearestKeyOf(others, name);
    const belongs = home && { nearest: home.name, belongs: `\`${home.verb}\`, as \`${home.name}\`` };
    scope.report("unknown-key", { key: key.text, verb: verb.name, ...(belongs ?? { has: names }) }, key.span);
    return;
  }
  scope.report("unknown-key", { key: key.text, verb: verb.name, nearest: near }, key.span, {
    fix: renamed(scope, entry, block, replacementFix(root, near)),
  });
}

/** Returns the nearest key of other verbs, if one is close. */
function nearestKeyOf(
  verbs: readonly Verb[],
  name: string,
): { readonly verb: string; readonly name: string } | undefined {
  const keys = verbs.flatMap((v) =>
    v.parameters.filter((p) => !p.planned).map((p) => ({ verb: v.name, name: p.name })),
  );
  const nearest = nearestWord(name, new Set(keys.map((key) => key.name)));
  return keys.find((key) => key.name === nearest);
}

/** Returns a fix that renames a key. It is certain only if the block lacks that key and the key takes the value. */
function renamed(scope: StatementScope, entry: Entry, { parameters, entries }: Block, fix: Fix): Fix {
  const name = fix.edits[0]?.text ?? "";
  if (entries.some((other) => other !== entry && other.key.path[0] === name && entry.key.path.length === 1))
    return { ...fix, certain: false };
  const parameter = parameters.find((p) => p.name === name);
  if (!parameter || !entry.value || entry.key.path.length > 1) return fix;
  return withInnerFixes(fix, errorsOfValue(scope, entry.value, parameter));
}

/**
 * Returns advice from other verbs, and from the words that they take: `neftune_noise_alpha` in a model, `rank_pattern`
 * outside of `lora(…)`. "Leave it out" applies anywhere; for other advice the right block is named.
 */
function adviceElsewhere(
  { registry }: StatementScope,
  name: string,
  owners: readonly Verb[],
): { readonly advice: string; readonly idle: boolean } | undefined {
  for (const owner of owners.filter((v) => !v.planned)) {
    const kinds = owner.parameters.flatMap(({ type }) => wordKindsIn(type));
    for (const word of [owner, ...kinds.flatMap((kind) => registry.ofKind(kind))]) {
      const advice = word.planned ? undefined : adviceOnForeignName(word, name);
      if (advice === undefined) continue;
      const idle = word.idle?.includes(name) === true;
      return /^write `/.test(advice) ? { advice: `in \`${word.name}\` ${advice}`, idle } : { advice, idle };
    }
  }
  return undefined;
}

/** The block that contains an unknown key. */
interface Block {
  readonly verb: Verb;
  readonly parameters: readonly Parameter[];
  readonly entries: readonly Entry[];
  /** Whether the block alone defines its statement, without `like`. */
  readonly alone: boolean;
}
function placeIn(scope: StatementScope, entry: Entry, { verb, parameters, entries }: Block): AdvisedSetting {
  const whole = verb.keysOf === undefined ? undefined : scope.registry.find("verb", verb.keysOf);
  const becomes = (name: string): string | undefined => {
    const advice = adviceOnForeignName(verb, name) ?? (whole && adviceOnForeignName(whole, name));
    if (advice !== undefined || parameters.some((p) => p.name === name)) return settingInAdvice(advice);
    const part = findNestedParameter(scope, name, whole ?? verb, parameters);
    return part && `${part.key}: ${part.word.name}(${part.inner}: …)`;
  };
  return { text: scope.source.text, all: entries, one: entry, becomes };
}
/**
 * Fix for `rank: 8` in a model: `technique: lora(rank: 8)`. If a base definition may set the word, the key becomes
 * `technique.rank`.
 */
function movedInto(scope: StatementScope, entry: Entry, block: Block): DiagnosticDetails {
  const place = placeIn(scope, entry, block);
  const meant = entry.key.path.length === 1 ? place.becomes(entry.key.text) : undefined;
  const whole = meant === undefined ? undefined : /^(\w+): \w+\((\w+): …\)$/.exec(meant);
  if (!whole || meant === undefined) return {};
  const [, key = "", inner = ""] = whole;
  const there = block.entries.find((one) => one.key.text === key);
  const parameter = block.parameters.find((p) => p.name === key);
  if (there?.value?.is === "word" && parameter && !takes(scope, there.value.text, parameter, inner)) return {};
  const fix =
    block.alone || there ? replaceSettingFix(meant, place) : replacementFix(entry.key.span, `${key}.${inner}`);
  return fix ? { fix } : {};
}

/** Whether the word given for a key has a parameter of that name. */
function takes({ registry }: StatementScope, name: string, { type }: Parameter, inner: string): boolean {
  const word = wordKindsIn(type).flatMap((kind) => registry.find(kind, name) ?? [])[0];
  return word?.parameters.some((p) => p.name === inner) === true;
}
/** Returns the key and word that have a parameter: `technique: lora(rank: …)` for `rank: 8` in a model. */
function insideWord(
  scope: StatementScope,
  name: string,
  owner: Verb,
  parameters: readonly Parameter[],
): string | undefined {
  const found = findNestedParameter(scope, name, owner, parameters);
  return found && `\`${found.key}: ${found.word.name}(${found.inner}: …)\``;
}

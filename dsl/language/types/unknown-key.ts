/** What is said of a key that a block doesn't have: what it is called here, where it belongs, what serves instead. */
import type { Parameter, Verb } from "./registry.js";
import type { Entry } from "../syntax/tree.js";
import { adviceOf, advised, writes, written, type Place } from "./advised.js";
import { nearest } from "../diagnostics/nearest.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { replace, type More } from "../diagnostics/reporter.js";
import { kindsIn, partNamed } from "./parts.js";
import type { Scope } from "./scope.js";
import { refusalsOf, withInner } from "./trial.js";

/** An unknown key: where it belongs, what it is called here, or the nearest one. */
export function unknownKey(scope: Scope, entry: Entry, block: Block): void {
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
  const advice = adviceOf(verb, name) ?? (whole && adviceOf(whole, name));
  if (advice !== undefined && !names.includes(name)) {
    const idle = [verb, ...(whole ? [whole] : [])].some((one) => one.idle?.includes(name));
    const fix = advised(advice, placeIn(scope, entry, block), idle);
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
          fix: renamed(scope, entry, block, replace(root, foreign)),
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
  const near = nearest(name, names);
  const told = near === undefined ? adviceElsewhere(scope, name, owners) : undefined;
  if (told) {
    const fix = /^leave it out\b/.test(told.advice) && advised(told.advice, placeIn(scope, entry, block), told.idle);
    scope.report("unknown-key", { key: key.text, verb: verb.name, advice: told.advice }, key.span, fix ? { fix } : {});
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
    const elsewhere = owners
      .filter((v) => v !== verb && !v.planned)
      .flatMap((v) => v.parameters.filter((p) => !p.planned).map((p) => ({ verb: v.name, name: p.name })));
    const other = nearest(name, new Set(elsewhere.map((e) => e.name)));
    const home = elsewhere.find((e) => e.name === other);
    scope.report(
      "unknown-key",
      {
        key: key.text,
        verb: verb.name,
        ...(home ? { nearest: home.name, belongs: `\`${home.verb}\`, as \`${home.name}\`` } : {}),
        ...(home ? {} : { has: names }),
      },
      key.span,
    );
    return;
  }
  scope.report("unknown-key", { key: key.text, verb: verb.name, nearest: near }, key.span, {
    fix: renamed(scope, entry, block, replace(root, near)),
  });
}

/** The fix that renames a key. It is certain only where the block lacks that key and the key takes the value. */
function renamed(scope: Scope, entry: Entry, { parameters, entries }: Block, fix: Fix): Fix {
  const name = fix.edits[0]?.text ?? "";
  if (entries.some((other) => other !== entry && other.key.path[0] === name && entry.key.path.length === 1))
    return { ...fix, certain: false };
  const parameter = parameters.find((p) => p.name === name);
  if (!parameter || !entry.value || entry.key.path.length > 1) return fix;
  return withInner(fix, refusalsOf(scope, entry.value, parameter));
}

/**
 * What other verbs, and the words that verbs take, advise on a name: `neftune_noise_alpha` in a model, `rank_pattern` outside
 * of `lora(…)`. What is to be left out is so wherever it stands; else the place is told.
 */
function adviceElsewhere(
  { registry }: Scope,
  name: string,
  owners: readonly Verb[],
): { readonly advice: string; readonly idle: boolean } | undefined {
  for (const owner of owners.filter((v) => !v.planned)) {
    const kinds = owner.parameters.flatMap(({ type }) => kindsIn(type));
    for (const word of [owner, ...kinds.flatMap((kind) => registry.ofKind(kind))]) {
      const advice = word.planned ? undefined : adviceOf(word, name);
      if (advice === undefined) continue;
      const idle = word.idle?.includes(name) === true;
      return /^write `/.test(advice) ? { advice: `in \`${word.name}\` ${advice}`, idle } : { advice, idle };
    }
  }
  return undefined;
}

/** The block that an unknown key stands in. */
interface Block {
  readonly verb: Verb;
  readonly parameters: readonly Parameter[];
  readonly entries: readonly Entry[];
  /** Whether nothing but the block says what its statement makes. */
  readonly alone: boolean;
}
function placeIn(scope: Scope, entry: Entry, { verb, parameters, entries }: Block): Place {
  const whole = verb.keysOf === undefined ? undefined : scope.registry.find("verb", verb.keysOf);
  const becomes = (name: string): string | undefined => {
    const advice = adviceOf(verb, name) ?? (whole && adviceOf(whole, name));
    if (advice !== undefined || parameters.some((p) => p.name === name)) return writes(advice);
    const part = partNamed(scope, name, whole ?? verb, parameters);
    return part && `${part.key}: ${part.word.name}(${part.inner}: …)`;
  };
  return { text: scope.source.text, all: entries, one: entry, becomes };
}
/** `rank: 8` in a model as `technique: lora(rank: 8)`; where more than the block says what the word is, as a part of it. */
function movedInto(scope: Scope, entry: Entry, block: Block): More {
  const place = placeIn(scope, entry, block);
  const meant = entry.key.path.length === 1 ? place.becomes(entry.key.text) : undefined;
  const whole = meant === undefined ? undefined : /^(\w+): \w+\((\w+): …\)$/.exec(meant);
  if (!whole || meant === undefined) return {};
  const [, key = "", inner = ""] = whole;
  const there = block.entries.find((one) => one.key.text === key);
  const parameter = block.parameters.find((p) => p.name === key);
  if (there?.value?.is === "word" && parameter && !takes(scope, there.value.text, parameter, inner)) return {};
  const fix = block.alone || there ? written(meant, place) : replace(entry.key.span, `${key}.${inner}`);
  return fix ? { fix } : {};
}

/** Whether the word that stands at a key has a parameter of that name. */
function takes({ registry }: Scope, name: string, { type }: Parameter, inner: string): boolean {
  const word = kindsIn(type).flatMap((kind) => registry.find(kind, name) ?? [])[0];
  return word?.parameters.some((p) => p.name === inner) === true;
}
/** `rank: 8` in a model: the key and word whose parameter it is (`technique: lora(rank: …)`). */
function insideWord(scope: Scope, name: string, owner: Verb, parameters: readonly Parameter[]): string | undefined {
  const found = partNamed(scope, name, owner, parameters);
  return found && `\`${found.key}: ${found.word.name}(${found.inner}: …)\``;
}

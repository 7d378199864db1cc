/** Words with arguments: looked up in the vocabulary, each argument given once and typed by its parameter. */
import type { Call, Value } from "./value.js";
import { quoteString } from "../syntax/strings.js";
import type { Parameter, Word } from "./registry.js";
import { pathSpan, type Argument, type NameNode, type WordNode } from "../syntax/tree.js";
import { adviceOnForeignName, fixFromAdvice, settingInAdvice } from "./advice-fixes.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import { replacementFix, Reporter } from "../diagnostics/reporter.js";
import type {} from "./codes/value-codes.js";
import { areEditsDisjoint } from "./trial.js";
import type { ParameterPlace, TypingContext } from "./typing.js";

/** Whether values of the kind are secrets, which are never part of a program. */
export function isSecretKind(kind: string, { registry }: TypingContext): boolean {
  return registry.ofKind(kind).some(({ capabilities }) => capabilities && "held" in capabilities);
}

/** Types a word of a kind with its written arguments. */
export function word(node: WordNode, kind: string, expected: ParameterPlace, t: TypingContext): Value | undefined {
  const record = t.registry.find(kind, node.text);
  if (!record) {
    if (t.registry.find("space", node.text)) {
      t.reporter.report("space-outside-vary", { word: node.text, key: expected.key }, node.span);
      return undefined;
    }
    const has = t.registry.ofKind(kind).filter((w) => !w.planned);
    const known = has.find(
      (w) => w.elsewhere && Object.hasOwn(w.elsewhere, node.text) && w.elsewhere[node.text] === w.name,
    )?.name;
    const ofKind = has.map((w) => adviceOnForeignName(w, node.text)).find((hint) => hint !== undefined);
    const near =
      known ??
      nearestWord(
        node.text,
        t.registry.ofKind(kind).map((w) => w.name),
        t.reporter,
      );
    // A bare name in place of a secret may be the secret itself, so no message repeats it.
    if (near === undefined && !node.arguments && isSecretKind(kind, t)) {
      const { env } = expected.parameter ?? {};
      t.reporter.report("secret-in-text", { key: expected.key, ...(env !== undefined && { env }) }, node.span);
      return undefined;
    }
    // `technique: dpo`: words of another kind may have advice for the name.
    const beyond = near === undefined ? t.registry.words.map((w) => adviceOnForeignName(w, node.text)) : [];
    const advice = ofKind ?? beyond.find((hint) => hint !== undefined);
    const place = node.path.length > 0 ? pathSpan(node) : node.span;
    const reader = readerOf(node, kind, t);
    if (reader !== undefined) {
      const details = { word: node.text, kind, key: expected.key, has: [], advice: `write \`${reader}\`` };
      t.reporter.report("unknown-word", details, place, { fix: replacementFix(place, reader) });
      return undefined;
    }
    // The advice is only `write \`f1(macro)\``, or the corrected key.
    const suggestion = node.arguments ? undefined : /^write `(?:(\w+): )?([^`…]+)`$/.exec(advice ?? "");
    const instead =
      suggestion && (suggestion[1] === undefined || suggestion[1] === expected.path) ? suggestion[2] : undefined;
    const meant = near === undefined ? undefined : t.registry.find(kind, near);
    if (near !== undefined && meant?.planned) {
      t.reporter.report("not-built-yet", { word: near, meanwhile: meant.planned.meanwhile }, place);
      return undefined;
    }
    // If replaced, the intended word may not accept the written arguments.
    const refused = !meant || !node.arguments ? [] : refusals(meant, node, expected, t);
    // Arguments it does not accept may have their own fixes, applied together. The fix is certain only if just capitals
    // differ.
    const inner = refused.flatMap(({ fix }) => (fix?.certain ? fix.edits : []));
    const fits = refused.every(({ fix }) => fix?.certain) && areEditsDisjoint(inner);
    const capitals = near?.toLowerCase() === node.text.toLowerCase() && refused.length <= 1;
    t.reporter.report(
      "unknown-word",
      {
        word: node.text,
        kind,
        key: expected.key,
        has: has.map((w) => w.name),
        ...(near ? { nearest: near } : {}),
        ...(advice === undefined ? {} : { advice }),
        ...(fits || !meant ? {} : { example: meant.example }),
      },
      place,
      near && advice === undefined
        ? {
            fix: {
              ...replacementFix(place, near),
              ...(fits && { edits: [...replacementFix(place, near).edits, ...inner] }),
              certain: fits || capitals,
            },
          }
        : instead === undefined
          ? {}
          : { fix: replacementFix(place, instead) },
    );
    return undefined;
  }
  if (record.planned) {
    t.reporter.report("not-built-yet", { word: node.text, meanwhile: record.planned.meanwhile }, pathSpan(node));
    return undefined;
  }
  return typedCall(node, record, expected, t);
}

/** `tickets.csv` without quotes: returns the word that reads such a file, with the quoted path. */
function readerOf({ text, arguments: given }: WordNode, kind: string, t: TypingContext): string | undefined {
  const ending = given ? undefined : /[^.]\.(\w+)$/.exec(text)?.[1];
  const word = ending === undefined ? undefined : t.registry.find(kind, ending);
  return word && !word.planned && word.parameters[0]?.suggests?.from === "files"
    ? `${word.name}(${quoteString(text)})`
    : undefined;
}

/** Returns errors for the arguments of `node` that the word does not accept. */
function refusals(meant: Word, node: WordNode, expected: ParameterPlace, t: TypingContext): readonly Diagnostic[] {
  const reporter = new Reporter();
  typedCall(node, meant, expected, { ...t, reporter, places: new Map() });
  return reporter.diagnostics;
}

/** Returns the typed call of a word; undefined if an error was reported. */
export function typedCall(node: WordNode, record: Word, expected: ParameterPlace, t: TypingContext): Call | undefined {
  return new Arguments(node, record, expected, t).call();
}

/** Arguments of one call, read in order. */
class Arguments {
  private readonly given: Record<string, Value> = {};
  private readonly seen = new Set<string>();
  /** False once an error was reported: what uses the call reports nothing. */
  private whole = true;
  private readonly positional: readonly Parameter[];
  private readonly open: Parameter | undefined;
  /** Index of the next positional parameter. */
  private next = 0;
  /** True once an argument had neither name nor position. */
  private nameless = false;

  constructor(
    private readonly node: WordNode,
    private readonly record: Word,
    private readonly expected: ParameterPlace,
    private readonly t: TypingContext,
  ) {
    this.positional = record.parameters.filter((p) => p.positional !== undefined);
    this.open = record.parameters.find((p) => p.open);
  }

  call(): Call | undefined {
    for (const argument of this.node.arguments ?? [])
      if (argument.key) this.named(argument, argument.key);
      else this.placed(argument);
    this.checkRequired();
    const { name, kind } = this.record;
    return this.whole ? { word: name, kind, arguments: this.given } : undefined;
  }

  /** Assigns an argument without a name to the parameter at its position. */
  private placed(argument: Argument): void {
    const parameter = this.positional[this.next];
    if (!parameter) return this.tooMany(argument);
    this.seen.add(parameter.name);
    if (parameter.positional === "rest") {
      const { type, name } = parameter;
      const value = this.typed(argument, type.is === "list" ? { ...parameter, type: type.of } : parameter);
      const before = this.given[name];
      if (value !== undefined) this.given[name] = [...(Array.isArray(before) ? (before as Value[]) : []), value];
      return;
    }
    this.next++;
    this.take(argument, parameter, parameter.name);
  }

  private named(argument: Argument, key: NameNode): void {
    const { record, t } = this;
    const name = key.text;
    const parameter =
      record.parameters.find((p) => p.name === name && !p.open) ?? (isForeign(record, name) ? undefined : this.open);
    if (!parameter) {
      unknownArgument(argument, this.node, record, t);
      this.whole = false;
    } else if (parameter.planned) {
      t.reporter.report("not-built-yet", { word: name, meanwhile: parameter.planned.meanwhile }, key.span);
      this.whole = false;
    } else if (this.seen.has(name)) this.repeated(key);
    else {
      this.seen.add(name);
      this.take(argument, parameter, name);
    }
  }

  private take(argument: Argument, parameter: Parameter, name: string): void {
    const value = this.typed(argument, parameter, name);
    if (value !== undefined) this.given[name] = value;
  }
  private typed({ value: node }: Argument, parameter: Parameter, name = parameter.name): Value | undefined {
    const asked = { key: name, path: `${this.expected.path}.${name}`, parameter };
    const value = this.t.typed(node, parameter.type, asked, this.t);
    if (value === undefined) this.whole = false;
    return value;
  }

  /** Reports all arguments that have neither name nor position at once. */
  private tooMany(argument: Argument): void {
    this.whole = false;
    if (this.nameless) return;
    this.nameless = true;
    const { record } = this;
    const all = this.node.arguments ?? [];
    const bare = all.filter((one) => !one.key).length - this.positional.length;
    const names = new Set(all.map((one) => one.key?.text));
    const frees = record.parameters.filter(
      (p) => !p.planned && !p.open && !this.seen.has(p.name) && !names.has(p.name),
    );
    const [free] = frees;
    // `csv("a.csv", "b.csv")`: several arguments where only one is positional.
    const advice = argument.value.is === "string" ? this.positional.at(-1)?.misfits?.list : undefined;
    const details = {
      word: record.name,
      positional: this.positional.length,
      ...(advice === undefined ? {} : { advice }),
    };
    if (!free || advice !== undefined) return this.t.reporter.report("too-many-arguments", details, argument.span);
    const before = { ...argument.span, end: argument.span.start };
    this.t.reporter.report(
      "too-many-arguments",
      { ...details, names: frees.slice(0, bare).map((p) => p.name) },
      argument.span,
      { fix: { ...replacementFix(before, `${free.name}: `, `name it: \`${free.name}:\``), certain: false } },
    );
  }

  private repeated(key: NameNode): void {
    const first = this.node.arguments?.find((one) => one.key?.text === key.text)?.key;
    const labels = first && first !== key ? { labels: [{ span: first.span, text: "first here" }] } : {};
    this.t.reporter.report("duplicate-key", { key: key.text }, key.span, labels);
  }

  private checkRequired(): void {
    const { name, parameters, example } = this.record;
    const missing = parameters.filter((p) => p.required && !p.open && !this.seen.has(p.name));
    if (missing.length === 0) return;
    if (this.whole) {
      const details = { word: name, names: missing.map((p) => p.name), example };
      this.t.reporter.report("missing-argument", details, pathSpan(this.node));
    }
    this.whole = false;
  }
}

/**
 * Whether other tools use the name for a parameter: then it cannot be a new name, even if any name is allowed.
 * `__proto__` cannot be one either, because nothing can be stored under it.
 */
function isForeign(record: Word, name: string): boolean {
  if (name === "__proto__") return true;
  return (
    (record.elsewhere && Object.hasOwn(record.elsewhere, name)) === true ||
    adviceOnForeignName(record, name) !== undefined
  );
}

function unknownArgument(argument: Argument, node: WordNode, record: Word, t: TypingContext): void {
  const key = argument.key;
  if (!key) return;
  const names = record.parameters.filter((p) => !p.open).map((p) => p.name);
  const elsewhere =
    record.elsewhere && Object.hasOwn(record.elsewhere, key.text) ? record.elsewhere[key.text] : undefined;
  const advice = adviceOnForeignName(record, key.text);
  const near = advice === undefined ? (elsewhere ?? nearestWord(key.text, names, t.reporter)) : undefined;
  const text = t.sourceOf(argument.span);
  const all = node.arguments ?? [];
  const becomes = (name: string): string | undefined => settingInAdvice(adviceOnForeignName(record, name));
  const fix =
    advice === undefined || text === undefined
      ? undefined
      : fixFromAdvice(advice, { text, all, one: argument, becomes }, record.idle?.includes(key.text) === true);
  t.reporter.report(
    "unknown-argument",
    {
      word: record.name,
      name: key.text,
      has: names,
      ...(near ? { nearest: near } : {}),
      ...(elsewhere ? { elsewhere } : {}),
      ...(advice === undefined ? {} : { advice }),
    },
    key.span,
    near && names.includes(near) ? { fix: replacementFix(key.span, near) } : fix ? { fix } : {},
  );
}

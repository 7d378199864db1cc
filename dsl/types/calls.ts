/** Words with their arguments: found in the vocabulary, each argument given once and typed by its parameter. */
import type { Call, Value } from "./value.js";
import { isOldSpelling, type Parameter, type Word } from "./registry.js";
import type { Argument, Expression, WordNode } from "../syntax/tree.js";
import { isGone, presentCall } from "./deprecated.js";
import { adviceOf, advised, writes } from "./advised.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/nearest.js";
import { replace, Reporter } from "../diagnostics/reporter.js";
import type { Edit, Span } from "../diagnostics/span.js";
import type {} from "./value-codes.js";
import type { Asked, Typing } from "./typing.js";

/** A word of a kind with its written arguments. */
export function word(node: WordNode, kind: string, asked: Asked, t: Typing): Value | undefined {
  const record = t.registry.find(kind, node.text);
  if (!record) {
    if (t.registry.find("space", node.text)) {
      t.reporter.report("space-outside-vary", { word: node.text, key: asked.key }, node.span);
      return undefined;
    }
    const has = t.registry.ofKind(kind).filter((w) => !w.planned && !w.deprecated);
    const known = has.find(
      (w) => w.elsewhere && Object.hasOwn(w.elsewhere, node.text) && w.elsewhere[node.text] === w.name,
    )?.name;
    const advice = has.map((w) => adviceOf(w, node.text)).find((told) => told !== undefined);
    const near =
      known ??
      nearest(
        node.text,
        t.registry
          .ofKind(kind)
          .filter((w) => !isGone(w, t.registry))
          .map((w) => w.name),
        t.reporter,
      );
    const place = node.path.length > 0 ? joined(node) : node.span;
    // `write \`f1(macro)\``, or the key as it should be, alone.
    const told = node.arguments ? undefined : /^write `(?:(\w+): )?([^`…]+)`$/.exec(advice ?? "");
    const instead = told && (told[1] === undefined || told[1] === asked.path) ? told[2] : undefined;
    const meant = near === undefined ? undefined : t.registry.find(kind, near);
    // Put in its place, the word may not take what stands in the parentheses.
    const refused = !meant || !node.arguments || meant.planned !== undefined ? [] : refusals(meant, node, asked, t);
    // What it doesn't take may have a mend of its own, done with it; and only capitals leave no doubt what is meant.
    const inner = refused.flatMap(({ fix }) => (fix?.certain ? fix.edits : []));
    const fits = refused.every(({ fix }) => fix?.certain) && areApart(inner);
    const capitals = near?.toLowerCase() === node.text.toLowerCase() && refused.length <= 1;
    t.reporter.report(
      "unknown-word",
      {
        word: node.text,
        kind,
        key: asked.key,
        has: has.map((w) => w.name),
        ...(near ? { nearest: near } : {}),
        ...(advice === undefined ? {} : { advice }),
        ...(fits || !meant ? {} : { example: meant.example }),
      },
      place,
      near && advice === undefined
        ? {
            fix: {
              ...replace(place, near),
              ...(fits && { edits: [...replace(place, near).edits, ...inner] }),
              certain: fits || capitals,
            },
          }
        : instead === undefined
          ? {}
          : { fix: replace(place, instead) },
    );
    return undefined;
  }
  if (record.planned) {
    t.reporter.report("not-built-yet", { word: node.text, meanwhile: record.planned.meanwhile }, joined(node));
    return undefined;
  }
  return call(node, record, asked, t);
}

/** What the word does not take of the arguments of `node`. */
function refusals(meant: Word, node: WordNode, asked: Asked, t: Typing): readonly Diagnostic[] {
  const reporter = new Reporter();
  call(node, meant, asked, { ...t, reporter, places: new Map() });
  return reporter.diagnostics;
}
function areApart(edits: readonly Edit[]): boolean {
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  return sorted.every(({ end }, i) => end < (sorted[i + 1]?.start ?? Infinity));
}

/** A word's arguments; those of an old spelling are taken as what it means today. */
export function call(written: WordNode, named: Word, asked: Asked, t: Typing): Call | undefined {
  const { node, record } = presentCall(written, named, t);
  const given: Record<string, Value> = {};
  const seen = new Set<string>();
  let whole = true;
  const positional = record.parameters.filter((p) => p.positional !== undefined && !isOldSpelling(p));
  const open = record.parameters.find((p) => p.open);
  const take = (
    argument: Argument,
    parameter: Parameter,
    name: string,
    node_: Expression = argument.value,
  ): Value | undefined => {
    const value = t.typed(node_, parameter.type, { key: name, path: `${asked.path}.${name}`, parameter }, t);
    if (value === undefined) whole = false;
    return value;
  };
  let next = 0;
  let nameless = false;
  for (const argument of node.arguments ?? []) {
    if (!argument.key) {
      const parameter = positional[next];
      if (!parameter) {
        // One report for all that have no name.
        if (nameless) continue;
        nameless = true;
        const bare = (node.arguments ?? []).filter((one) => !one.key).length - positional.length;
        const named = new Set((node.arguments ?? []).map((one) => one.key?.text));
        const open = record.parameters.filter((p) => !p.planned && !p.open && !isOldSpelling(p));
        const frees = open.filter((p) => !seen.has(p.name) && !named.has(p.name));
        const [free] = frees;
        t.reporter.report(
          "too-many-arguments",
          {
            word: record.name,
            positional: positional.length,
            ...(free ? { names: frees.slice(0, bare).map((p) => p.name) } : {}),
          },
          argument.span,
          free
            ? {
                fix: {
                  ...replace(
                    { ...argument.span, end: argument.span.start },
                    `${free.name}: `,
                    `name it: \`${free.name}:\``,
                  ),
                  certain: false,
                },
              }
            : {},
        );
        whole = false;
        continue;
      }
      seen.add(parameter.name);
      if (parameter.positional === "rest") {
        const value = take(
          argument,
          parameter.type.is === "list" ? { ...parameter, type: parameter.type.of } : parameter,
          parameter.name,
        );
        const before = given[parameter.name];
        if (value !== undefined) given[parameter.name] = [...(Array.isArray(before) ? (before as Value[]) : []), value];
        continue;
      }
      next++;
      const value = take(argument, parameter, parameter.name);
      if (value !== undefined) given[parameter.name] = value;
      continue;
    }
    const name = argument.key.text;
    const parameter =
      record.parameters.find((p) => p.name === name && !p.open) ?? (isForeign(record, name) ? undefined : open);
    if (!parameter) {
      unknownArgument(argument, node, record, t);
      whole = false;
      continue;
    }
    if (parameter.planned) {
      t.reporter.report("not-built-yet", { word: name, meanwhile: parameter.planned.meanwhile }, argument.key.span);
      whole = false;
      continue;
    }
    if (seen.has(name)) {
      const first = node.arguments?.find((one) => one.key?.text === name)?.key;
      t.reporter.report("duplicate-key", { key: name }, argument.key.span, {
        ...(first && first !== argument.key ? { labels: [{ span: first.span, text: "first here" }] } : {}),
      });
      continue;
    }
    seen.add(name);
    const value = take(argument, parameter, name);
    if (value !== undefined) given[name] = value;
  }
  const missing = record.parameters.filter((p) => p.required && !p.open && !seen.has(p.name) && !isOldSpelling(p));
  if (missing.length > 0 && whole)
    t.reporter.report(
      "missing-argument",
      { word: record.name, names: missing.map((p) => p.name), example: record.example },
      joined(node),
    );
  if (missing.length > 0) whole = false;
  return whole ? { word: record.name, kind: record.kind, arguments: given } : undefined;
}

/** Whether other tools have that name for a parameter: no new name then, even where any name may stand. */
function isForeign(record: Word, name: string): boolean {
  return (record.elsewhere && Object.hasOwn(record.elsewhere, name)) === true || adviceOf(record, name) !== undefined;
}

function unknownArgument(argument: Argument, node: WordNode, record: Word, t: Typing): void {
  const key = argument.key;
  if (!key) return;
  const names = record.parameters.filter((p) => !p.open && !isOldSpelling(p)).map((p) => p.name);
  const elsewhere =
    record.elsewhere && Object.hasOwn(record.elsewhere, key.text) ? record.elsewhere[key.text] : undefined;
  const advice = adviceOf(record, key.text);
  const near = advice === undefined ? (elsewhere ?? nearest(key.text, names, t.reporter)) : undefined;
  const text = t.sourceOf(argument.span);
  const all = node.arguments ?? [];
  const becomes = (name: string): string | undefined => writes(adviceOf(record, name));
  const fix =
    advice === undefined || text === undefined
      ? undefined
      : advised(advice, { text, all, one: argument, becomes }, record.idle?.includes(key.text) === true);
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
    near && names.includes(near) ? { fix: replace(key.span, near) } : fix ? { fix } : {},
  );
}

function joined(node: WordNode): Span {
  const last = node.path.at(-1);
  return last ? { ...node.span, end: last.span.end } : node.span;
}

/**
 * Old spellings are read as the new ones: the tree is rewritten before anything else looks at it, and the mend is the same
 * rewriting as text. What they come to, the recipe's hash included, is therefore what the mended text comes to.
 */
import type { Deprecated, NewCall, Parameter, Registry, Verb, Word } from "./registry.js";
import { parse } from "../syntax/parse.js";
import {
  pathSpan,
  type Argument,
  type Entry,
  type Expression,
  type Key,
  type Statement,
  type WordNode,
} from "../syntax/tree.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { isOpen } from "./experiments.js";
import type {} from "./codes/lifecycle-codes.js";
import type { Scope } from "./scope.js";
import type { Edit, Span } from "../diagnostics/span.js";
import type { Typing } from "./typing.js";
import { reached } from "./versions.js";

/** What both the checker of values and that of statements are told with. */
type Teller = Pick<Typing, "registry" | "reporter" | "experiments" | "switchOn" | "textOf">;

/** A call as it is written today, with the record of its word; tells of what is old or still tried in it. */
export function presentCall(
  node: WordNode,
  record: Word,
  t: Teller,
): { readonly node: WordNode; readonly record: Word } {
  needsSwitch(t, record, `\`${record.name}\``, pathSpan(node));
  const now = record.deprecated ? presentWord(node, record, record.deprecated, t) : { node, record };
  const given = now.node.arguments;
  if (!given) return now;
  const known = (argument: Argument): Parameter | undefined =>
    now.record.parameters.find((p) => p.name === argument.key?.text && !p.open);
  const all = given.flatMap((argument) => {
    const parameter = known(argument);
    if (!parameter || !argument.key) return [argument];
    needsSwitch(t, parameter, `\`${parameter.name}\` of \`${now.record.name}\``, argument.key.span);
    const twice = given.some((other) => other.key?.text === parameter.deprecated?.use?.name);
    const renamed = presentKey(argument.key, argument.value, parameter, now.record.name, t, twice);
    return renamed ? [{ ...argument, ...renamed }] : [];
  });
  return { ...now, node: { ...now.node, arguments: all } };
}

/** A statement whose block has the keys of today. */
export function presentStatement(scope: Scope, verb: Verb, statement: Statement): Statement {
  const { block } = statement;
  const parameters = [
    ...verb.parameters,
    ...(verb.keysOf === undefined ? [] : (scope.registry.find("verb", verb.keysOf)?.parameters ?? [])),
  ];
  if (!block || !parameters.some((p) => p.deprecated ?? p.experiment)) return statement;
  const t = scope.typing(new Map());
  const entries = block.entries.flatMap((entry): readonly Entry[] => {
    const parameter = parameters.find((p) => p.name === entry.key.path[0]);
    if (!parameter) return [entry];
    const root = { ...entry.key.span, end: entry.key.span.start + parameter.name.length };
    needsSwitch(t, parameter, `\`${parameter.name}\` of \`${verb.name}\``, root);
    const twice = block.entries.some((other) => other.key.text === parameter.deprecated?.use?.name);
    const renamed = presentKey({ ...entry.key, span: root }, entry.value, parameter, verb.name, t, twice);
    return renamed ? [{ ...entry, ...renamed, key: { ...renamed.key, span: entry.key.span } }] : [];
  });
  return { ...statement, block: { ...block, entries } };
}

/** A verb as it is called today. */
export function presentVerb(scope: Scope, verb: Verb, name: { readonly span: Span }): Verb {
  const t = scope.typing(new Map());
  needsSwitch(t, verb, `\`${verb.name}\``, name.span);
  const { deprecated } = verb;
  if (!deprecated) return verb;
  const now = deprecated.use && (scope.registry.find("verb", deprecated.use.name) as Verb | undefined);
  const edits = now && [{ ...name.span, text: now.name }];
  tell(t, deprecated, { what: `\`${verb.name}\``, span: name.span, use: now?.name, edits });
  return now ?? verb;
}

/** A parameter that a dotted key names last, as it is called today, and the value for it. */
export function presentPart(
  scope: Scope,
  key: Key,
  value: Expression,
  parameter: Parameter,
  owner: string,
): { readonly name: string; readonly value: Expression } | undefined {
  const last = key.path.at(-1) ?? key.text;
  const span = { ...key.span, start: key.span.end - last.length };
  const t = scope.typing(new Map());
  needsSwitch(t, parameter, `\`${parameter.name}\` of \`${owner}\``, span);
  const now = presentKey({ text: last, path: [last], span }, value, parameter, owner, t, false);
  return now && { name: now.key.text, value: now.value ?? value };
}

/** Reports what needs an experiment that is off. */
export function needsSwitch(t: Teller, record: { readonly experiment?: string }, what: string, span: Span): void {
  const { experiment } = record;
  if (experiment === undefined || isOpen(record, t.registry, t.experiments)) return;
  const { line, fix } = t.switchOn(experiment);
  t.reporter.report("experiment-off", { what, experiment, line }, span, fix ? { fix } : {});
}

function presentWord(
  node: WordNode,
  record: Word,
  deprecated: Deprecated<NewCall>,
  t: Teller,
): { readonly node: WordNode; readonly record: Word } {
  const { use } = deprecated;
  const target = use && t.registry.find(record.kind, use.name);
  const place = pathSpan(node);
  const what = `\`${record.name}\``;
  if (!use || !target) {
    tell(t, deprecated, { what, span: place });
    return { node, record };
  }
  const [before, after] = [record, target].map((w) => w.parameters.filter((p) => p.positional !== undefined));
  const renames: Edit[] = [{ ...place, text: use.name }];
  const all: Argument[] = [];
  let nameless = 0;
  for (const argument of node.arguments ?? []) {
    const old = argument.key?.text ?? (before?.[nameless++] ?? before?.at(-1))?.name;
    const now = old !== undefined && use.arguments && Object.hasOwn(use.arguments, old) ? use.arguments[old] : old;
    if (now === null || now === undefined) continue;
    const stays = argument.key ? now === old : after?.[nameless - 1]?.name === now;
    if (stays) {
      all.push(argument);
      continue;
    }
    const { start } = argument.span;
    renames.push(argument.key ? { ...argument.key.span, text: now } : { start, end: start, text: `${now}: ` });
    all.push({ ...argument, key: { text: now, path: [now], span: argument.key?.span ?? argument.span } });
  }
  const changed = all.length !== (node.arguments?.length ?? 0) || use.adds !== undefined;
  const added = Object.entries(use.adds ?? {}).map(([name, text]): Argument & { readonly text: string } => {
    const value = readValue(text, node.span);
    return { key: { text: name, path: [name], span: node.span }, value, span: node.span, text };
  });
  const given = [
    ...all.map((a) => `${a.key ? `${a.key.text}: ` : ""}${t.textOf(a.value.span) ?? ""}`),
    ...added.map((a) => `${a.key?.text ?? ""}: ${a.text}`),
  ].join(", ");
  const whole = given === "" ? use.name : `${use.name}(${given})`;
  // What a value behind `$x` comes to is not written here.
  const written = t.textOf(place) === node.text;
  tell(t, deprecated, {
    what,
    span: place,
    use: whole,
    edits: !written ? undefined : changed ? [{ ...node.span, text: whole }] : renames,
    certain: !changed || !/\/[/*]/.test(t.textOf(node.span) ?? ""),
  });
  const { is, span } = node;
  const args = node.arguments || use.adds ? { arguments: [...all, ...added] } : {};
  const present = { is, span, path: [{ text: use.name, span: place }], text: use.name, ...args };
  return { node: present, record: target };
}

/** A key and its value as they are written today; undefined where the value has no counterpart (reported). */
function presentKey(
  key: Key,
  value: Expression | undefined,
  parameter: Parameter,
  owner: string,
  t: Teller,
  /** The new name is given too: what is said is that it is given twice. */
  twice: boolean,
): { readonly key: Key; readonly value: Expression } | undefined {
  const same = { key, value: value as Expression };
  const { deprecated } = parameter;
  if (!deprecated) return same;
  const what = `\`${parameter.name}\` of \`${owner}\``;
  const { use } = deprecated;
  if (!use) {
    tell(t, deprecated, { what, span: key.span });
    return same;
  }
  const written = value && plainText(value);
  const into = use.values && (written === undefined ? undefined : ownOf(use.values, written));
  if (use.values && value && into === undefined) {
    t.reporter.report(
      "unknown-choice",
      { key: parameter.name, found: written ?? "this", of: Object.keys(use.values) },
      value.span,
    );
    return undefined;
  }
  const edits: Edit[] = [{ ...key.span, text: use.name }, ...(into && value ? [{ ...value.span, text: into }] : [])];
  const real = t.textOf(key.span) === parameter.name;
  if (!twice)
    tell(t, deprecated, {
      what,
      span: key.span,
      use: into === undefined ? use.name : `${use.name}: ${into}`,
      edits: real ? edits : undefined,
    });
  const path = [use.name, ...key.path.slice(1)];
  const now = { ...key, text: path.join("."), path };
  return { key: now, value: into !== undefined && value ? readValue(into, value.span) : same.value };
}

/** Warns, or refuses, by the version; before `since` it says nothing. */
function tell(
  t: Teller,
  { since, until, why }: Deprecated<unknown>,
  o: {
    readonly what: string;
    readonly span: Span;
    readonly use?: string | undefined;
    readonly edits?: readonly Edit[] | undefined;
    readonly certain?: boolean;
  },
): void {
  const gone = reached(t.registry.version, until);
  if (!gone && !reached(t.registry.version, since)) return;
  const data = { what: o.what, since, until, why, ...(o.use !== undefined && { use: o.use }) };
  const fix: Fix | undefined = o.edits && {
    title: `write \`${o.use ?? ""}\``,
    certain: o.certain ?? true,
    edits: o.edits.map(({ start, end, text }) => ({ start, end, text })),
  };
  t.reporter.report(gone ? "removed" : "deprecated", data, o.span, fix ? { fix } : {});
}

/** Whether a record is past its end. */
export function isGone(record: { readonly deprecated?: Deprecated<unknown> }, registry: Registry): boolean {
  return record.deprecated !== undefined && reached(registry.version, record.deprecated.until);
}
/** Whether a record is on its way out, or past it. */
export function isDeprecated(record: { readonly deprecated?: Deprecated<unknown> }, registry: Registry): boolean {
  return record.deprecated !== undefined && reached(registry.version, record.deprecated.since);
}

/** Tune text as a value that stands at `span`. */
function readValue(text: string, span: Span): Expression {
  const source = { id: "replacement", title: "replacement", text: `x x { x: ${text} }` };
  const value = parse(source, []).tree.statements[0]?.block?.entries[0]?.value;
  if (!value) throw new Error(`\`${text}\` is no value of Tune`);
  return placed(value, span) as Expression;
}
function placed(node: unknown, span: Span): unknown {
  if (Array.isArray(node)) return node.map((one) => placed(one, span));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, k === "span" ? span : placed(v, span)]));
}
function plainText(node: Expression): string | undefined {
  if (node.is === "number") return node.raw;
  if (node.is === "string") return node.value;
  return node.is === "word" && !node.arguments ? node.text : undefined;
}

function ownOf(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

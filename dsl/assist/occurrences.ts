/** Occurrences of names, used for the outline, go-to-definition, references and rename. Works on unfinished text. */
import type { Source, Span } from "../language/diagnostics/span.js";
import type { Registry, ValueType, Verb } from "../language/types/registry.js";
import { parse } from "../language/syntax/parse.js";
import type { Expression, Operand, Statement } from "../language/syntax/tree.js";

export interface NameOccurrence {
  /** The name; parameters begin with `$`. */
  readonly name: string;
  readonly span: Span;
  readonly defines: boolean;
}
/** An outline entry: a definition, or a name assigned by `as`. */
export interface OutlineSymbol {
  readonly name: string;
  readonly is: string;
  readonly nameSpan: Span;
  readonly span: Span;
  readonly keys: readonly { readonly name: string; readonly span: Span; readonly nameSpan: Span }[];
}

function statementsOf(source: Source, registry: Registry): readonly Statement[] {
  return parse(
    source,
    registry.verbs().map((v) => v.name),
  ).tree.statements;
}
const verbOf = (statement: Statement, registry: Registry): Verb | undefined =>
  registry.find("verb", statement.verb.text) as Verb | undefined;

/** Returns all names of a source in text order. */
export function nameOccurrencesIn(source: Source, registry: Registry): readonly NameOccurrence[] {
  const found: NameOccurrence[] = [];
  const named = (operand: Operand | undefined, defines: boolean): void => {
    const first = operand?.is === "word" && !operand.arguments ? operand.path[0] : undefined;
    if (first) found.push({ name: first.text, span: first.span, defines });
    else if (operand?.is === "reference") found.push({ name: `$${operand.text}`, span: operand.span, defines: false });
  };
  for (const statement of statementsOf(source, registry)) {
    const verb = verbOf(statement, registry);
    for (const operand of statement.operands) named(operand, verb?.operands.what === "new-name");
    for (const { connector, operands } of statement.clauses) {
      const takes = verb?.connectors[connector.text]?.takes;
      for (const operand of operands) named(operand, takes === "new-name");
    }
    for (const { key, value } of statement.block?.entries ?? []) {
      if (verb?.anyKey) found.push({ name: `$${key.text}`, span: key.span, defines: true });
      const type = verb?.parameters.find((p) => p.name === key.path[0])?.type;
      if (value) inValue(value, type, found);
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

function inValue(value: Expression, type: ValueType | undefined, found: NameOccurrence[]): void {
  switch (value.is) {
    case "reference":
      found.push({ name: `$${value.text}`, span: value.span, defines: false });
      return;
    case "word":
      if (!value.arguments && value.path[0] && takesModel(type))
        found.push({ name: value.path[0].text, span: value.path[0].span, defines: false });
      for (const argument of value.arguments ?? []) inValue(argument.value, undefined, found);
      return;
    case "list":
      for (const item of value.items) inValue(item, type, found);
      return;
    case "block":
      for (const entry of value.entries) if (entry.value) inValue(entry.value, undefined, found);
      return;
    case "range":
      inValue(value.from, undefined, found);
      inValue(value.to, undefined, found);
      return;
    case "number":
    case "string":
      return;
  }
}
function takesModel(type: ValueType | undefined): boolean {
  if (type?.is === "model") return true;
  if (type?.is === "list") return takesModel(type.of);
  return type?.is === "either" && type.of.some(takesModel);
}

/** Returns the name at an offset (UTF-16). */
export function nameOccurrenceAt(source: Source, offset: number, registry: Registry): NameOccurrence | undefined {
  return nameOccurrencesIn(source, registry).find(({ span }) => span.start <= offset && offset <= span.end);
}

/** Finds the definition of a name used in the last source: the nearest definition before it. */
export function findNameDefinition(
  occurrence: NameOccurrence,
  sources: readonly Source[],
  registry: Registry,
): NameOccurrence | undefined {
  const lastSource = sources.at(-1);
  return sources
    .flatMap((source) => nameOccurrencesIn(source, registry))
    .findLast(
      ({ name, defines, span }) =>
        defines && name === occurrence.name && (span.source !== lastSource?.id || span.start <= occurrence.span.start),
    );
}

/** Tests whether a text is a valid name: `router`, `$rate`. */
export function isName(text: string, registry: Registry): boolean {
  const plain = text.replace(/^\$/, "");
  return (
    /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(plain) &&
    !registry.verbs().some((verb) => verb.name === plain || Object.hasOwn(verb.connectors, plain))
  );
}

/** Lists the definitions and actions of a source for an outline. */
export function symbolsIn(source: Source, registry: Registry): readonly OutlineSymbol[] {
  return statementsOf(source, registry).map((statement) => {
    const [first] = statement.operands;
    const named = first?.is === "word" ? { text: first.text, span: first.span } : statement.verb;
    return {
      name: named.text,
      is: statement.verb.text,
      nameSpan: named.span,
      span: { ...statement.span, end: Math.max(statement.span.end, named.span.end) },
      keys: (statement.block?.entries ?? []).map(({ key, span }) => ({
        name: key.text,
        nameSpan: key.span,
        span: { ...span, end: Math.max(span.end, key.span.end) },
      })),
    };
  });
}

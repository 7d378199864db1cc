/** Hover: describes a word, key, value or name in Markdown, from its vocabulary record and the known facts. */
import { codeEntryOf } from "../language/diagnostics/codes.js";
import type { TokenType } from "chevrotain";
import { wordKindsIn } from "../language/types/parts.js";
import type { Program } from "../compiler/plan/program.js";
import { boundText, describeType } from "../language/types/shapes.js";
import { tuneText } from "../compiler/plan/text.js";
import type { Parameter, Word } from "../language/types/registry.js";
import * as t from "../language/syntax/tokens.js";
import { meaningAsParameterValue, type AssistContext } from "./items.js";
import { withTermMeanings } from "./glossary.js";
import { programAfterCells } from "./completion-request.js";
import { meaningOfName, meaningOfReference, meaningOfValue } from "./value-explanations.js";
import { firstOperandName, statementAt, tokenAt } from "./token-at.js";
import { verbParameters, parameterAt } from "./frames.js";
import { cursorContextAt, type CursorContext } from "./situation.js";

export interface Hover {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
}

const describedTokens: ReadonlySet<TokenType> = new Set([t.Identifier, t.Num, t.Str, t.TripleQuoted, t.DollarName]);

export function hoverAt(text: string, offset: number, context: AssistContext): Hover | undefined {
  const token = tokenAt(text, offset);
  if (!token || !describedTokens.has(token.tokenType)) return undefined;
  const [start, end] = [token.startOffset, t.tokenEnd(token)];
  const markdown = pageAt(text, start, token.image, token.tokenType === t.Identifier, context);
  return markdown === undefined ? undefined : { start, end, markdown: withTermMeanings(markdown, token.image) };
}

function pageAt(
  text: string,
  start: number,
  image: string,
  isName: boolean,
  context: AssistContext,
): string | undefined {
  const { registry } = context;
  const situation = cursorContextAt(text, start, registry);
  let read: Program | undefined;
  const program = (): Program => (read ??= programAfterCells(text, context));
  if (image.startsWith("$")) return meaningOfReference(program(), image.slice(1));
  switch (situation.kind) {
    case "statement": {
      const verb = registry.verbs().find((v) => v.name === image);
      return verb && wordHoverText(verb, verbParameters(verb, registry));
    }
    case "key": {
      // For `optimizer.learning_rate`: the part under the mouse and the parts before it.
      const path = [image];
      const parameter = parameterAt(situation.parameters, path, registry);
      return isName && parameter && !parameter.open ? parameterPage(parameter, situation.verb.name) : undefined;
    }
    case "argument": {
      const parameter = situation.word.parameters.find((p) => p.name === image);
      if (isName && parameter && /^\s*:/.test(text.slice(start + image.length)))
        return parameterPage(parameter, situation.word.name);
      return valuePage(situation);
    }
    case "value":
      return valuePage(situation);
    case "member": {
      const [root = "", ...rest] = situation.nameParts;
      const named = program().names.get(root);
      if (named && !situation.verb?.parameters.some((p) => p.name === root)) return memberPage(program(), root, image);
      const parameter =
        situation.verb && parameterAt(verbParameters(situation.verb, registry), [root, ...rest, image], registry);
      return parameter && parameterPage(parameter, situation.nameParts.join("."));
    }
    case "header": {
      const target = situation.connector !== null && situation.verb.connectors[situation.connector]?.takes === "target";
      const { calls } = situation.connector === null ? situation.verb.operands : {};
      const kind = target ? "target" : calls;
      const word = kind && !program().names.has(image) ? registry.find(kind, image) : undefined;
      if (word) return wordHoverText(word, []);
      const named = program().names.get(image);
      if (named) return meaningOfName(program(), image, named);
      return situation.operands > 0 && Object.hasOwn(situation.verb.connectors, image)
        ? `**${image}**, a connector of \`${situation.verb.name}\`: ${connectorDocs[image] ?? ""}`.trim()
        : undefined;
    }
    case "code": {
      const entry = codeEntryOf(image);
      return entry && `**${image}**: ${entry.explain}`;
    }
    case "record-key": {
      const means = meaningAsParameterValue(situation.parameter, image);
      return means === undefined ? undefined : `**${image}** of \`${situation.parameter?.name ?? ""}\`: ${means}`;
    }
  }

  function valuePage(cursor: Extract<CursorContext, { kind: "value" | "argument" }>): string | undefined {
    const kinds = cursor.type ? wordKindsIn(cursor.type) : [];
    const word = isName ? kinds.map((kind) => registry.find(kind, image)).find((w) => w !== undefined) : undefined;
    const parameter =
      cursor.kind === "value" ? cursor.parameter : cursor.word.parameters.find((p) => p.positional !== undefined);
    const meaning = meaningOfValue(program(), {
      verb: cursor.verb,
      key: cursor.key,
      parameter,
      word: cursor.word,
      written: image,
      name: firstOperandName(
        statementAt(
          text,
          start,
          registry.verbs().map((v) => v.name),
        ),
      ),
    });
    const here = meaning === undefined ? [] : [`Here: ${meaning}.`];
    if (word) return [wordHoverText(word, word.parameters), ...here].join("\n\n");
    const column =
      isName || image.startsWith('"') ? columnPage(program(), cursor, image.replace(/^"|"$/g, "")) : undefined;
    if (column) return column;
    if (!parameter) return here[0];
    const means = meaningAsParameterValue(parameter, image);
    const head = `**${image.length > 40 ? "value" : image}** of \`${parameter.name}\`${means === undefined ? "" : `: ${means}`}`;
    return [head, ...here, ...pagesOf(parameter)].join("\n\n");
  }
}

/** What follows each connector, as hover text. */
export const connectorDocs: Readonly<Record<string, string>> = {
  like: "what the definition varies",
  on: "the data",
  with: "the recipe",
  as: "the name under which what comes out is kept",
};

/** Describes a column by its first values. */
function columnPage(program: Program, cursor: CursorContext, name: string): string | undefined {
  if (cursor.kind !== "value" || cursor.verb.name !== "data" || !takesColumn(cursor.type)) return undefined;
  for (const [, table] of program.facts.about("table")) {
    if (!table.columns.includes(name)) continue;
    const values = table.sample.slice(0, 3).map((row) => `\`${brief(row[name])}\``);
    return [`**${name}** is a column`, ...(values.length > 0 ? [`It starts with ${values.join(", ")}.`] : [])].join(
      "\n\n",
    );
  }
  return undefined;
}
function takesColumn(type: { readonly is: string; readonly of?: unknown }): boolean {
  if (type.is === "column") return true;
  if (type.is === "either") return (type.of as readonly { readonly is: string }[]).some(takesColumn);
  return false;
}
function brief(value: unknown): string {
  const text = (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).replace(/[`\n\r]/g, " ");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function memberPage(program: Program, root: string, member: string): string | undefined {
  const named = program.names.get(root);
  if (named?.is !== "data") return undefined;
  for (const [need, facts] of program.facts.about("data")) {
    if (need.data.name !== root || !facts.splits[member]) continue;
    const { rows, labels } = facts.splits[member];
    const counts = labels.slice(0, 8).map(({ label, count }) => `${label} ${count.toLocaleString("en-US")}`);
    return [
      `**${root}.${member}**: ${rows.toLocaleString("en-US")} rows`,
      ...(counts.length > 0 ? [counts.join(", ")] : []),
    ].join("\n\n");
  }
  return `**${root}.${member}** is a split of \`${root}\``;
}

export function wordHoverText(word: Word, parameters: readonly Parameter[]): string {
  const rows = parameters.filter((p) => !p.planned).map((p) => `- \`${p.name}\`: ${p.doc} Default: ${defaultText(p)}.`);
  const planned = word.planned ? [`Not built yet; meanwhile: ${word.planned.meanwhile}.`] : [];
  return [
    `**${word.name}** (${word.kind})`,
    word.doc,
    ...(word.notes ?? []),
    ...planned,
    "```tune\n" + word.example + "\n```",
    ...(rows.length > 0 ? [rows.join("\n")] : []),
  ].join("\n\n");
}
function parameterPage(parameter: Parameter, owner: string): string {
  return [`**${parameter.name}** of \`${owner}\`: ${describeType(parameter.type)}`, ...pagesOf(parameter)].join("\n\n");
}
function pagesOf(parameter: Parameter): readonly string[] {
  const related = parameter.related ? [`Related: ${parameter.related.map((r) => `\`${r}\``).join(", ")}.`] : [];
  const range = rangeOf(parameter);
  return [
    parameter.doc,
    [`Default: ${defaultText(parameter)}.`, ...(parameter.why === undefined ? [] : [parameter.why])].join(" "),
    `${range ? `Range: ${range}. ` : ""}Impact: ${parameter.impact}.`,
    ...related,
  ];
}
function rangeOf(parameter: Parameter): string | undefined {
  const { range } = parameter;
  if (!range) return undefined;
  const bound = (limit: number): string => boundText(parameter, limit);
  const least = range.exclusive ? "more than" : "at least";
  if (range.min !== undefined && range.max !== undefined && !range.exclusive)
    return `${bound(range.min)} to ${bound(range.max)}`;
  const parts = [
    ...(range.min === undefined ? [] : [`${least} ${bound(range.min)}`]),
    ...(range.max === undefined ? [] : [`at most ${bound(range.max)}`]),
  ];
  return parts.join(", ");
}
/** Describes the default of a parameter in a few words. */
export function defaultText(parameter: Parameter): string {
  if (!parameter.default) return parameter.required ? "none; it must be given" : "none";
  return "derived" in parameter.default ? parameter.default.derived : `\`${tuneText(parameter.default.value)}\``;
}

/** Hover: what a word, key or name is, as Markdown from its record. */
import { kindsIn } from "../check/keys.js";
import { describe } from "../check/shapes.js";
import { programOf } from "../compile.js";
import type { Parameter, Word } from "../registry.js";
import type { Value } from "../plan/plan.js";
import type { AssistContext } from "./complete.js";
import { keysOf, situationAt } from "./situation.js";

export interface Hover {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
}

export function hover(text: string, offset: number, context: AssistContext): Hover | undefined {
  const before = /[\p{ID_Continue}$]*$/u.exec(text.slice(0, offset))?.[0] ?? "";
  const after = /^[\p{ID_Continue}$]*/u.exec(text.slice(offset))?.[0] ?? "";
  const name = before + after;
  if (name === "") return undefined;
  const start = offset - before.length;
  const end = offset + after.length;
  const markdown = describedAt(text, start, name, context);
  return markdown === undefined ? undefined : { start, end, markdown };
}

function describedAt(text: string, start: number, name: string, context: AssistContext): string | undefined {
  const { registry } = context;
  const situation = situationAt(text, start, registry);
  switch (situation.at) {
    case "statement": {
      const verb = registry.verbs().find((v) => v.name === name);
      return verb && wordPage(verb, keysOf(verb, registry));
    }
    case "key": {
      const parameter = situation.parameters.find((p) => p.name === name);
      return parameter && parameterPage(parameter, situation.verb.name);
    }
    case "argument": {
      const parameter = situation.word.parameters.find((p) => p.name === name);
      return parameter ? parameterPage(parameter, situation.word.name) : undefined;
    }
    case "value":
      for (const kind of kindsIn(situation.type)) {
        const word = registry.find(kind, name);
        if (word) return wordPage(word, word.parameters);
      }
      return undefined;
    default: {
      const program = programOf(
        [...context.earlier, { id: "assist", title: "assist", text }],
        registry,
        context.facts,
        "assist",
        context.outside,
        true,
      );
      const named = program.names.get(name);
      return named && `**${name}** is ${named.is === "data" ? "data" : `a ${named.is}`}.`;
    }
  }
}

export function wordPage(word: Word, parameters: readonly Parameter[]): string {
  const rows = parameters.filter((p) => !p.planned).map((p) => `- \`${p.name}\`: ${p.doc} Default: ${defaultOf(p)}.`);
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
  const related = parameter.related ? [`Related: ${parameter.related.map((r) => `\`${r}\``).join(", ")}.`] : [];
  return [
    `**${parameter.name}** of \`${owner}\`: ${describe(parameter.type)}`,
    parameter.doc,
    `Default: ${defaultOf(parameter)}. ${parameter.why}`,
    `Impact: ${parameter.impact}.`,
    ...related,
  ].join("\n\n");
}
function defaultOf(parameter: Parameter): string {
  if (!parameter.default) return parameter.required ? "none; it must be given" : "none";
  return "derived" in parameter.default ? parameter.default.derived : `\`${shown(parameter.default.value)}\``;
}
function shown(value: Value): string {
  if (value === null) return "none";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(shown).join(", ")}]`;
  if ("share" in value) return `${String(Number((value.share * 100).toPrecision(12)))}%`;
  if ("word" in value) {
    const given = Object.entries(value.arguments as Readonly<Record<string, Value>>).filter(([, v]) => v !== null);
    return given.length === 0
      ? String(value.word)
      : `${String(value.word)}(${given.map(([k, v]) => `${k}: ${shown(v)}`).join(", ")})`;
  }
  return JSON.stringify(value);
}

/** The grammar as it is parsed, from the parser's own productions: as text (EBNF) and as the input of the diagrams. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { ISerializedGast } from "chevrotain";
import { Grammar } from "#dsl/language/syntax/grammar.js";

/** The right side of a production. */
export type Shape =
  | { readonly is: "sequence" | "choice"; readonly of: readonly Shape[] }
  | { readonly is: "option"; readonly of: Shape }
  /** Repetition, at least `least` times; `between`: the separator. */
  | { readonly is: "many"; readonly of: Shape; readonly least: 0 | 1; readonly between?: Shape }
  | { readonly is: "rule" | "token"; readonly name: string };
export interface Production {
  readonly name: string;
  readonly shape: Shape;
}

const token = (name: string): Shape => ({ is: "token", name });
const rule = (name: string): Shape => ({ is: "rule", name });
const sequence = (...of: readonly Shape[]): Shape => (of.length === 1 ? of[0]! : { is: "sequence", of });

/** Productions that are read outside the parser, line by line and entry by entry, so that a mistake stays local. */
const AROUND: readonly Production[] = [
  { name: "program", shape: { is: "many", of: rule("statement"), least: 0, between: token("new line") } },
  { name: "statement", shape: sequence(rule("head"), { is: "option", of: rule("block") }) },
];

const nameOf = ({ name, type }: Gast): string => mustExist(name, `the name of a ${type} of the grammar`);

export function productions(): readonly Production[] {
  const rules = new Grammar().getSerializedGastProductions();
  return [...AROUND, ...rules.map((r) => ({ name: nameOf(r as Gast), shape: shapeOf(r) }))];
}

type Gast = ISerializedGast & { readonly name?: string; readonly label?: string; readonly separator?: Gast };

function shapeOf(gast: Gast): Shape {
  const inside = (): Shape => sequence(...(gast.definition ?? []).map(shapeOf));
  switch (gast.type) {
    case "Terminal":
      return token(labelOf(gast));
    case "NonTerminal":
      return rule(nameOf(gast));
    case "Option":
      return { is: "option", of: inside() };
    case "Alternation":
      return { is: "choice", of: (gast.definition ?? []).map(shapeOf) };
    case "Repetition":
      return { is: "many", of: inside(), least: 0 };
    case "RepetitionMandatory":
      return { is: "many", of: inside(), least: 1 };
    case "RepetitionWithSeparator":
    case "RepetitionMandatoryWithSeparator": {
      const least = gast.type === "RepetitionWithSeparator" ? 0 : 1;
      return {
        is: "many",
        of: inside(),
        least,
        between: token(labelOf(mustExist(gast.separator, "a separator of the grammar"))),
      };
    }
    case "Rule":
    case "Alternative":
      return inside();
    default:
      throw new Error(`the grammar has a ${gast.type}`);
  }
}
function labelOf(gast: Gast): string {
  const label = (gast.label ?? gast.name ?? "").replace(/^an? /, "");
  return label === "`$` name" ? "$name" : label.replaceAll("`", "");
}

export function ebnf(all: readonly Production[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, shape }) => `${name.padEnd(width)} = ${text(shape, true)} .`).join("\n");
}
function text(shape: Shape, top = false): string {
  switch (shape.is) {
    case "rule":
      return shape.name;
    case "token":
      return /^\$?[\p{L} ]+$/u.test(shape.name)
        ? shape.name.toUpperCase().replaceAll(" ", "_")
        : JSON.stringify(shape.name);
    case "sequence":
      return shape.of.map((one) => text(one)).join(" ");
    case "choice": {
      const either = shape.of.map((one) => text(one)).join(" | ");
      return top ? either : `( ${either} )`;
    }
    case "option":
      return `[ ${text(shape.of, true)} ]`;
    case "many": {
      const one = text(shape.of);
      const more = shape.between ? `${one} { ${text(shape.between)} ${one} }` : `{ ${one} }`;
      if (shape.least === 0) return shape.between ? `[ ${more} ]` : more;
      return shape.between ? more : `${one} ${more}`;
    }
  }
}

/**
 * Interprets the part of Go's text/template that chat templates need: texts, fields, `range` over the messages, `if`,
 * `else if`, `else`, `end`, `eq`, `and`, `not`, variables, and dashes that trim whitespace. It shows what Ollama would
 * write for a conversation.
 */
import type { Message } from "../../../conversations/kind.js";
import { messageText } from "../../../conversations/shared/message-text.js";

export interface GoTemplateVariables {
  readonly Messages: readonly { readonly Role: string; readonly Content: string }[];
  readonly System: string;
}

/** Variables that Ollama passes to a template: the messages, and all system messages as one text. */
export function goTemplateVariablesOf(messages: readonly Message[]): GoTemplateVariables {
  const Messages = messages.map((message) => ({ Role: message.role, Content: messageText(message) }));
  const system = Messages.filter(({ Role }) => Role === "system").map(({ Content }) => Content);
  return { Messages, System: system.join("\n\n") };
}

type Node =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "value"; readonly expression: readonly string[] }
  | {
      readonly is: "range";
      readonly names: readonly string[];
      readonly over: readonly string[];
      readonly body: readonly Node[];
    }
  | { readonly is: "if"; readonly branches: readonly Branch[] };
interface Branch {
  /** Condition; null for `else`. */
  readonly when: readonly string[] | null;
  readonly body: readonly Node[];
}

/** Throws an Error that describes what is wrong with the template. */
export function compileGoTemplate(source: string): (scope: GoTemplateVariables) => string {
  const parser = new Parser(pieces(source));
  const nodes = parser.body();
  if (!parser.done) throw new Error("an end without a beginning");
  return (scope) => written(nodes, { dot: scope, root: scope, variables: {} });
}

interface Piece {
  readonly action: boolean;
  readonly text: string;
}
function pieces(source: string): readonly Piece[] {
  const out: Piece[] = [];
  let position = 0;
  let trims = false;
  const text = (raw: string, before: boolean): void => {
    let content = trims ? raw.trimStart() : raw;
    if (before) content = content.trimEnd();
    if (content) out.push({ action: false, text: content });
  };
  for (const match of source.matchAll(/\{\{(- )?([\s\S]*?)( -)?\}\}/g)) {
    text(source.slice(position, match.index), match[1] !== undefined);
    out.push({ action: true, text: match[2]!.trim() });
    trims = match[3] !== undefined;
    position = match.index + match[0].length;
  }
  text(source.slice(position), false);
  if (
    /\{\{|\}\}/.test(
      out
        .filter((p) => !p.action)
        .map((p) => p.text)
        .join(""),
    )
  )
    throw new Error("braces that don't close");
  return out;
}

/** Splits an action into words; quoted texts stay in one piece. */
function words(action: string): readonly string[] {
  return action.match(/"(?:[^"\\]|\\.)*"|\(|\)|:=|,|[^\s(),]+/g) ?? [];
}

class Parser {
  private position = 0;
  constructor(private readonly all: readonly Piece[]) {}
  get done(): boolean {
    return this.position >= this.all.length;
  }
  /** Parses up to an `else` or `end`. */
  body(): readonly Node[] {
    const nodes: Node[] = [];
    for (; !this.done; this.position++) {
      const { action, text } = this.all[this.position]!;
      if (!action) {
        nodes.push({ is: "text", text });
        continue;
      }
      const [first, ...rest] = words(text);
      if (first === "end" || first === "else") return nodes;
      if (first === "range" || first === "if") {
        this.position++;
        nodes.push(first === "range" ? this.range(rest) : this.branches(rest));
      } else nodes.push({ is: "value", expression: words(text) });
    }
    return nodes;
  }
  private range(rest: readonly string[]): Node {
    const named = rest.indexOf(":=");
    const names = named < 0 ? [] : rest.slice(0, named).filter((w) => w !== ",");
    const body = this.body();
    if (this.word() !== "end") throw new Error("a range without an end");
    return { is: "range", names, over: rest.slice(named + 1), body };
  }
  private branches(when: readonly string[]): Node {
    const branches: Branch[] = [];
    let now: readonly string[] | null = when;
    for (;;) {
      branches.push({ when: now, body: this.body() });
      const [word, next, ...rest] = this.done ? [] : words(this.all[this.position]!.text);
      if (word === "end") return { is: "if", branches };
      if (word !== "else") throw new Error("an if without an end");
      now = next === "if" ? rest : null;
      this.position++;
    }
  }
  private word(): string | undefined {
    return this.done ? undefined : words(this.all[this.position]!.text)[0];
  }
}

interface World {
  readonly dot: unknown;
  readonly root: GoTemplateVariables;
  readonly variables: Readonly<Record<string, unknown>>;
}

function written(nodes: readonly Node[], world: World): string {
  return nodes
    .map((node) => {
      if (node.is === "text") return node.text;
      if (node.is === "value") return shown(valueOf(node.expression, world));
      if (node.is === "if") {
        const branch = node.branches.find(({ when }) => when === null || truth(valueOf(when, world)));
        return branch ? written(branch.body, world) : "";
      }
      const over = valueOf(node.over, world);
      if (!Array.isArray(over)) throw new Error("a range over a value that is not a list");
      return over
        .map((dot: unknown, i) => {
          const [first, second] = node.names;
          const bindings =
            second === undefined
              ? [[first, dot]]
              : [
                  [first, i],
                  [second, dot],
                ];
          const variables = {
            ...world.variables,
            ...Object.fromEntries(bindings.filter(([name]) => name !== undefined)),
          };
          return written(node.body, { ...world, dot, variables });
        })
        .join("");
    })
    .join("");
}

function valueOf(expression: readonly string[], world: World): unknown {
  const values: unknown[] = [];
  for (let i = 0; i < expression.length; i++) {
    if (expression[i] !== "(") {
      values.push(expression[i]);
      continue;
    }
    let depth = 1;
    let end = i + 1;
    for (; depth > 0 && end < expression.length; end++)
      depth += expression[end] === "(" ? 1 : expression[end] === ")" ? -1 : 0;
    values.push({ inner: expression.slice(i + 1, end - 1) });
    i = end - 1;
  }
  const evaluate = (one: unknown): unknown =>
    typeof one === "string" ? simple(one, world) : valueOf((one as { inner: readonly string[] }).inner, world);
  const [head, ...rest] = values;
  switch (head) {
    case "eq":
      return evaluate(rest[0]) === evaluate(rest[1]);
    case "ne":
      return evaluate(rest[0]) !== evaluate(rest[1]);
    case "not":
      return !truth(evaluate(rest[0]));
    case "and":
      return rest.map(evaluate).every(truth);
    case "or":
      return rest.map(evaluate).some(truth);
    default:
      if (rest.length > 0) throw new Error(`${String(head)} is no function that is known here`);
      return evaluate(head);
  }
}

function simple(word: string, { dot, root, variables }: World): unknown {
  if (word.startsWith('"')) return JSON.parse(word) as unknown;
  if (/^\d+$/.test(word)) return Number(word);
  const [, from, path] = /^(\$\w*)?((?:\.\w*)*)$/.exec(word) ?? [];
  if (path === undefined) throw new Error(`${word} is nothing that is known here`);
  const names = path.split(".").filter((n) => n !== "");
  const start = from === undefined ? dot : from === "$" ? root : variables[from];
  return names.reduce<unknown>((value, name) => {
    if (typeof value !== "object" || value === null || !(name in value)) throw new Error(`there is no .${name} here`);
    return (value as Readonly<Record<string, unknown>>)[name];
  }, start);
}

const truth = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== "" && value !== 0 && value !== false && value !== undefined;
const shown = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

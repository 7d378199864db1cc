/**
 * Queries over Tune's tree-sitter grammar: highlighting with the registry's words, in each editor's capture names.
 * Editors differ in whether the first or the last pattern wins, so no two patterns ever match the same position
 * differently.
 */
import type { Vocabulary } from "../vocabulary.js";

/** Highlighting category → the editor's capture name. */
export interface Captures {
  readonly act: string;
  readonly define: string;
  readonly connector: string;
  readonly defined: string;
  readonly name: string;
  readonly key: string;
  readonly word: string;
  readonly builtinCall: string;
  readonly call: string;
  readonly boolean: string;
  readonly constant: string;
  readonly number: string;
  readonly unit: string;
  readonly string: string;
  readonly escape: string;
  readonly reference: string;
  readonly comment: string;
  readonly directive: string;
  readonly bracket: string;
  readonly delimiter: string;
  readonly operator: string;
}

/** The capture names of tree-sitter's own documentation, which Neovim adopted and extended. */
export const neovim: Captures = {
  act: "keyword",
  define: "keyword.type",
  connector: "keyword",
  defined: "type.definition",
  name: "variable",
  key: "property",
  word: "constant",
  builtinCall: "function.builtin",
  call: "function.call",
  boolean: "boolean",
  constant: "constant.builtin",
  number: "number",
  unit: "type.builtin",
  string: "string",
  escape: "string.escape",
  reference: "variable.parameter",
  comment: "comment @spell",
  directive: "keyword.directive",
  bracket: "punctuation.bracket",
  delimiter: "punctuation.delimiter",
  operator: "operator",
};
export const helix: Captures = {
  ...neovim,
  act: "keyword.control",
  define: "keyword.storage.type",
  connector: "keyword.control",
  defined: "type",
  key: "variable.other.member",
  call: "function",
  boolean: "constant.builtin.boolean",
  number: "constant.numeric",
  unit: "type.builtin",
  escape: "constant.character.escape",
  comment: "comment",
};

export function highlights(vocabulary: Vocabulary, as: Captures): string {
  const { naming, verbs, connectors, namingConnectors, words, constants } = vocabulary;
  const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" ");
  const acting = verbs.filter((verb) => !naming.includes(verb));
  const booleans = constants.filter((constant) => constant === "true" || constant === "false");
  const others = constants.filter((constant) => constant !== "true" && constant !== "false");
  const plain = words.filter((word) => !constants.includes(word));
  const one = (capture: string, names: readonly string[], not = ""): string =>
    `(#${not}any-of? @${capture.replace(/ .*/, "")} ${list(names)})`;
  /** Patterns for a word's path and arguments, at any position. */
  const calls = (inside: (word: string) => string): readonly string[] => [
    `(${inside(`(word (identifier) @${as.builtinCall} . (arguments))`)} ${one(as.builtinCall, words)})`,
    `(${inside(`(word (identifier) @${as.call} . (arguments))`)} ${one(as.call, words, "not-")})`,
    inside(`(word (identifier) @${as.name} . ".")`),
  ];
  const value = (inside: (word: string) => string): readonly string[] => [
    ...calls(inside),
    inside(`(word "." . (identifier) @${as.name} .)`),
    `(${inside(`(word . (identifier) @${as.boolean} .)`)} ${one(as.boolean, booleans)})`,
    `(${inside(`(word . (identifier) @${as.constant} .)`)} ${one(as.constant, others)})`,
    `(${inside(`(word . (identifier) @${as.word} .)`)} ${one(as.word, plain)})`,
    `(${inside(`(word . (identifier) @${as.name} .)`)} ${one(as.name, [...constants, ...plain], "not-")})`,
  ];
  return [
    "; Made by `npm run build` from Tune's registry; no two patterns colour the same place differently.",
    `(comment) @${as.comment}`,
    `(magic) @${as.directive}`,
    `((verb) @${as.act} ${one(as.act, acting)})`,
    `((verb) @${as.define} ${one(as.define, naming)})`,
    `((connector) @${as.connector} ${one(as.connector, connectors)})`,
    "; Names that a statement makes, and names that it uses.",
    `((statement verb: (verb) @_verb operands: (operands . (word . (identifier) @${as.defined} .))) ${one("_verb", naming)})`,
    `((statement verb: (verb) @_verb operands: (operands (word (identifier) @${as.name} .))) ${one("_verb", naming, "not-")})`,
    `((clause connector: (connector) @_connector operands: (operands . (word . (identifier) @${as.defined} .))) ${one("_connector", namingConnectors)})`,
    `((clause connector: (connector) @_connector operands: (operands (word (identifier) @${as.name} .))) ${one("_connector", namingConnectors, "not-")})`,
    ...calls((word) => `(operands ${word})`),
    "; Keys and values.",
    `(key (identifier) @${as.key})`,
    ...value((word) => `(entry value: ${word})`),
    ...value((word) => `(argument value: ${word})`),
    ...value((word) => `(list ${word})`),
    `(reference (variable) @${as.reference})`,
    `(reference (identifier) @${as.reference})`,
    `(digits) @${as.number}`,
    `(unit) @${as.unit}`,
    "; Quotes and content, not the whole: an escape in it is coloured once.",
    `(string "\\"" @${as.string})`,
    `(content) @${as.string}`,
    `(escape) @${as.escape}`,
    `(text) @${as.string}`,
    `["{" "}" "(" ")" "[" "]"] @${as.bracket}`,
    `["," "." ":"] @${as.delimiter}`,
    `".." @${as.operator}`,
    "",
  ].join("\n");
}

/**
 * Queries that do not depend on the vocabulary, named after their files. A prefix such as `neovim` marks queries with
 * that editor's own captures.
 */
export const folds = `[(block) (list) (arguments) (text) (comment)] @fold\n`;
export const injections = `((comment) @injection.content (#set! injection.language "comment"))\n`;
export const neovimIndents = `[(block) (list) (arguments)] @indent.begin
["}" "]" ")"] @indent.branch @indent.end
[(text) (comment)] @indent.ignore
(ERROR) @indent.auto
`;
export const helixIndents = `[(block) (list) (arguments)] @indent
["}" "]" ")"] @outdent
`;
/** The outline: definitions and actions of a program. */
export function tags({ naming, namingConnectors }: Vocabulary): string {
  const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" ");
  return `; Made by \`npm run build\` from Tune's registry.
((statement verb: (verb) @_verb operands: (operands . (word . (identifier) @name .))) @definition.class
  (#any-of? @_verb ${list(naming)}))
((statement (clause connector: (connector) @_connector operands: (operands . (word . (identifier) @name .)))) @definition.constant
  (#any-of? @_connector ${list(namingConnectors)}))
((statement verb: (verb) @_verb operands: (operands (word . (identifier) @name))) @reference.class
  (#not-any-of? @_verb ${list(naming)}))
((clause connector: (connector) @_connector operands: (operands (word . (identifier) @name))) @reference.class
  (#not-any-of? @_connector ${list(namingConnectors)}))
`;
}
export const helixTextObjects = `(statement) @function.around
(statement block: (block) @function.inside)
(entry) @entry.around
(entry value: (_) @entry.inside)
(argument) @parameter.around
(argument value: (_) @parameter.inside)
(comment) @comment.around
`;
export const helixRainbows = `[(block) (list) (arguments)] @rainbow.scope
["{" "}" "(" ")" "[" "]"] @rainbow.bracket
`;

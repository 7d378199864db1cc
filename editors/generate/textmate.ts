/**
 * The TextMate grammar of Tune, from the lexer's own patterns and the registry's words. TextMate colours line by line,
 * so it approximates the parser from single lines: a verb opens a statement, a key precedes a colon, and a line that
 * starts a statement closes all open brackets.
 */
import { BadString, Hash, Num, Str } from "#dsl/language/syntax/tokens.js";
import type { Vocabulary } from "../vocabulary.js";

export type Captures = Readonly<Record<string, { readonly name?: string; readonly patterns?: readonly Rule[] }>>;
export interface Rule {
  readonly include?: string;
  readonly name?: string;
  readonly contentName?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Captures;
  readonly beginCaptures?: Captures;
  readonly endCaptures?: Captures;
  readonly applyEndPatternLast?: 1;
  readonly patterns?: readonly Rule[];
}
export interface TextMateGrammar {
  readonly name: string;
  readonly scopeName: string;
  readonly injectionSelector?: string;
  readonly fileTypes?: readonly string[];
  readonly patterns: readonly Rule[];
  readonly repository: Readonly<Record<string, Rule>>;
}

const NAME = "[\\p{ID_Start}_][\\p{ID_Continue}]*";
/** Lookahead: no character follows that would extend the name. */
const ENDS = "(?![\\p{ID_Continue}]|-[\\p{ID_Continue}])";
const BEGINS = "(?<![\\p{ID_Continue}$])";
const BLANK = "[ \\t\\f\\r\\x{a0}\\x{feff}]";

/** Converts a lexer pattern to Oniguruma's syntax. */
export function oniguruma(token: { readonly PATTERN?: unknown }): string {
  if (!(token.PATTERN instanceof RegExp)) throw new Error("the token's pattern is no regular expression");
  return token.PATTERN.source.replace(/\\u([0-9a-fA-F]{4})/g, (_all, code: string) => `\\x{${code}}`);
}

const anyOf = (words: readonly string[]): string => `(?:${words.join("|")})`;
const include = (...names: readonly string[]): readonly Rule[] => names.map((name) => ({ include: `#${name}` }));
const named = (...names: readonly (string | null)[]): Captures =>
  Object.fromEntries(names.flatMap((name, i) => (name === null ? [] : [[i + 1, { name: `${name}.tune` }]])));

/** Matches a line that starts a statement: a verb, then `{`, a string, or a name that is not a key. */
export function statementAhead({ verbs }: Vocabulary): string {
  return `${anyOf(verbs)}(?:${BLANK}*\\{|${BLANK}*"|${BLANK}+${NAME}(?!${BLANK}*:|[\\p{ID_Continue}]))`;
}

type Rules = Readonly<Record<string, Rule>>;

export function textmateGrammar(vocabulary: Vocabulary): TextMateGrammar {
  const next = `(?=^${BLANK}*${statementAhead(vocabulary)})`;
  return {
    name: "Tune",
    scopeName: "source.tune",
    fileTypes: ["tune"],
    patterns: include("comment", "magic", "statement", "value"),
    repository: {
      ...around,
      ...header(vocabulary, next),
      ...value,
      ...brackets(next),
      ...literals(vocabulary),
      ...key,
      ...word(vocabulary),
      ...punctuation,
    },
  };
}

const around: Rules = {
  comment: {
    patterns: [
      { name: "comment.line.double-slash.tune", match: "(?<![^\\s{(\\[,])//.*$" },
      { name: "comment.block.tune", begin: "/\\*", end: "\\*/" },
      { name: "comment.line.number-sign.tune", match: oniguruma(Hash) },
    ],
  },
  magic: { name: "keyword.control.directive.tune", match: `^${BLANK}*%%\\w+.*$` },
};

/** A statement up to its block. `next`: pattern that matches the start of another statement. */
function header({ naming, verbs, connectors, namingConnectors }: Vocabulary, next: string): Rules {
  const verb = (of: readonly string[]): string => `${BEGINS}(${anyOf(of)})${ENDS}(?!${BLANK}*:)`;
  return {
    statement: {
      name: "meta.statement.tune",
      begin: `${verb(naming)}(?:${BLANK}+(${NAME})${ENDS}(?!${BLANK}*\\())?|${verb(verbs)}`,
      beginCaptures: named("storage.type.verb", "entity.name.type", "keyword.control.verb"),
      end: `$|${next}`,
      patterns: include("comment", "continuation", "connector", "value"),
    },
    // The header continues after a comma at the end of a line.
    continuation: {
      begin: `(,)(?=${BLANK}*(?:$|//|/\\*))`,
      beginCaptures: named("punctuation.separator.comma"),
      end: "(?=[^\\s/])|(?=/[^/*])",
      patterns: include("comment"),
    },
    connector: {
      patterns: [
        {
          // A name with parentheses is a word and not a new name; in that case `as` was written in place of `to`.
          match: `${BEGINS}(${anyOf(namingConnectors)})${ENDS}${BLANK}+(${NAME})${ENDS}(?!\\()`,
          captures: named("keyword.control.connector", "entity.name.type"),
        },
        { name: "keyword.control.connector.tune", match: `${BEGINS}${anyOf(connectors)}${ENDS}` },
      ],
    },
  };
}

const value: Rules = {
  value: {
    patterns: include(
      ...["text", "string", "number", "reference", "word", "block", "arguments", "list", "punctuation"],
    ),
  },
};

function brackets(next: string): Rules {
  const bracket = (open: string, close: string, what: string, ...inside: readonly string[]): Rule => ({
    name: `meta.${what}.tune`,
    begin: `\\${open}`,
    // A closing brace also ends brackets left open inside it.
    end: close === "}" ? `(\\})|${next}` : `(\\${close})|(?=\\})|${next}`,
    beginCaptures: { "0": { name: `punctuation.section.${what}.begin.tune` } },
    endCaptures: { "1": { name: `punctuation.section.${what}.end.tune` } },
    patterns: include(...inside),
  });
  return {
    block: bracket("{", "}", "block", "comment", "key", "value"),
    arguments: bracket("(", ")", "arguments", "comment", "key", "value"),
    list: bracket("[", "]", "list", "comment", "value"),
  };
}

function literals({ units }: Vocabulary): Rules {
  return { ...texts, ...numbers(units), ...references };
}
const texts: Rules = {
  text: {
    name: "string.quoted.triple.tune",
    begin: '"""',
    end: '"""',
    beginCaptures: { "0": { name: "punctuation.definition.string.begin.tune" } },
    endCaptures: { "0": { name: "punctuation.definition.string.end.tune" } },
  },
  string: {
    patterns: [
      {
        name: "string.quoted.double.tune",
        match: oniguruma(Str),
        captures: {
          "0": {
            patterns: [
              {
                name: "constant.character.escape.tune",
                match: "\\\\(?:u\\{[0-9A-Fa-f]+\\}|u[0-9A-Fa-f]{4}|[ntr0\"'/\\\\])",
              },
              { name: "invalid.illegal.escape.tune", match: "\\\\." },
            ],
          },
        },
      },
      // Single or curly quotes, or a string not closed on its line.
      { name: "string.quoted.other.tune", match: oniguruma(BadString) },
    ],
  },
};
function numbers(units: readonly string[]): Rules {
  const [, mantissa = "", unit = ""] = /^(.*)(\(\?:%\|.*\)\?)$/.exec(oniguruma(Num)) ?? [];
  return {
    number: {
      patterns: [
        {
          name: "constant.numeric.tune",
          match: `(${mantissa})(${anyOf(units)})(?![\\w%])`,
          captures: { "2": { name: "keyword.other.unit.tune" } },
        },
        {
          name: "constant.numeric.tune",
          match: `(${mantissa})(${unit})`,
          captures: { "2": { name: "invalid.illegal.unit.tune" } },
        },
      ],
    },
  };
}
const references: Rules = {
  reference: {
    name: "variable.other.reference.tune",
    match: `(\\$)[\\p{ID_Start}_][\\p{ID_Continue}$]*`,
    captures: named("punctuation.definition.variable"),
  },
};

const key: Rules = {
  key: {
    patterns: [
      {
        match: `${BEGINS}(${NAME}(?:${BLANK}*\\.${BLANK}*${NAME})*)(?=${BLANK}*:)`,
        captures: {
          "1": {
            patterns: [
              { name: "support.type.property-name.tune", match: NAME },
              { name: "punctuation.separator.period.tune", match: "\\." },
            ],
          },
        },
      },
    ],
  },
};

function word({ words, constants }: Vocabulary): Rules {
  return {
    word: {
      patterns: [
        // A name must not contain a dash; the checker reports it.
        { name: "invalid.illegal.name.tune", match: `${NAME}(?:-[\\p{ID_Continue}]+)+` },
        { name: "support.function.tune", match: `${BEGINS}(?<!\\.)${anyOf(words)}${ENDS}(?=${BLANK}*\\()` },
        { name: "entity.name.function.tune", match: `${NAME}(?=${BLANK}*\\()` },
        { name: "constant.language.tune", match: `${BEGINS}(?<!\\.)${anyOf(constants)}${ENDS}(?!${BLANK}*[:.])` },
        { name: "support.constant.tune", match: `${BEGINS}(?<!\\.)${anyOf(words)}${ENDS}(?!${BLANK}*[:.])` },
        { name: "variable.other.tune", match: NAME },
      ],
    },
  };
}

const punctuation: Rules = {
  punctuation: {
    patterns: [
      { name: "keyword.operator.range.tune", match: "\\.\\." },
      { name: "punctuation.separator.period.tune", match: "\\." },
      { name: "punctuation.separator.key-value.tune", match: ":" },
      { name: "punctuation.separator.comma.tune", match: "," },
      // A closing bracket without an opening one.
      { name: "punctuation.section.stray.tune", match: "[\\])}]" },
    ],
  },
};

// Tune for tree-sitter. It follows dsl/language/syntax (tokens and grammar), which stays the judge: tests hold the two to each other.
// Verbs, connectors and words are names here as they are there; the queries know the vocabulary. New lines count: they end
// statements, and entries of a block. Where they mean nothing (after an opener or a comma, before a closer) rules let them be.

/** Items between commas, the last of which may stand before the closer. */
const between = ($, open, item, close) =>
  seq(
    open,
    repeat($._line),
    optional(seq(item, repeat(seq($._comma, item)), choice(optional($._comma), repeat1($._line)))),
    close,
  );

module.exports = grammar({
  name: "tune",

  // The lexer's blanks, a byte order mark among them.
  extras: ($) => [/[ \t\r\f\v\u00a0\ufeff]/, $.comment],

  rules: {
    program: ($) => seq(repeat($._line), optional($._statements)),
    _statements: ($) => choice(seq($.magic, optional(seq(repeat1($._line), optional($._each)))), $._each),
    _each: ($) => seq($.statement, repeat(seq(repeat1($._line), $.statement)), repeat($._line)),

    /** `%%tune` at the beginning of a notebook's cell. */
    magic: () => token(/%%\w+[^\n]*/),

    statement: ($) =>
      seq(
        field("verb", alias($.identifier, $.verb)),
        optional(seq(field("operands", $.operands), repeat($.clause))),
        optional(field("block", $.block)),
      ),
    clause: ($) => seq(field("connector", alias($.identifier, $.connector)), field("operands", $.operands)),
    operands: ($) => seq($._operand, repeat(seq($._comma, $._operand))),
    _operand: ($) => choice($.word, $.string, $.reference, $.number),

    /** Commas and new lines part entries, as many as there are. */
    block: ($) =>
      seq(
        "{",
        repeat($._parting),
        optional(seq($.entry, repeat(seq(repeat1($._parting), $.entry)), repeat($._parting))),
        "}",
      ),
    _parting: ($) => choice($._line, ","),
    entry: ($) => seq(field("key", $.key), ":", field("value", $._value)),
    key: ($) => choice($._path, alias($._code, $.identifier), $.string, $.number),
    /** Of a warning, as it is said: `allow: { near-leak: "…" }`. */
    _code: () => /[\p{ID_Start}_][\p{ID_Continue}]*(-[\p{ID_Continue}]+)+/u,

    _value: ($) => choice($.range, $.number, $.reference, $.string, $.text, $.word, $.list, $.block),
    range: ($) => seq(field("from", $._bound), "..", field("to", $._bound)),
    _bound: ($) => choice($.number, $.reference),
    word: ($) => seq($._path, optional(field("arguments", $.arguments))),
    _path: ($) => seq($.identifier, repeat(seq(".", $.identifier))),
    arguments: ($) => between($, "(", $.argument, ")"),
    argument: ($) => seq(optional(seq(field("key", $.key), ":")), field("value", $._value)),
    list: ($) => between($, "[", $._value, "]"),

    reference: ($) => seq($.variable, repeat(seq(".", $.identifier))),
    variable: () => token(/\$[\p{ID_Start}_][\p{ID_Continue}$]*/u),
    /** The unit touches the number. */
    number: ($) => seq($.digits, optional($.unit)),
    digits: () => token(/-?\d[\d_]*(\.\d[\d_]*)?([eE][+-]?\d+)?/),
    unit: () => token.immediate(/%|[A-Za-z]\w*/),

    string: ($) => seq('"', repeat(choice($.content, $.escape)), token.immediate('"')),
    // Before a comment, which could begin in it too.
    content: () => token.immediate(prec(1, /[^"\\\n]+/)),
    escape: () => token.immediate(/\\(u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|[^\n])/),
    text: () => token(/"""([^"]|"[^"]|""[^"])*"""/),

    /** A comma and the new lines after it. */
    _comma: ($) => seq(",", repeat($._line)),
    _line: () => "\n",
    identifier: () => /[\p{ID_Start}_][\p{ID_Continue}]*/u,

    comment: () =>
      token(
        choice(
          /\/\/[^\n]*/,
          /\/\*[^*]*\*+([^/*][^*]*\*+)*\//,
          // `#` is no comment of Tune's; the checker says so, and above the first statement it lets it be.
          /#[^\n]*/,
        ),
      ),
  },
});

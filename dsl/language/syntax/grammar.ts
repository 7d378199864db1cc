/**
 * Grammar of Tune in chevrotain, which builds the typed tree while reading. Every rule can be an entry point: recovery
 * is per entry.
 */
import { EmbeddedActionsParser, tokenLabel, type IParserErrorMessageProvider, type IToken } from "#chevrotain";
import type { SourceId, Span } from "../diagnostics/span.js";
import { decodeNumber } from "./numbers.js";
import { decodeString, type BadEscape } from "./strings.js";
import * as t from "./tokens.js";
import type {
  Argument,
  BlockNode,
  Clause,
  Entry,
  Expression,
  Key,
  ListNode,
  NameNode,
  NumberNode,
  Operand,
  ReferenceNode,
  StringNode,
  WordNode,
} from "./tree.js";

export interface StatementHead {
  readonly verb: NameNode;
  readonly operands: readonly Operand[];
  readonly clauses: readonly Clause[];
}

/** The message of a parse error names what was expected. */
const expectedWords: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, previous }) =>
    previous.tokenType === t.Comma ? `a value or ${tokenLabel(expected)}` : tokenLabel(expected),
  buildNotAllInputParsedMessage: ({ ruleName }) =>
    ruleName === "head" ? "`{` or the end of the line" : "a comma or the end of the line",
  buildNoViableAltMessage: ({ ruleName }) =>
    ruleName === "operand" ? "a name" : ruleName === "key" ? "a key" : "a value",
  buildEarlyExitMessage: () => "a name",
};

export class Grammar extends EmbeddedActionsParser {
  source: SourceId = "";
  badEscapes: BadEscape[] = [];

  constructor() {
    super([...t.allTokens], { recoveryEnabled: false, maxLookahead: 3, errorMessageProvider: expectedWords });
    this.performSelfAnalysis();
  }

  /** statement = NAME [ operands ] { NAME operands }; the block is read entry by entry. */
  readonly head = this.RULE("head", (): StatementHead => {
    const verb = this.nameOf(this.CONSUME(t.Identifier));
    const operands = this.OPTION(() => this.SUBRULE(this.operands)) ?? [];
    const clauses: Clause[] = [];
    this.MANY(() => {
      const connector = this.nameOf(this.CONSUME2(t.Identifier));
      const named = this.SUBRULE2(this.operands);
      this.ACTION(() =>
        clauses.push({ connector, operands: named, span: joinSpans(connector.span, named.at(-1)?.span) }),
      );
    });
    return { verb, operands, clauses };
  });

  readonly operands = this.RULE("operands", (): Operand[] => {
    const all: Operand[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => all.push(this.SUBRULE(this.operand)) });
    return all;
  });

  readonly operand = this.RULE("operand", (): Operand =>
    this.OR<Operand>([
      { ALT: () => this.SUBRULE(this.word) },
      { ALT: () => this.stringOf(this.CONSUME(t.Str)) },
      { ALT: () => this.SUBRULE(this.reference) },
      { ALT: () => this.numberOf(this.CONSUME(t.Num)) },
    ]),
  );

  readonly entry = this.RULE("entry", (): Entry => {
    const key = this.SUBRULE(this.key);
    this.CONSUME(t.Colon);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ key, value, span: joinSpans(key.span, value.span) }));
  });

  readonly key = this.RULE("key", (): Key =>
    this.OR<Key>([
      {
        ALT: () => {
          const path = this.SUBRULE(this.path);
          return this.ACTION(() => ({
            text: path.map((n) => n.text).join("."),
            path: path.map((n) => n.text),
            span: spanOfPath(path),
          }));
        },
      },
      {
        ALT: () => {
          const s = this.stringOf(this.CONSUME(t.Str));
          return { text: s.value, path: [s.value], span: s.span };
        },
      },
      {
        ALT: () => {
          const n = this.numberOf(this.CONSUME(t.Num));
          return { text: n.raw, path: [n.raw], span: n.span };
        },
      },
    ]),
  );

  readonly path = this.RULE("path", (): NameNode[] => {
    const names: NameNode[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => names.push(this.nameOf(this.CONSUME(t.Identifier))) });
    return names;
  });

  readonly value = this.RULE("value", (): Expression =>
    this.OR<Expression>([
      { ALT: () => this.SUBRULE(this.range) },
      { ALT: () => this.stringOf(this.CONSUME(t.Str)) },
      { ALT: () => this.stringOf(this.CONSUME(t.TripleQuoted)) },
      { ALT: () => this.SUBRULE(this.word) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.block) },
    ]),
  );

  readonly range = this.RULE("range", (): Expression => {
    const from = this.SUBRULE(this.bound);
    const to = this.OPTION(() => {
      this.CONSUME(t.Range);
      return this.SUBRULE2(this.bound);
    });
    return this.ACTION((): Expression => (to ? { is: "range", from, to, span: joinSpans(from.span, to.span) } : from));
  });

  readonly bound = this.RULE("bound", (): NumberNode | ReferenceNode =>
    this.OR<NumberNode | ReferenceNode>([
      { ALT: () => this.numberOf(this.CONSUME(t.Num)) },
      { ALT: () => this.SUBRULE(this.reference) },
    ]),
  );

  readonly reference = this.RULE("reference", (): ReferenceNode => {
    const first = this.CONSUME(t.DollarName);
    const rest: NameNode[] = [];
    this.MANY(() => {
      this.CONSUME(t.Dot);
      rest.push(this.nameOf(this.CONSUME(t.Identifier)));
    });
    return this.ACTION(() => {
      const span = this.spanOf(first);
      return {
        is: "reference",
        text: [first.image.slice(1), ...rest.map((n) => n.text)].join("."),
        span: joinSpans(span, rest.at(-1)?.span),
      };
    });
  });

  readonly word = this.RULE("word", (): WordNode => {
    const path = this.SUBRULE(this.path);
    const given = this.OPTION(() => this.SUBRULE(this.arguments_));
    return this.ACTION(() => {
      const span = joinSpans(spanOfPath(path), given?.span);
      return {
        is: "word",
        path,
        text: path.map((n) => n.text).join("."),
        ...(given ? { arguments: given.all } : {}),
        span,
      };
    });
  });

  readonly arguments_ = this.RULE("arguments", (): { all: Argument[]; span: Span } => {
    const all: Argument[] = [];
    const open = this.CONSUME(t.LeftParen);
    this.OPTION(() => {
      all.push(this.SUBRULE(this.argument));
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RightParen,
        DEF: () => {
          this.CONSUME(t.Comma);
          all.push(this.SUBRULE2(this.argument));
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    const close = this.CONSUME(t.RightParen);
    return { all, span: this.spanOf(open, close) };
  });

  readonly argument = this.RULE("argument", (): Argument => {
    const key = this.OPTION({
      GATE: () => this.keyed(),
      DEF: () => {
        const named = this.SUBRULE(this.key);
        this.CONSUME(t.Colon);
        return named;
      },
    });
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({
      ...(key ? { key } : {}),
      value,
      span: joinSpans(key?.span ?? value.span, value.span),
    }));
  });

  readonly list = this.RULE("list", (): ListNode => {
    const items: Expression[] = [];
    const open = this.CONSUME(t.LeftSquare);
    this.OPTION(() => {
      items.push(this.SUBRULE(this.value));
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RightSquare,
        DEF: () => {
          this.CONSUME(t.Comma);
          items.push(this.SUBRULE2(this.value));
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    const close = this.CONSUME(t.RightSquare);
    return { is: "list", items, span: this.spanOf(open, close) };
  });

  readonly block = this.RULE("block", (): BlockNode => {
    const entries: Entry[] = [];
    const open = this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      entries.push(this.SUBRULE(this.entry));
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RightBrace,
        DEF: () => {
          this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME(t.NewLine) }]);
          entries.push(this.SUBRULE2(this.entry));
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    const close = this.CONSUME(t.RightBrace);
    return { is: "block", entries, span: this.spanOf(open, close) };
  });

  /** Whether the next tokens are a key and its colon. */
  private keyed(): boolean {
    if (this.LA(1).tokenType !== t.Identifier) return this.LA(2).tokenType === t.Colon;
    let i = 2;
    while (this.LA(i).tokenType === t.Dot && this.LA(i + 1).tokenType === t.Identifier) i += 2;
    return this.LA(i).tokenType === t.Colon;
  }
  private spanOf(from: IToken, to: IToken = from): Span {
    return { source: this.source, start: from.startOffset, end: Math.max(t.tokenEnd(to), from.startOffset) };
  }
  private nameOf(token: IToken): NameNode {
    return { text: token.image, span: this.spanOf(token) };
  }
  private numberOf(token: IToken): NumberNode {
    return { is: "number", ...decodeNumber(token.image), raw: token.image, span: this.spanOf(token) };
  }
  private stringOf(token: IToken): StringNode {
    const { value, bad } = decodeString(token.image);
    if (!this.RECORDING_PHASE && token.payload !== "virtual")
      this.badEscapes.push(
        ...bad.map((b) => ({ ...b, start: b.start + token.startOffset, end: b.end + token.startOffset })),
      );
    return { is: "string", value, span: this.spanOf(token) };
  }
}

export function joinSpans(from: Span, to: Span | undefined): Span {
  return to ? { source: from.source, start: from.start, end: Math.max(from.end, to.end) } : from;
}
function spanOfPath(path: readonly NameNode[]): Span {
  const first = path[0]?.span ?? { source: "", start: 0, end: 0 };
  return joinSpans(first, path.at(-1)?.span);
}

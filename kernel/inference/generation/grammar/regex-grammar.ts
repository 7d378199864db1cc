/**
 * Translates a schema's regular expression into a grammar over the characters inside JSON quotes. Characters that JSON
 * escapes (quotes, backslashes, line ends and the like) are removed from every class, and refused as literals. The
 * pattern is anchored at both ends, which also satisfies an unanchored pattern.
 */
import {
  intersectRanges,
  characterClassText,
  codePointOf,
  complementRanges,
  rangesOfCodePoint,
  onlyCodePoint,
  UNESCAPED_JSON_CHARACTERS,
  type CodePointRanges,
} from "./character-classes.js";
import { UnsupportedSchemaError } from "./unsupported-schema.js";

const DIGITS: CodePointRanges = [[0x30, 0x39]];
const WORDS: CodePointRanges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const BLANKS: CodePointRanges = [
  [0x09, 0x0d],
  ...[0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map((code) => [code, code] as const),
  ...([
    [0x2000, 0x200a],
    [0x2028, 0x2029],
  ] as const),
];
const NAMED: Readonly<Record<string, CodePointRanges>> = {
  d: DIGITS,
  D: complementRanges(DIGITS),
  w: WORDS,
  W: complementRanges(WORDS),
  s: BLANKS,
  S: complementRanges(BLANKS),
  n: rangesOfCodePoint(10),
  t: rangesOfCodePoint(9),
  r: rangesOfCodePoint(13),
  f: rangesOfCodePoint(12),
  v: rangesOfCodePoint(11),
  0: rangesOfCodePoint(0),
};

/** Throws `UnsupportedSchemaError`. */
export function patternGrammar(pattern: string): string {
  // Many patterns use the older syntax without the Unicode flag.
  if (!["u", ""].some((flags) => isExpression(pattern, flags)))
    throw new UnsupportedSchemaError("its pattern is no regular expression");
  return new Reader(pattern).all();
}

function isExpression(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

const TIMES = /([*+?]|\{\d+(?:,\d*)?\})\??/y;
const OPENS = /\?(?::|<[A-Za-z_]\w*>)/y;
/** Maximum nesting depth of groups. */
const DEEPEST = 64;
/**
 * Maximum total of nested repetitions (XGrammar expands each repetition inside another), and maximum characters of the
 * resulting rule.
 */
const [MOST_TIMES, MOST_WRITTEN] = [10_000, 500_000];

class Reader {
  private position = 0;
  private depth = 0;
  private written = 0;
  /** Maximum number of characters of the last part, summed over its alternatives. */
  private size = 0;

  /** Indexed in UTF-16 code units, for constant-time access. */
  constructor(private readonly pattern: string) {}
  all(): string {
    const out = this.alternatives();
    if (this.position < this.pattern.length)
      throw new UnsupportedSchemaError("its pattern closes a group that it does not open");
    return out;
  }

  private get here(): string | undefined {
    const code = this.pattern.codePointAt(this.position);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }
  private next(): string {
    const character = this.here;
    if (character === undefined) throw new UnsupportedSchemaError("its pattern is incomplete at its end");
    this.position += character.length;
    return character;
  }
  /** Matches the expression at the current position. */
  private found(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.position;
    return expression.exec(this.pattern);
  }
  private alternatives(): string {
    const all = [this.sequence()];
    let { size } = this;
    while (this.here === "|") {
      this.position++;
      all.push(this.sequence());
      size += this.size;
    }
    this.size = size;
    return all.length === 1 ? all[0]! : `(${all.join(" | ")})`;
  }
  private sequence(): string {
    const parts: string[] = [];
    let size = 0;
    for (; this.here !== undefined && this.here !== "|" && this.here !== ")";) {
      if (this.here === "^" || this.here === "$") this.anchor(parts.length === 0);
      else {
        parts.push(this.atom() + this.repeated());
        size += this.size;
      }
      if (size > this.pattern.length + MOST_TIMES)
        throw new UnsupportedSchemaError(`its pattern repeats more than ${String(MOST_TIMES)} characters`);
    }
    this.size = size;
    return parts.length === 0 ? '""' : parts.join(" ");
  }
  private anchor(first: boolean): void {
    const anchor = this.next();
    const last = this.here === undefined || this.here === "|" || this.here === ")";
    if (anchor === "^" ? !first : !last)
      throw new UnsupportedSchemaError(`\`${anchor}\` within a pattern is not supported`);
  }
  private repeated(): string {
    const [whole, times] = this.found(TIMES) ?? [];
    if (whole === undefined || times === undefined) return "";
    this.position += whole.length;
    const counts = times.match(/\d+/g);
    if (counts) this.size *= Math.max(1, ...counts.map(Number));
    return times;
  }
  private atom(): string {
    const character = this.next();
    if (character === "(") return this.group();
    this.size = 1;
    const out =
      character === "."
        ? shown(UNESCAPED_JSON_CHARACTERS)
        : character === "["
          ? shown(this.inClass())
          : shown(character === "\\" ? this.escaped() : rangesOfCodePoint(codePointOf(character)));
    this.written += out.length;
    if (this.written > MOST_WRITTEN) throw new UnsupportedSchemaError("its pattern is too large");
    return out;
  }
  private group(): string {
    if (this.here === "?") {
      const [opens] = this.found(OPENS) ?? [];
      if (opens === undefined)
        throw new UnsupportedSchemaError("look-ahead and look-behind are not supported in patterns");
      this.position += opens.length;
    }
    if (++this.depth > DEEPEST)
      throw new UnsupportedSchemaError(`groups of its pattern are nested more than ${String(DEEPEST)} deep`);
    const inner = this.alternatives();
    this.depth--;
    if (this.next() !== ")") throw new UnsupportedSchemaError("its pattern opens a group that it does not close");
    return inner.startsWith("(") ? inner : `(${inner})`;
  }
  /** Parses after a backslash. */
  private escaped(): CodePointRanges {
    const character = this.next();
    const named = NAMED[character];
    if (named) return named;
    if (character === "x") return rangesOfCodePoint(this.code(2));
    if (character === "u") return rangesOfCodePoint(this.here === "{" ? this.codeInBraces() : this.code(4));
    if (/[a-zA-Z1-9]/.test(character))
      throw new UnsupportedSchemaError(`\`\\${character}\` in a pattern is not supported`);
    return rangesOfCodePoint(codePointOf(character));
  }
  private code(letters: number): number {
    return parseInt(Array.from({ length: letters }, () => this.next()).join(""), 16);
  }
  private codeInBraces(): number {
    this.position++;
    let digits = "";
    while (this.here !== "}") digits += this.next();
    this.position++;
    return parseInt(digits, 16);
  }
  /** Parses after an opening bracket. */
  private inClass(): CodePointRanges {
    const negated = this.here === "^";
    if (negated) this.position++;
    const ranges: (readonly [number, number])[] = [];
    while (this.here !== "]") {
      const from = this.inside();
      const first = onlyCodePoint(from);
      const through = this.here === "-" && this.pattern[this.position + 1] !== "]" && first !== null;
      if (through) {
        this.position++;
        ranges.push([first, onlyCodePoint(this.inside()) ?? first]);
      } else ranges.push(...from);
    }
    this.position++;
    return negated ? complementRanges(ranges) : ranges;
  }
  private inside(): CodePointRanges {
    const character = this.next();
    if (character !== "\\") return rangesOfCodePoint(codePointOf(character));
    // `\b` is a backspace inside a class and a word boundary elsewhere.
    if (this.here !== "b") return this.escaped();
    this.position++;
    return rangesOfCodePoint(8);
  }
}

/** Cache for named classes, which may occur often. */
const known = new WeakMap<CodePointRanges, string>();
function shown(ranges: CodePointRanges): string {
  const before = known.get(ranges);
  if (before !== undefined) return before;
  const plain = intersectRanges(ranges, UNESCAPED_JSON_CHARACTERS);
  if (plain.length === 0) throw new UnsupportedSchemaError("its pattern requires a character that JSON must escape");
  const written = characterClassText(plain);
  if (written === null) throw new UnsupportedSchemaError("its pattern has a class of too many characters beyond ASCII");
  known.set(ranges, written);
  return written;
}

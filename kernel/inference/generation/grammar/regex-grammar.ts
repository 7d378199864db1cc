/**
 * A regular expression of a schema as a grammar, for characters as they stand between quotes in JSON. What would have to be
 * escaped there (quotes, backslashes, line ends and what is like them) is left out of every class, and refused where it stands
 * alone. A text is the pattern from its beginning to its end, which fulfils it also where it may stand anywhere.
 */
import { both, classOf, codeOf, except, one, only, PLAIN, type Ranges } from "./character-classes.js";
import { Unusable } from "./unsupported-schema.js";

const DIGITS: Ranges = [[0x30, 0x39]];
const WORDS: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const BLANKS: Ranges = [
  [0x09, 0x0d],
  ...[0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map((code) => [code, code] as const),
  ...([
    [0x2000, 0x200a],
    [0x2028, 0x2029],
  ] as const),
];
const NAMED: Readonly<Record<string, Ranges>> = {
  d: DIGITS,
  D: except(DIGITS),
  w: WORDS,
  W: except(WORDS),
  s: BLANKS,
  S: except(BLANKS),
  n: one(10),
  t: one(9),
  r: one(13),
  f: one(12),
  v: one(11),
  0: one(0),
};

/** Throws `Unusable`. */
export function patternGrammar(pattern: string): string {
  // Many are written as expressions were before they knew Unicode.
  if (!["u", ""].some((flags) => isExpression(pattern, flags)))
    throw new Unusable("its pattern is no regular expression");
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
/** How deep groups may lie in each other. */
const DEEPEST = 64;
/** What repetitions may add to a pattern: XGrammar writes down each time of what is within another. Characters that it is written with. */
const [MOST_TIMES, MOST_WRITTEN] = [10_000, 500_000];

class Reader {
  private at = 0;
  private depth = 0;
  private written = 0;
  /** Characters of a text that the part just read is made of at most, each way of it counted. */
  private size = 0;

  /** In UTF-16: a place is found at once. */
  constructor(private readonly pattern: string) {}
  all(): string {
    const out = this.alternatives();
    if (this.at < this.pattern.length) throw new Unusable("its pattern closes what it doesn't open");
    return out;
  }

  private get here(): string | undefined {
    const code = this.pattern.codePointAt(this.at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }
  private next(): string {
    const character = this.here;
    if (character === undefined) throw new Unusable("its pattern ends where more must follow");
    this.at += character.length;
    return character;
  }
  /** What the expression finds right here. */
  private found(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    return expression.exec(this.pattern);
  }
  private alternatives(): string {
    const all = [this.sequence()];
    let { size } = this;
    while (this.here === "|") {
      this.at++;
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
        throw new Unusable(`its pattern repeats more than ${String(MOST_TIMES)} characters`);
    }
    this.size = size;
    return parts.length === 0 ? '""' : parts.join(" ");
  }
  private anchor(first: boolean): void {
    const anchor = this.next();
    const last = this.here === undefined || this.here === "|" || this.here === ")";
    if (anchor === "^" ? !first : !last) throw new Unusable(`texts can't be held to \`${anchor}\` within a pattern`);
  }
  private repeated(): string {
    const [whole, times] = this.found(TIMES) ?? [];
    if (whole === undefined || times === undefined) return "";
    this.at += whole.length;
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
        ? shown(PLAIN)
        : character === "["
          ? shown(this.inClass())
          : shown(character === "\\" ? this.escaped() : one(codeOf(character)));
    this.written += out.length;
    if (this.written > MOST_WRITTEN) throw new Unusable("its pattern is too large");
    return out;
  }
  private group(): string {
    if (this.here === "?") {
      const [opens] = this.found(OPENS) ?? [];
      if (opens === undefined) throw new Unusable("texts can't be held to what a pattern looks for ahead or behind");
      this.at += opens.length;
    }
    if (++this.depth > DEEPEST)
      throw new Unusable(`groups of its pattern lie more than ${String(DEEPEST)} deep in each other`);
    const inner = this.alternatives();
    this.depth--;
    if (this.next() !== ")") throw new Unusable("its pattern opens what it doesn't close");
    return inner.startsWith("(") ? inner : `(${inner})`;
  }
  /** After a backslash. */
  private escaped(): Ranges {
    const character = this.next();
    const named = NAMED[character];
    if (named) return named;
    if (character === "x") return one(this.code(2));
    if (character === "u") return one(this.here === "{" ? this.codeInBraces() : this.code(4));
    if (/[a-zA-Z1-9]/.test(character)) throw new Unusable(`texts can't be held to \`\\${character}\` in a pattern`);
    return one(codeOf(character));
  }
  private code(letters: number): number {
    return parseInt(Array.from({ length: letters }, () => this.next()).join(""), 16);
  }
  private codeInBraces(): number {
    this.at++;
    let digits = "";
    while (this.here !== "}") digits += this.next();
    this.at++;
    return parseInt(digits, 16);
  }
  /** After an opening bracket. */
  private inClass(): Ranges {
    const negated = this.here === "^";
    if (negated) this.at++;
    const ranges: (readonly [number, number])[] = [];
    while (this.here !== "]") {
      const from = this.inside();
      const first = only(from);
      const through = this.here === "-" && this.pattern[this.at + 1] !== "]" && first !== null;
      if (through) {
        this.at++;
        ranges.push([first, only(this.inside()) ?? first]);
      } else ranges.push(...from);
    }
    this.at++;
    return negated ? except(ranges) : ranges;
  }
  private inside(): Ranges {
    const character = this.next();
    if (character !== "\\") return one(codeOf(character));
    // A backspace there, else a border of words.
    if (this.here !== "b") return this.escaped();
    this.at++;
    return one(8);
  }
}

/** Of classes that have names: they may come often. */
const known = new WeakMap<Ranges, string>();
function shown(ranges: Ranges): string {
  const before = known.get(ranges);
  if (before !== undefined) return before;
  const plain = both(ranges, PLAIN);
  if (plain.length === 0) throw new Unusable("its pattern asks for a character that JSON must escape");
  const written = classOf(plain);
  if (written === null) throw new Unusable("its pattern has a class of too many characters beyond ASCII");
  known.set(ranges, written);
  return written;
}

/** Bytes of each token of a tokenizer, computed once. Used for likelihoods, decoding and grammars. */
import type { Tokenizer } from "../../bases/tokenizer.js";

type Read = Pick<Tokenizer, "tokens" | "special" | "spelling" | "added" | "vocabulary">;

const NOTHING = new Uint8Array(0);
const utf8 = new TextEncoder();

export class TokenBytes {
  private readonly known: (Uint8Array | undefined)[] = [];

  /** `marks`: special tokens whose name counts as their text. */
  constructor(
    private readonly tokenizer: Read,
    private readonly marks: ReadonlySet<number> = new Set(),
  ) {}

  /** Whether the tokenizer specifies its bytes exactly; special tokens have none. */
  get exact(): boolean {
    return this.tokenizer.spelling !== null;
  }
  /** Number of tokens, including added ones. */
  get count(): number {
    return this.tokenizer.vocabulary;
  }
  isSpecial(id: number): boolean {
    return this.tokenizer.special.has(id);
  }
  /** The token as written in the vocabulary. */
  nameOf(id: number): string {
    return this.tokenizer.tokens(Int32Array.of(id))[0] ?? "";
  }
  /** Returns the bytes of a token; none for special tokens. */
  bytesOf(id: number): Uint8Array {
    return (this.known[id] ??= this.worked(id));
  }

  private worked(id: number): Uint8Array {
    const { special, spelling, added } = this.tokenizer;
    if (special.has(id) && !this.marks.has(id)) return NOTHING;
    const name = this.nameOf(id);
    if (added.has(id) || !spelling || spelling.units === "raw") return utf8.encode(name);
    if (spelling.units === "bytes") return fromLevel(name);
    const byte = spelling.fallback ? /^<0x([0-9A-F]{2})>$/.exec(name) : null;
    return byte ? Uint8Array.of(parseInt(byte[1]!, 16)) : utf8.encode(name.replaceAll(spelling.blank, " "));
  }
}

/**
 * GPT-2's byte alphabet: printable characters represent the byte of their code, other bytes use characters from 256 on.
 */
const characters: readonly string[] = characterOfBytes();
const bytes = new Map(characters.map((character, byte) => [character, byte]));

function characterOfBytes(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => {
    const prints = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    return String.fromCodePoint(prints ? b : next++);
  });
}

function fromLevel(name: string): Uint8Array {
  const known = Array.from(name, (character) => bytes.get(character));
  return known.every((byte) => byte !== undefined) ? Uint8Array.from(known) : utf8.encode(name);
}
/** Returns bytes in the notation of GPT-2's vocabulary. */
export function toByteLevelText(token: Uint8Array): string {
  let text = "";
  for (const byte of token) text += characters[byte]!;
  return text;
}

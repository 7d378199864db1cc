/**
 * Decodes a text's tokens incrementally. Byte-level tokenizers are decoded synchronously in this process; others send a
 * request to the tokenizer's process. No piece ends within a character.
 */
import type { Tokenizer } from "../../bases/tokenizer.js";
import { IncrementalTextStream } from "../text-stream.js";
import type { TokenBytes } from "./token-bytes.js";

export interface IncrementalDecoder {
  /** Returns the text that is final after these tokens; may be empty. */
  push(tokens: readonly number[]): string | Promise<string>;
  /** Returns the remaining buffered text. */
  end(): string | Promise<string>;
}

/** `before`: tokens that precede the text. */
export function incrementalDecoderOf(
  tokenizer: Pick<Tokenizer, "decode" | "spelling">,
  bytes: TokenBytes,
  before: ArrayLike<number>,
): IncrementalDecoder {
  const { spelling } = tokenizer;
  if (!spelling) return new IncrementalTextStream(tokenizer, before);
  // Decoders skip special tokens, so a text after only special tokens counts as the beginning of a text.
  const begins = Array.from(before).every((id) => bytes.isSpecial(id));
  const pieces = new BytePieces(bytes, begins ? spelling.strips : 0);
  // A prompt may end within a character that the first tokens complete.
  const tail = Array.from(before).slice(-4);
  pieces.prime(tail.flatMap((id) => Array.from(bytes.bytesOf(id))).slice(-3));
  return pieces;
}

class BytePieces implements IncrementalDecoder {
  /** Treats a leading byte order mark as an ordinary character. */
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(
    private readonly bytes: TokenBytes,
    private strips: number,
  ) {}

  prime(last: readonly number[]): void {
    const lead = last.findLastIndex((byte) => byte >= 0xc0);
    const whole = lead < 0 ? 0 : last[lead]! >= 0xf0 ? 4 : last[lead]! >= 0xe0 ? 3 : 2;
    if (lead >= 0 && last.length - lead < whole)
      this.decoder.decode(Uint8Array.from(last.slice(lead)), { stream: true });
  }
  push(tokens: readonly number[]): string {
    let text = "";
    for (const token of tokens) text += this.decoder.decode(this.bytes.bytesOf(token), { stream: true });
    return this.stripped(text);
  }
  end(): string {
    return this.stripped(this.decoder.decode());
  }
  private stripped(text: string): string {
    if (this.strips === 0) return text;
    let spaces = 0;
    while (spaces < this.strips && text[spaces] === " ") spaces++;
    if (spaces < text.length) this.strips = 0;
    else this.strips -= spaces;
    return text.slice(spaces);
  }
}

/** A program in the fragment of the page's URL, which is never sent to a server: `#p=` and the deflated text. */
import { deflateText, inflateBytes } from "./packed.js";

export async function programLinkOf(code: string): Promise<string> {
  return `#p=${await deflateText(code)}`;
}

/** Returns null if the fragment contains no program. */
export async function programFromLink(fragment: string): Promise<string | null> {
  const packed = /^#p=([\w-]+)$/.exec(fragment)?.[1];
  if (packed === undefined) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await inflateBytes(packed, 2 ** 20));
  } catch {
    return null; // truncated in transit: the page starts with an example
  }
}

/** What lies in the page as text: base64 of gzip, unpacked piece by piece, so that nothing is held twice. */

/** Characters at once; a multiple of four. */
const PIECE = 4 * 2 ** 18;

/** Rejects where the text is no such thing. */
export async function unpackBytes(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const whole = text.trim();
  let offset = 0;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(to) {
      if (offset >= whole.length) return to.close();
      to.enqueue(Uint8Array.from(atob(whole.slice(offset, (offset += PIECE))), (character) => character.charCodeAt(0)));
    },
  });
  return new Uint8Array(await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

/** Unpacks data embedded as text (base64 of gzip), in pieces, so that no data are in memory twice. */

/** Characters per piece; a multiple of four. */
const PIECE = 4 * 2 ** 18;

/** Rejects if the text is not valid. */
export async function unpackBase64Gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
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

/** Reads text from files: decoded strictly, piece by piece, so that memory does not grow with the file's size. */
import { readFileBytes, type OnBytesRead } from "#platform/files.js";
import { decoderForEncoding, detectDecoder, type DecodeBytes, type FileWithEncodingReport } from "./decoding.js";
import { checkTextFile } from "./file-kind.js";

/** Reports how a file is read if that isn't the usual way (`SourceContext.found`). */
type Found = ((file: string, what: string) => void) | undefined;

/** Returns the complete text of a file of at most `most` bytes. Coded error `giant-json`. */
export async function readWholeText(
  file: string,
  name: string,
  encoding: string | null,
  options: { readonly most: number; readonly found?: Found },
): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of readTextPieces(file, name, encoding, options)) pieces.push(piece);
  return pieces.join("");
}

/**
 * Yields the decoded text in pieces of about 64 KiB, without a byte order mark. `name` is the name in errors. If
 * `encoding` is null, the file is UTF-8 or the encoding that the bytes show, which is reported to `found`. Coded
 * errors: `wrong-encoding` with the first invalid byte, `two-encodings`, `unknown-encoding`, `not-a-text-file`, and
 * those of `readFileBytes`.
 */
export async function* readTextPieces(
  file: string,
  name: string,
  encoding: string | null,
  options: { readonly most?: number; readonly onBytes?: OnBytesRead | undefined; readonly found?: Found } = {},
): AsyncGenerator<string> {
  const about: FileWithEncodingReport = { name, found: (what) => options.found?.(name, what) };
  let decode: DecodeBytes | undefined;
  let first = true;
  for await (const bytes of readFileBytes(file, name, options.most, options.onBytes)) {
    if (!decode) {
      checkTextFile(bytes, name);
      decode = encoding === null ? detectDecoder(about, bytes) : decoderForEncoding(about, encoding, bytes);
    }
    const text = decode(bytes, false);
    if (text === "") continue;
    yield first && text.startsWith("\ufeff") ? text.slice(1) : text;
    first = false;
  }
  const rest = (decode ?? decoderForEncoding(about, encoding ?? "utf-8", new Uint8Array(0)))(new Uint8Array(0), true);
  if (rest !== "") yield rest;
}

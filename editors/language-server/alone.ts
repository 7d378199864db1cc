/**
 * The language server on its own, as an editor's extension brings it along: without plans, for which the base's tokenizer,
 * native code, would have to be there.
 */
import { serveStandardStreams } from "./standard-streams.js";

await serveStandardStreams({});

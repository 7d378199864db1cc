/**
 * The standalone language server, as bundled with an editor's extension. It makes no plans, which would require the
 * base's tokenizer as native code.
 */
import { serveStandardStreams } from "./standard-streams.js";

await serveStandardStreams({});

/** Who this kernel is: the answer to `kernel_info_request`. */
import { version } from "../../session/version.js";
import { protocolVersion, type Json } from "./message.js";

export const kernelInfo: Json = {
  status: "ok",
  protocol_version: protocolVersion,
  implementation: "tunebook",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: process.versions.node,
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: "typescript",
    nbconvert_exporter: "script",
  },
  banner: `Tunebook ${version}: TypeScript and Tune on Node ${process.versions.node}`,
  help_links: [],
  debugger: false,
  supported_features: [],
};

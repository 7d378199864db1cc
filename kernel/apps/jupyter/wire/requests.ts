/** Requests answered outside the run loop, by type: request content → reply content. */
import type { AssistantClient } from "./comms/assistant-client.js";
import type { Connection } from "./connection.js";
import type { History } from "./history.js";
import { version } from "../../../session/version.js";
import { protocolVersion, type Json } from "./message.js";
import type { UsageMeter } from "./usage.js";

// Jupyter counts positions in a text in code points, JavaScript in UTF-16 units.

/** Code points → UTF-16 units; positions out of range are clamped to the text. */
export function codePointsToUtf16Offset(text: string, codePoints: number): number {
  let units = 0;
  for (let left = Math.max(0, codePoints); left > 0 && units < text.length; left--) units += widthAt(text, units);
  return units;
}

/** UTF-16 units → code points; an offset inside a surrogate pair counts as the position before it. */
export function utf16ToCodePointOffset(text: string, offset: number): number {
  const end = Math.min(offset, text.length);
  let points = 0;
  for (let next = widthAt(text, 0); next <= end; next += widthAt(text, next)) points++;
  return points;
}

function widthAt(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
}

export interface RequestServices {
  readonly assistant: AssistantClient;
  readonly history: History;
  readonly usage: UsageMeter;
  readonly connection: Connection;
  /** Open comms: id → target. */
  readonly comms: () => ReadonlyMap<string, string>;
  readonly interrupt: () => void;
  /** `patience`: additional seconds that the client waits. */
  readonly shutdown: (restart: boolean, patience: number) => void;
}
type Answer = (content: Json, services: RequestServices) => Json | Promise<Json>;

export const requestHandlers: Readonly<Record<string, Answer>> = {
  kernel_info_request: () => kernelInfo,

  complete_request: async (content, { assistant }) => {
    const { code, offset } = placeIn(content);
    const { matches, ...span } = await assistant.ask("complete", { code, offset });
    const start = utf16ToCodePointOffset(code, span.start);
    const end = utf16ToCodePointOffset(code, span.end);
    const types = matches.map(({ text, type, doc }) => ({
      text,
      type,
      start,
      end,
      ...(doc ? { signature: doc } : {}),
    }));
    return {
      status: "ok",
      matches: matches.map(({ text }) => text),
      cursor_start: start,
      cursor_end: end,
      metadata: { _jupyter_types_experimental: types },
    };
  },

  inspect_request: async (content, { assistant }) => {
    const detail = content["detail_level"] === 1 ? 1 : 0;
    const { found, bundle } = await assistant.ask("inspect", { ...placeIn(content), detail });
    return { status: "ok", found, data: found ? bundle : {}, metadata: {} };
  },

  is_complete_request: async (content, { assistant }) => ({
    ...(await assistant.ask("isComplete", { code: codeOf(content) })),
  }),

  history_request: (content, { history }) => history.answer(content),

  comm_info_request: (content, { comms }) => {
    const wanted = content["target_name"];
    const open = [...comms()].filter(([, target]) => typeof wanted !== "string" || wanted === target);
    return { status: "ok", comms: Object.fromEntries(open.map(([id, target]) => [id, { target_name: target }])) };
  },

  connect_request: (_, { connection: { ports } }) => ({
    status: "ok",
    shell_port: ports.shell,
    iopub_port: ports.iopub,
    stdin_port: ports.stdin,
    control_port: ports.control,
    hb_port: ports.hb,
  }),

  usage_request: (_, { usage }) => usage.answer(),

  interrupt_request: (_, { interrupt }) => {
    interrupt();
    return { status: "ok" };
  },

  shutdown_request: (content, { shutdown }) => {
    const restart = content["restart"] === true;
    shutdown(restart, patienceIn(content["patience"]));
    return { status: "ok", restart };
  },

  debug_request: (content) => ({
    type: "response",
    request_seq: content["seq"] ?? 0,
    success: false,
    command: content["command"] ?? "",
    message: "Tunebook's kernel has no debugger on this channel",
    body: {},
  }),
};

const MOST_PATIENT = 600;
/** Other clients don't send this field. */
function patienceIn(requested: unknown): number {
  return typeof requested === "number" && requested > 0 ? Math.min(requested, MOST_PATIENT) : 0;
}

function codeOf(content: Json): string {
  if (typeof content["code"] !== "string") throw new TypeError("the request holds no code");
  return content["code"];
}

/** The code and its cursor, in UTF-16 units; the cursor defaults to the end. */
function placeIn(content: Json): { code: string; offset: number } {
  const code = codeOf(content);
  const cursor = content["cursor_pos"];
  return { code, offset: typeof cursor === "number" ? codePointsToUtf16Offset(code, cursor) : code.length };
}

const kernelInfo: Json = {
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

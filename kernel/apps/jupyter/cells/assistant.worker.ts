/**
 * Worker thread of the assistant, with the TypeScript compiler. It compiles cells for the main thread and answers
 * requests about text being typed (wire/assistant-port.ts), so that answers come while a cell computes.
 */
import { registerAllCodes } from "../../../codes.js";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { AssistantMethod, AssistantMethods, AssistantRequest, ConnectMessage } from "./assistant-port.js";
import type { AssistantStartData, CompilerMethod, CompilerMethods } from "./assistant-client.js";
import { isSyntaxCompileError, tuneHint } from "./compile/complaints.js";
import { Converter } from "./compile/converter.js";
import { pythonCodeErrorIn } from "./compile/python.js";
import type { RunListDashboard } from "../../../training-runs/run-requests.js";
import type { NotebookPlan } from "./notebook-plan.js";
import { openAssistant } from "./open-assistant.js";
import type { TuneAssistant } from "../../../assist/tune-assistant.js";

registerAllCodes();

type Answer<M extends { params: unknown; result: unknown }> = (
  params: M["params"],
) => M["result"] | Promise<M["result"]>;

const { folder, runs: runsFolder, declarations, declared } = workerData as AssistantStartData;
const converter = new Converter(folder, declarations, declared);
const tune = openAssistant(folder, {
  typescript: () => converter.names(),
  types: () => converter.types(),
});
converter.warm();

/** Code for plans and runs is loaded on first use. */
let planned: Promise<NotebookPlan> | undefined;
function plans(): Promise<NotebookPlan> {
  return (planned ??= Promise.all([import("./notebook-plan.js"), tune]).then(
    ([{ NotebookPlan }, assistant]) => new NotebookPlan(assistant, folder),
  ));
}
let board: Promise<RunListDashboard> | undefined;
function runs(): Promise<RunListDashboard> {
  return (board ??= import("../../../training-runs/run-requests.js").then(
    ({ RunListDashboard: RunBoard }) => new RunBoard(runsFolder),
  ));
}

/** Returns the assistant for a cell's language. */
async function speaker(code: string): Promise<Pick<TuneAssistant, "complete" | "inspect" | "isComplete"> | Converter> {
  const assistant = await tune;
  return assistant.owns(code) ? assistant : converter;
}
const assist: { readonly [M in AssistantMethod]: Answer<AssistantMethods[M]> } = {
  complete: async ({ code, offset }) => (await speaker(code)).complete(code, offset),
  inspect: async ({ code, offset }) => (await speaker(code)).inspect(code, offset),
  isComplete: async ({ code }) => (await speaker(code)).isComplete(code),
  check: async ({ code }) => {
    const assistant = await tune;
    return { diagnostics: assistant.owns(code) ? await assistant.check(code) : [] };
  },
  format: async ({ code }) => {
    const assistant = await tune;
    return { code: assistant.owns(code) ? assistant.format(code) : null };
  },
  plan: async (text) => (await plans()).planFor(text),
  runs: async (query) => (await runs()).changes(query),
  run: async ({ id, against }) => (await runs()).details(id, against),
  compareRuns: async (request) => (await runs()).compared(request),
  loadRun: async ({ id, cells }) => ({ text: await (await runs()).load(id, cells) }),
  noteRun: async ({ id, notes }) => (await runs()).note(id, notes),
  deleteRun: async ({ id }) => (await runs()).remove(id),
  stopRun: async ({ id }) => (await runs()).stop(id),
};
const compiler: { readonly [M in CompilerMethod]: Answer<CompilerMethods[M]> } = {
  convert: async ({ code }) => {
    const conversion = converter.convert(code);
    if (!("complaints" in conversion)) return conversion;
    const python = pythonCodeErrorIn(conversion.complaints, code);
    if (python) return { complaints: [python.complaint], hint: python.hint };
    const assistant = await tune;
    const { verbs } = assistant;
    const lines = conversion.complaints.filter((c) => isSyntaxCompileError(c)).map((c) => c.line);
    const written = code.split("\n");
    const foreign = await Promise.all(lines.map((line) => assistant.foreign(written[line - 1] ?? "")));
    const hint = foreign.find((candidate) => candidate !== undefined) ?? tuneHint(code, lines, verbs);
    const complaints = converter.explained(conversion.complaints, code, verbs);
    return { complaints, ...(hint !== undefined && { hint }) };
  },
  commit: () => converter.commit(),
  compileFile: ({ path, text }) => converter.compileFile(path, text),
  tuneNames: ({ names }) => {
    converter.setTune(new Map(names));
    return null;
  },
  tuneKnowledge: async (knowledge) => {
    (await tune).learn(knowledge);
    return null;
  },
};

async function reply(port: { postMessage(message: unknown): void }, id: number, answer: () => unknown): Promise<void> {
  try {
    port.postMessage({ id, result: await answer() });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const coded = error instanceof CodedError ? { code: error.code, data: error.data } : {};
    port.postMessage({ id, error: { name, message, ...coded } });
  }
}
function serve(port: MessagePort): void {
  port.on("message", ({ id, method, params }: AssistantRequest) => {
    void reply(port, id, () => (assist[method] as (params: unknown) => unknown)(params));
  });
}
type CompilerRequest = {
  readonly [M in CompilerMethod]: {
    readonly id: number;
    readonly method: M;
    readonly params: CompilerMethods[M]["params"];
  };
}[CompilerMethod];

parentPort?.on("message", (message: ConnectMessage | CompilerRequest) => {
  const main = parentPort;
  if ("connect" in message) serve(message.connect);
  else if (main)
    void reply(main, message.id, () => (compiler[message.method] as (params: unknown) => unknown)(message.params));
});

/**
 * Converts a kernel's published messages to outputs of nbformat 4.5. One store per client: an update by display id
 * reaches every output with that id, in any cell. Consecutive streams of one name are one output.
 */
import type { MessageContent, Message } from "./messages.js";

export type OutputBundle = Record<string, unknown>;
export type NotebookOutput =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: OutputBundle; metadata: OutputBundle }
  | { output_type: "execute_result"; data: OutputBundle; metadata: OutputBundle; execution_count: number }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** The outputs of one execution, updated as messages arrive, also after the cell is done (timers). */
export class CellOutputs {
  readonly list: NotebookOutput[] = [];
  /** Clears the outputs when the next one arrives (`clear_output` with `wait`). */
  private clearNext = false;

  push(output: NotebookOutput): void {
    if (this.clearNext) this.clear(false);
    const last = this.list.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name)
      last.text += output.text;
    else this.list.push(output);
  }
  clear(wait: boolean): void {
    this.clearNext = wait;
    if (!wait) this.list.length = 0;
  }
}

interface Displayed {
  readonly cell: CellOutputs;
  readonly output: Extract<NotebookOutput, { data: OutputBundle }>;
}

export class OutputStore {
  private readonly byId = new Map<string, Displayed[]>();

  /** Takes one message of the publishing socket for its cell; returns the cells whose outputs changed. */
  take(message: Message, cell: CellOutputs | undefined): readonly CellOutputs[] {
    const { content } = message;
    const id = displayId(content);
    if (message.header.msg_type === "update_display_data") return this.update(id, content);
    if (cell === undefined) return [];
    if (message.header.msg_type === "clear_output") {
      cell.clear(content["wait"] === true);
      return [cell];
    }
    const output = outputOf(message);
    if (output === null) return [];
    cell.push(output);
    if (id !== null && "data" in output) this.byId.set(id, [...(this.byId.get(id) ?? []), { cell, output }]);
    return [cell];
  }

  private update(id: string | null, content: MessageContent): readonly CellOutputs[] {
    const shown = (id === null ? undefined : this.byId.get(id))?.filter(({ cell, output }) =>
      cell.list.includes(output),
    );
    if (id === null || shown === undefined) return [];
    this.byId.set(id, shown);
    for (const { output } of shown) {
      output.data = { ...(content["data"] as OutputBundle) };
      output.metadata = { ...(content["metadata"] as OutputBundle | undefined) };
    }
    return [...new Set(shown.map(({ cell }) => cell))];
  }
}

function displayId(content: MessageContent): string | null {
  const id = (content["transient"] as OutputBundle | undefined)?.["display_id"];
  return typeof id === "string" ? id : null;
}

function outputOf({ header, content }: Message): NotebookOutput | null {
  const data = { ...(content["data"] as OutputBundle | undefined) };
  const metadata = { ...(content["metadata"] as OutputBundle | undefined) };
  switch (header.msg_type) {
    case "stream":
      return {
        output_type: "stream",
        name: content["name"] === "stderr" ? "stderr" : "stdout",
        text: String(content["text"]),
      };
    case "display_data":
      return { output_type: "display_data", data, metadata };
    case "execute_result":
      return { output_type: "execute_result", data, metadata, execution_count: Number(content["execution_count"]) };
    case "error":
      return {
        output_type: "error",
        ename: String(content["ename"]),
        evalue: String(content["evalue"]),
        traceback: (content["traceback"] as unknown[]).map(String),
      };
    default:
      return null;
  }
}

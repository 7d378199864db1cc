import assert from "node:assert/strict";
import { newHeader, type MessageContent, type Message } from "#kernel/apps/jupyter/client/messages.js";
import { CellOutputs, OutputStore } from "#kernel/apps/jupyter/client/outputs.js";

const message = (type: string, content: MessageContent): Message => ({
  ...{ identities: [], header: newHeader(type, "s"), parent: {}, metadata: {}, buffers: [] },
  content,
});
const stream = (text: string, name = "stdout"): Message => message("stream", { name, text });
const display = (text: string, id?: string, type = "display_data"): Message =>
  message(type, {
    data: { "text/plain": text },
    metadata: {},
    ...(id === undefined ? {} : { transient: { display_id: id } }),
  });

describe("outputs of a cell", () => {
  it("merge stream writes until another output appears", () => {
    const [store, cell] = [new OutputStore(), new CellOutputs()];
    for (const m of [stream("a"), stream("b"), stream("!", "stderr"), display("x"), stream("c")]) store.take(m, cell);
    assert.deepEqual(
      cell.list.map((o) => ("text" in o ? `${o.name}:${o.text}` : o.output_type)),
      ["stdout:ab", "stderr:!", "display_data", "stdout:c"],
    );
  });
  it("are updated by display id in every cell that shows it, and nowhere else", () => {
    const [store, one, two] = [new OutputStore(), new CellOutputs(), new CellOutputs()];
    store.take(display("old", "chart"), one);
    store.take(display("old", "chart"), two);
    store.take(display("still", "other"), two);
    const changed = store.take(display("new", "chart", "update_display_data"), undefined);
    assert.deepEqual(changed, [one, two]);
    const texts = [...one.list, ...two.list].map((o) => ("data" in o ? o.data["text/plain"] : ""));
    assert.deepEqual(texts, ["new", "new", "still"]);
    assert.deepEqual(store.take(display("new", "unknown", "update_display_data"), one), []);
  });
  it("are removed on clear_output immediately, or before the next output with `wait`", () => {
    const [store, cell] = [new OutputStore(), new CellOutputs()];
    store.take(stream("a"), cell);
    store.take(message("clear_output", { wait: true }), cell);
    assert.equal(cell.list.length, 1);
    store.take(stream("b"), cell);
    assert.deepEqual(cell.list, [{ output_type: "stream", name: "stdout", text: "b" }]);
    store.take(message("clear_output", { wait: false }), cell);
    assert.deepEqual(cell.list, []);
  });
});

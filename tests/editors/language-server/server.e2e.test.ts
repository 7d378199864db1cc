/** The language server as editors start it: a separate process that uses standard input and output. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
} from "vscode-languageserver/node";
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  Hover,
  Location,
  PublishDiagnosticsParams,
  Range,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";

const cli = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));
const program = `data reviews {
  source: csv("reviews.csv")
  columns: { text: body, label: team }
  split: random(train: 80%, validation: 10%, test: 10%)
}
parameters { rate: 1e-3 }
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
recipe quick { epochs: 3, optimizer: adamw(learning_rate: $rate) }
train mood on reviews with quick
evaluate mood on reviews.test
`;

describe("language server", () => {
  let folder: string;
  let server: ChildProcess;
  let client: ProtocolConnection;
  let said = "";
  const published = new Map<string, PublishDiagnosticsParams>();
  const waiting = new Set<() => void>();
  let versions = 1;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-lsp-"));
    writeFileSync(join(folder, "reviews.csv"), "body,team\nhello,a\nworld,b\n");
    // VS Code's arguments; other editors give fewer.
    const args = [cli, "language-server", "--stdio", `--clientProcessId=${String(process.pid)}`];
    server = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
    server.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    client = createProtocolConnection(new StreamMessageReader(server.stdout!), new StreamMessageWriter(server.stdin!));
    client.onNotification("textDocument/publishDiagnostics", (told: PublishDiagnosticsParams) => {
      published.set(told.uri, told);
      for (const wake of waiting) wake();
    });
    client.listen();
    const { capabilities } = await client.sendRequest<{ capabilities: Record<string, unknown> }>("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
    });
    assert.ok(capabilities["renameProvider"] && capabilities["codeActionProvider"] && capabilities["hoverProvider"]);
    await client.sendNotification("initialized", {});
  });
  after(async () => {
    await client.sendRequest("shutdown");
    const ended = new Promise((done) => server.once("exit", done));
    await client.sendNotification("exit");
    assert.equal(await ended, 0, said);
    client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;
  const opened = new Map<string, TextDocument>();
  async function open(name: string, text: string): Promise<string> {
    const uri = uriOf(name);
    const version = versions++;
    opened.set(uri, TextDocument.create(uri, "tune", version, text));
    await client.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "tune", version, text } });
    return uri;
  }
  async function change(uri: string, text: string): Promise<void> {
    const version = versions++;
    opened.set(uri, TextDocument.create(uri, "tune", version, text));
    await client.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }
  /** Returns the diagnostics of the newest text. */
  async function diagnostics(uri: string): Promise<PublishDiagnosticsParams["diagnostics"]> {
    for (;;) {
      const told = published.get(uri);
      if (told && (told.version ?? 0) >= (opened.get(uri)?.version ?? 0)) return told.diagnostics;
      await new Promise<void>((wake) => waiting.add(wake));
    }
  }
  /** Returns the parameters of a request about the position before the nth `word`, or inside it. */
  function at(uri: string, word: string, { inside = 1, nth = 1 } = {}) {
    const document = opened.get(uri)!;
    let place = -1;
    for (let i = 0; i < nth; i++) place = document.getText().indexOf(word, place + 1);
    assert.ok(place >= 0, word);
    return { textDocument: { uri }, position: document.positionAt(place + inside) };
  }
  const textIn = (uri: string, range: Range): string => opened.get(uri)!.getText(range);

  it("publishes errors as they appear and disappear", async () => {
    const uri = await open("mistakes.tune", program.replace("columns:", "colums:"));
    const found = await diagnostics(uri);
    assert.deepEqual(
      found.map(({ code, severity, range, source }) => [code, severity, textIn(uri, range), source]),
      [["unknown-key", 1, "colums", "tune"]],
    );
    await change(uri, program);
    assert.deepEqual(await diagnostics(uri), []);
    await change(uri, program.replace("label: team", "label: tema").replace("on reviews with", "on review with"));
    assert.deepEqual(
      (await diagnostics(uri)).map(({ code }) => code),
      ["unknown-column", "unknown-name"],
    );
  });

  it("offers a fix as a code action", async () => {
    const uri = await open("mend.tune", program.replace("epochs: 3", "epoch: 3"));
    const [finding] = await diagnostics(uri);
    const actions = await client.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: finding?.range,
      context: { diagnostics: [finding] },
    });
    assert.equal(actions.length, 1);
    assert.equal(actions[0]?.title, "write epochs");
    const edits = actions[0]?.edit?.changes?.[uri] as TextEdit[];
    assert.equal(TextDocument.applyEdits(opened.get(uri)!, edits), program);
  });

  it("offers to allow a warning, with the reason left to write", async () => {
    const uri = await open("allow.tune", program.replace("rate: 1e-3", "rate: 0.5"));
    const [finding] = await diagnostics(uri);
    assert.deepEqual([finding?.code, finding?.severity], ["rate-far-off", 2]);
    const actions = await client.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: finding?.range,
      context: { diagnostics: [finding] },
    });
    const allow = actions.find(({ title }) => title === "allow rate-far-off with a reason");
    assert.equal(allow?.isPreferred, false);
    const after = TextDocument.applyEdits(opened.get(uri)!, allow?.edit?.changes?.[uri] as TextEdit[]);
    assert.match(after, /adamw\(learning_rate: \$rate\), allow: \{ rate-far-off: "" \} \}/);
    await change(uri, after);
    assert.deepEqual(
      (await diagnostics(uri)).map(({ code }) => code),
      ["rate-far-off", "reason-missing"],
    );
    await change(uri, after.replace('rate-far-off: ""', 'rate-far-off: "to show it"'));
    assert.deepEqual(await diagnostics(uri), []);
  });

  it("completes paths below the notebook's folder", async () => {
    const text = 'data d { source: csv("re';
    const uri = await open("paths.tune", text);
    const found = await client.sendRequest<CompletionItem[]>("textDocument/completion", at(uri, "re", { inside: 2 }));
    assert.deepEqual(
      found.map(({ label }) => label),
      ["reviews.csv"],
    );
  });

  it("fixes all certain errors at once, as editors request on save", async () => {
    const bad = program.replace("epochs: 3", "epoch = 3").replace("columns:", "colums:");
    const uri = await open("mend-all.tune", bad);
    const ask = (kind: string) =>
      client.sendRequest<CodeAction[]>("textDocument/codeAction", {
        textDocument: { uri },
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        context: { diagnostics: [], only: [kind] },
      });
    const [action, ...more] = await ask("source.fixAll");
    assert.deepEqual([action?.kind, more], ["source.fixAll", []]);
    const edits = action?.edit?.changes?.[uri] as TextEdit[];
    assert.equal(TextDocument.applyEdits(opened.get(uri)!, edits), program);
    assert.deepEqual(await ask("quickfix"), [], "nothing stands at the place that was asked about");
  });

  it("completes keys with their types, and columns of the file", async () => {
    const uri = await open("complete.tune", program);
    const keys = await client.sendRequest<CompletionItem[]>(
      "textDocument/completion",
      at(uri, "epochs: 3", { inside: 0 }),
    );
    const batch = keys.find(({ label }) => label === "batch_size");
    assert.match(batch?.detail ?? "", /an integer, else 32/);
    assert.equal(batch?.labelDetails?.description, "Rows in one batch");
    assert.match((batch!.documentation as { value: string }).value, /rows/i);
    const columns = await client.sendRequest<CompletionItem[]>(
      "textDocument/completion",
      at(uri, "team", { inside: 2 }),
    );
    assert.deepEqual(
      columns.map(({ label, textEdit }) => [label, textIn(uri, (textEdit as TextEdit).range)]),
      [["team", "te"]],
    );
  });

  it("explains the word under the mouse", async () => {
    const uri = await open("hover.tune", program);
    const over = async (word: string): Promise<string> =>
      ((await client.sendRequest<Hover>("textDocument/hover", at(uri, word))).contents as { value: string }).value;
    assert.match(await over("rank"), /\*\*rank\*\* of `lora`/);
    assert.match(await over("team"), /\*\*team\*\* is a column\n\nIt starts with `a`, `b`/);
    assert.match(await over("$rate"), /is a parameter: `0.001`/);
    assert.equal(await client.sendRequest("textDocument/hover", at(uri, "}", { inside: 0 })), null);
  });

  it("shows the parameters of a word", async () => {
    const uri = await open("signature.tune", program);
    const help = await client.sendRequest<SignatureHelp>("textDocument/signatureHelp", at(uri, "8)", { inside: 0 }));
    const [signature] = help.signatures;
    assert.match(signature?.label ?? "", /^lora\(rank: 8, alpha: 2 × rank, /);
    assert.equal(help.activeParameter, 0);
  });

  it("finds definitions and references, and renames both", async () => {
    const uri = await open("names.tune", program);
    const definition = await client.sendRequest<Location>("textDocument/definition", at(uri, "mood on reviews.test"));
    assert.deepEqual(opened.get(uri)!.offsetAt(definition.range.start), program.indexOf("mood"));
    const references = await client.sendRequest<Location[]>("textDocument/references", {
      ...at(uri, "mood"),
      context: { includeDeclaration: true },
    });
    assert.equal(references.length, 3);
    const rename = async (word: string, newName: string): Promise<string | null> => {
      const edit = await client.sendRequest<WorkspaceEdit | null>("textDocument/rename", { ...at(uri, word), newName });
      return edit && TextDocument.applyEdits(opened.get(uri)!, edit.changes![uri]!);
    };
    assert.equal(await rename("reviews.test", "calls"), program.replaceAll(/reviews(?!\.csv)/g, "calls"));
    assert.equal(await rename("$rate", "speed"), program.replaceAll(/(?<![_a-z])rate/g, "speed"));
    assert.equal(await rename("mood", "two words"), null);
    assert.equal(await rename("mood", "train"), null, "a verb is no name");
  });

  it("returns an outline", async () => {
    const uri = await open("outline.tune", program);
    const symbols = await client.sendRequest<DocumentSymbol[]>("textDocument/documentSymbol", {
      textDocument: { uri },
    });
    assert.deepEqual(
      symbols.map(({ name, detail, children }) => [name, detail, children?.length]),
      [
        ["reviews", "data", 3],
        ["parameters", "parameters", 1],
        ["mood", "model", 3],
        ["quick", "recipe", 2],
        ["mood", "train", 0],
        ["mood", "evaluate", 0],
      ],
    );
  });

  it("formats a text, but not one with errors", async () => {
    const uri = await open("format.tune", program.replace("{ epochs: 3,", "{epochs :3,"));
    const ask = () =>
      client.sendRequest<TextEdit[] | null>("textDocument/formatting", {
        textDocument: { uri },
        options: { tabSize: 2, insertSpaces: true },
      });
    assert.equal(TextDocument.applyEdits(opened.get(uri)!, (await ask())!), program);
    await change(uri, "recipe quick { epochs: ");
    assert.equal(await ask(), null);
  });

  it("shows the plan of the current text, or says why there is none", async () => {
    const plan = async (name: string, text: string) =>
      client.sendRequest<{ title?: string; text?: string; problem?: string }>("tunebook/plan", {
        textDocument: { uri: await open(name, text) },
      });
    const rows = Array.from({ length: 40 }, (_row, i) => `it was ${String(i)},${i % 2 ? "good" : "bad"}`);
    writeFileSync(join(folder, "many.csv"), `body,team\n${rows.join("\n")}\n`);
    const whole = program.replace("reviews.csv", "many.csv");
    const { title, text } = await plan("plan.tune", whole);
    assert.equal(title, "Plan of plan.tune");
    assert.match(text ?? "", /Plan of mood: train mood on reviews[\s\S]*steps[\s\S]*learning_rate/);
    const broken = await plan("broken.tune", whole.replace("epochs: 3", "epoch: 3"));
    assert.match(broken.problem ?? "", /There is no plan of broken\.tune: .*epoch/);
    assert.match((await plan("none.tune", "recipe quick { epochs: 3 }\n")).problem ?? "", /trains nothing/);
  });

  it("knows the cells above a notebook's cell", async () => {
    const notebook = uriOf("book.ipynb");
    const cells = [
      program.split("\ntrain")[0]!,
      "const x = 1",
      "train mood on reviews with quik",
      "show mood.plan",
    ].map((text, i) => ({
      uri: `${notebook.replace("file:", "vscode-notebook-cell:")}#${String(i)}`,
      languageId: "tune",
      version: 1,
      text,
    }));
    for (const { uri, text } of cells) opened.set(uri, TextDocument.create(uri, "tune", 1, text));
    await client.sendNotification("notebookDocument/didOpen", {
      notebookDocument: {
        uri: notebook,
        notebookType: "jupyter-notebook",
        version: 1,
        cells: cells.map(({ uri }) => ({ kind: 2, document: uri })),
      },
      cellTextDocuments: cells,
    });
    const uri = cells[2]!.uri;
    const [finding] = await diagnostics(uri);
    assert.equal(finding?.code, "unknown-name");
    const items = await client.sendRequest<CompletionItem[]>("textDocument/completion", at(uri, "quik", { inside: 2 }));
    assert.deepEqual(
      items.map(({ label }) => label),
      ["quick"],
    );
    const edit = await client.sendRequest<WorkspaceEdit>("textDocument/rename", {
      ...at(uri, "mood"),
      newName: "router",
    });
    assert.deepEqual(Object.keys(edit.changes ?? {}).sort(), [cells[0]!.uri, cells[2]!.uri, cells[3]!.uri].sort());
  });

  it("returns null for unknown documents", async () => {
    const nowhere = { textDocument: { uri: uriOf("nowhere.tune") }, position: { line: 0, character: 0 } };
    for (const method of ["hover", "completion", "definition", "documentSymbol", "formatting"])
      assert.equal(await client.sendRequest(`textDocument/${method}`, nowhere), null);
    assert.equal(said, "");
  });
});

/** The archive that VS Code installs: complete, reproducible, and able to serve where nothing else is installed. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CompletionItem, InitializeResult, PublishDiagnosticsParams } from "vscode-languageserver";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
} from "vscode-languageserver/node";
import yauzl from "yauzl";
import { buildVsix } from "#editors/vscode/build.mjs";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import { mistaken } from "./corpus.js";

interface Described {
  readonly version: string;
  readonly main: string;
  readonly icon: string;
  readonly contributes: {
    readonly languages: readonly { configuration: string; icon: Record<string, string> }[];
    readonly grammars: readonly { path: string; scopeName: string }[];
    readonly snippets: readonly { path: string }[];
    readonly commands: readonly { command: string }[];
    readonly menus: Record<string, readonly { command: string }[]>;
    readonly typescriptServerPlugins: readonly { name: string }[];
    readonly configuration: { readonly properties: Record<string, { markdownDescription?: string; default: unknown }> };
  };
}
const root = fileURLToPath(new URL("../../..", import.meta.url));
const json = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

describe("VS Code extension", function () {
  this.timeout(120_000);
  let folder: string;
  let extension: string;
  let archive: string;
  let described: Described;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-vsix-"));
    archive = await buildVsix({ into: join(folder, "built") });
    await unpack(archive, join(folder, "installed"));
    extension = join(folder, "installed", "extension");
    described = json(join(extension, "package.json"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is built to the same archive from the same sources", async () => {
    const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
    assert.equal(hash(await buildVsix({ into: join(folder, "again") })), hash(archive));
  });

  it("contains every file that it names, and has the package's version", () => {
    const { contributes } = described;
    const named = [
      ...[described.main, described.icon, "README.md", "CHANGELOG.md", "LICENSE.txt", "THIRD-PARTY-LICENSES.txt"],
      ...contributes.languages.flatMap(({ configuration, icon }) => [configuration, ...Object.values(icon)]),
      ...[...contributes.grammars, ...contributes.snippets].map(({ path }) => path),
      ...contributes.typescriptServerPlugins.map(({ name }) => `node_modules/${name}/index.js`),
      "dist/server/server.mjs",
    ];
    for (const path of named) assert.ok(existsSync(join(extension, path)), path);
    const licences = readFileSync(join(extension, "THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of ["chevrotain", "lodash-es"]) assert.match(licences, new RegExp(`^${name} \\d`, "m"));
    for (const { path, scopeName } of contributes.grammars)
      assert.equal(json<{ scopeName: string }>(join(extension, path)).scopeName, scopeName);
    const { version } = json<{ version: string }>(join(root, "package.json"));
    assert.equal(described.version, version);
    assert.equal(json<Described>(join(root, "editors/vscode/package.json")).version, version);
    const manifest = readFileSync(join(folder, "installed", "extension.vsixmanifest"), "utf8");
    assert.match(
      manifest,
      new RegExp(`<Identity Language="en-US" Id="tune" Version="${version}" Publisher="tunebook"/>`),
    );
    for (const [, path] of manifest.matchAll(/Path="([^"]+)"/g))
      assert.ok(existsSync(join(folder, "installed", path!)), path);
  });

  it("declares only commands and settings that the client and the README know", () => {
    const client = readFileSync(join(extension, described.main), "utf8");
    const commands = described.contributes.commands.map(({ command }) => command);
    for (const { command } of Object.values(described.contributes.menus).flat()) assert.ok(commands.includes(command));
    const source = readFileSync(join(root, "editors/vscode/src/extension.ts"), "utf8");
    for (const command of commands) assert.ok(source.includes(`command("${command.replace("tune.", "")}"`), command);
    const page = readFileSync(join(extension, "README.md"), "utf8");
    for (const [name, { markdownDescription }] of Object.entries(described.contributes.configuration.properties)) {
      assert.ok(markdownDescription, name);
      assert.ok(page.includes(`\`${name}\``), `README tells of ${name}`);
      // The client's library reads settings that begin with `tune.trace`.
      assert.ok(name === "tune.trace.server" || client.includes(name.replace("tune.", "")), name);
    }
  });

  describe("language server, with nothing else installed", () => {
    let server: ChildProcess;
    let client: ProtocolConnection;
    let said = "";
    const published = new Map<string, PublishDiagnosticsParams>();
    let told = (): void => undefined;

    before(() => {
      writeFileSync(join(folder, "reviews.csv"), "body,team\nhello,a\nworld,b\n");
      server = spawn(process.execPath, [join(extension, "dist/server/server.mjs"), "--stdio"], { cwd: folder });
      server.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const [output, input] = [server.stdout!, server.stdin!];
      client = createProtocolConnection(new StreamMessageReader(output), new StreamMessageWriter(input));
      client.onNotification("textDocument/publishDiagnostics", (found: PublishDiagnosticsParams) => {
        published.set(found.uri, found);
        told();
      });
      client.listen();
    });
    after(async () => {
      await client.sendRequest("shutdown");
      const ended = new Promise((done) => server.once("exit", done));
      await client.sendNotification("exit");
      assert.equal(await ended, 0, said);
      client.dispose();
    });

    async function open(name: string, text: string): Promise<string> {
      const uri = pathToFileURL(join(folder, name)).href;
      await client.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId: "tune", version: 1, text },
      });
      return uri;
    }
    async function diagnostics(uri: string): Promise<PublishDiagnosticsParams["diagnostics"]> {
      while (!published.has(uri)) await new Promise<void>((wake) => (told = wake));
      return published.get(uri)!.diagnostics;
    }

    it("gives its name, and registers formatting for Tune only", async () => {
      const registered: unknown[] = [];
      client.onRequest("client/registerCapability", ({ registrations }: { registrations: unknown[] }) => {
        registered.push(...registrations);
        return null;
      });
      const { serverInfo, capabilities } = await client.sendRequest<InitializeResult>("initialize", {
        processId: process.pid,
        rootUri: null,
        capabilities: { textDocument: { formatting: { dynamicRegistration: true } } },
      });
      await client.sendNotification("initialized", {});
      assert.deepEqual(serverInfo, { name: "tunebook", version: described.version });
      assert.equal(capabilities.documentFormattingProvider, false);
      while (registered.length === 0) await new Promise((wait) => setTimeout(wait, 10));
      const [{ method, registerOptions }] = registered as [{ method: string; registerOptions: unknown }];
      assert.equal(method, "textDocument/formatting");
      assert.deepEqual(registerOptions, { documentSelector: [{ language: "tune" }] });
    });

    it("checks columns against a file's header and completes them", async () => {
      const text = 'data reviews {\n  source: csv("reviews.csv")\n  columns: { text: body, label: tema }\n}\n';
      const uri = await open("reviews.tune", text);
      assert.deepEqual(
        (await diagnostics(uri)).map(({ code, range }) => [code, range.start.line]),
        [["unknown-column", 2]],
      );
      const items = await client.sendRequest<CompletionItem[]>("textDocument/completion", {
        textDocument: { uri },
        position: { line: 2, character: text.split("\n")[2]!.indexOf("tema") + 2 },
      });
      assert.deepEqual(
        items.map(({ label }) => label),
        ["team"],
      );
    });

    it("says that a plan needs an installed Tunebook", async () => {
      const uri = await open("plan.tune", "recipe quick { epochs: 3 }\n");
      const answer = await client.sendRequest<{ problem: string }>("tunebook/plan", { textDocument: { uri } });
      assert.match(answer.problem, /need Tunebook itself.*tune\.server\.command/);
    });

    it("reports the same errors as Tunebook does", async () => {
      const assistant = await openAssistant(folder);
      const some = mistaken().filter((_program, i) => i % 36 === 0);
      for (const { name, text } of some) {
        const found = await diagnostics(await open(name, text));
        assert.deepEqual(
          found.map(({ code }) => code),
          (await assistant.check(text, { whole: true })).map(({ code }) => code),
          name,
        );
      }
    });
  });
});

/** Unpacks a zip archive with unchanged names and bytes. */
function unpack(archive: string, into: string): Promise<void> {
  return new Promise((done, fail) => {
    yauzl.open(archive, { lazyEntries: true }, (error, zip) => {
      if (error) return fail(error);
      zip.on("error", fail).on("end", done);
      zip.on("entry", (entry: yauzl.Entry) => {
        zip.openReadStream(entry, (broken, stream) => {
          if (broken) return fail(broken);
          const chunks: Buffer[] = [];
          stream.on("data", (chunk: Buffer) => chunks.push(chunk));
          stream.on("end", () => {
            const path = join(into, entry.fileName);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, Buffer.concat(chunks));
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}

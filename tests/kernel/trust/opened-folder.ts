/**
 * A project folder as an attacker would send it. Anything in it that can run appends its name to a file outside the
 * folder.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { lstatSync, existsSync } from "node:fs";

/** Packages that Tunebook, its peers and its editors load by name. */
const PACKAGES = [
  ...["@duckdb/node-api", "node-sqlite3-wasm", "arquero", "typescript", "tslab", "onnxruntime-node", "webgpu"],
  ...["@tensorflow/tfjs-core", "@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-backend-webgpu", "@anush008/tokenizers"],
  ...["tunebook", "chevrotain", "zeromq", "prettier", "tsx", "tune-in-typescript"],
];

const ROWS = Array.from({ length: 40 }, (_, i) => `${String(i)},text number ${String(i)},${i % 2 ? "x" : "y"}\n`);

export const PROGRAM = `data rows {
  source: csv("rows.csv")
  columns: { text: text, label: label }
  split: random(train: 80%, test: 20%)
}
data asked { source: sql("select text, label from 'rows.csv' order by id"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
data linked { source: csv("linked.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
data far { source: csv("ADDRESS/rows.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
data hubbed { source: hub("owner/rows"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model small { base: "owner/small", task: text_classification }
recipe quick { epochs: 1 }
train small on rows with quick
`;

export class OpenedFolder {
  /** Parent of the project, which has traps too. */
  readonly parent = mkdtempSync(join(tmpdir(), "tunebook-opened-"));
  readonly folder = join(this.parent, "inner", "project");
  /** Folder outside both, which records the code that ran and the connections that were opened. */
  private readonly outside = mkdtempSync(join(tmpdir(), "tunebook-outside-"));
  private readonly marker = join(this.outside, "ran");
  private server: Server | undefined;
  private connections = 0;
  program = PROGRAM;

  async start(): Promise<void> {
    this.server = createServer((_request, response) => response.end("text,label\na,x\n"));
    this.server.on("connection", () => (this.connections += 1));
    await new Promise<void>((done) => this.server!.listen(0, "127.0.0.1", done));
    for (const place of [this.parent, this.folder]) this.trap(place);
    this.program = PROGRAM.replace("ADDRESS", this.address);
    this.write("program.tune", this.program);
    this.write("rows.csv", `id,text,label\n${ROWS.join("")}`);
    writeFileSync(join(this.outside, "elsewhere.csv"), `id,text,label\n${ROWS.join("")}`);
    symlinkSync(join(this.outside, "elsewhere.csv"), join(this.folder, "linked.csv"));
    symlinkSync(join(this.outside), join(this.folder, "runs"));
    this.write(
      "book.ipynb",
      JSON.stringify({
        ...{ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook" } } },
        cells: [
          { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null, source: this.program },
          {
            ...{ cell_type: "code", id: "b", metadata: {}, outputs: [], execution_count: null },
            source: `import "arquero";\nimport { x } from "./cell.js";\nrequire("typescript");`,
          },
        ],
      }),
    );
    this.write("cell.js", this.payload("cell.js"));
    this.write(
      "train.py",
      `open(${JSON.stringify(this.marker)}, "a").write("train.py")\nfrom peft import LoraConfig\nc = LoraConfig(r=8)\n`,
    );
  }

  get address(): string {
    return `http://127.0.0.1:${String((this.server!.address() as AddressInfo).port)}`;
  }

  /** Returns the code that ran and the number of opened connections. Both must stay empty. */
  touched(): { readonly ran: string; readonly connections: number } {
    return { ran: existsSync(this.marker) ? readFileSync(this.marker, "utf8") : "", connections: this.connections };
  }

  /**
   * Lists every path below the parent with the facts that would show a change: type, size, modification time, link
   * target.
   */
  state(): readonly string[] {
    const names = readdirSync(this.parent, { recursive: true }) as string[];
    return names.sort().map((name) => {
      const path = join(this.parent, name);
      const found = lstatSync(path);
      return `${name} ${found.isSymbolicLink() ? readlinkSync(path) : `${String(found.size)} ${String(found.mtimeMs)}`}`;
    });
  }

  /** Names of the files outside the project that links in the project lead to. */
  outsideNames(): readonly string[] {
    return readdirSync(this.outside)
      .filter((name) => name !== "ran")
      .sort();
  }

  end(): void {
    this.server?.close();
    for (const folder of [this.parent, this.outside]) rmSync(folder, { recursive: true, force: true });
  }

  private trap(place: string): void {
    const write = (name: string, text: string): void => {
      const path = join(place, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    for (const name of PACKAGES) {
      const main = {
        name,
        version: "99.0.0",
        main: "index.js",
        bin: { tunebook: "index.js" },
        exports: { ".": "./index.js", "./*": "./index.js" },
      };
      write(`node_modules/${name}/package.json`, JSON.stringify(main));
      write(`node_modules/${name}/index.js`, this.payload(name));
    }
    write("node_modules/.bin/tunebook", `#!/usr/bin/env node\n${this.payload(".bin/tunebook")}`);
    chmodSync(join(place, "node_modules/.bin/tunebook"), 0o755);
    const scripts = Object.fromEntries(
      ["preinstall", "install", "postinstall", "prepare", "start", "test"].map((name) => [
        name,
        `node -e ${JSON.stringify(this.payload(`script ${name}`))}`,
      ]),
    );
    const imports = { "#*": "./node_modules/arquero/index.js" };
    write("package.json", JSON.stringify({ name: "project", version: "1.0.0", type: "module", scripts, imports }));
    write(
      ".npmrc",
      `node-options=--require ${join(place, "node_modules/arquero/index.js")}\nscript-shell=/bin/false\n`,
    );
    write("tsconfig.json", JSON.stringify({ compilerOptions: { plugins: [{ name: "tune-in-typescript" }] } }));
    write(".env", `NODE_OPTIONS=--require ${join(place, "node_modules/arquero/index.js")}\n`);
    for (const name of ["sitecustomize.py", "usercustomize.py", "json.py", "torch.py"])
      write(name, `open(${JSON.stringify(this.marker)}, "a").write(${JSON.stringify(`${name}\n`)})\n`);
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/config", `[core]\n\tfsmonitor = "node ${join(place, "node_modules/arquero/index.js")}"\n`);
    write(
      ".vscode/settings.json",
      JSON.stringify({ "tune.server.command": ["node", "node_modules/arquero/index.js"] }),
    );
  }

  private payload(name: string): string {
    return `require("node:fs").appendFileSync(${JSON.stringify(this.marker)}, ${JSON.stringify(`${name}\n`)});`;
  }

  private write(name: string, text: string): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }
}

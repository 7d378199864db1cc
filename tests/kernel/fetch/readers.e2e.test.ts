/**
 * Every reader of JSON from a file or a response, given input with one wrong position: a missing key, another type, a
 * list instead of a string. Each reader accepts the rest, skips the position, or reports a code of its own. Nothing
 * else is thrown, and the result is used as callers use it.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DataAudit } from "#dsl/language/types/audit-facts.js";
import { CachedHubRepository } from "#kernel/bases/cache.js";
import { chatTemplateIn } from "#kernel/bases/chat-template.js";
import { embeddingFactsOf } from "#kernel/bases/embedding.js";
import { isConvertedGguf } from "#kernel/bases/gguf/convert.js";
import { fetchBaseFromHub } from "#kernel/bases/hub.js";
import { readModelJsonObject } from "#kernel/tensors/model-file.js";
import { readMaxTextTokens } from "#kernel/bases/text-length.js";
import { registry } from "#stdlib/registry.js";
import { trainTokenizer } from "#kernel/bases/scratch/train-tokenizer.js";
import { readShardNames } from "#kernel/tensors/shards.js";
import { decodeSignedMessage as decodeForClient } from "#kernel/apps/jupyter/client/messages.js";
import { readNotebook, tagsOf, writeNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { AuditCache } from "#kernel/data/sources/kept-audits.js";
import { openStreamedData, rowsFilePath, STREAMED_FORMAT_VERSION } from "#kernel/data/sources/streamed.js";
import { readForwardInputs } from "#kernel/engines/forward/batch.js";
import { readMachineRecord } from "#kernel/engines/machine-record.js";
import { findTensorflow, areLibrariesReady, stampAddon } from "#kernel/engines/native/layout.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { listProjectFiles } from "#kernel/fetch/package-index.js";
import { installLabExtension } from "#editors/jupyterlab/install.js";
import { readTrainingRowRecord, countSeenRows } from "#kernel/runs/learnt-rows.js";
import { enginePaceOf } from "#kernel/session/answers/machine.js";
import { readConnection } from "#kernel/apps/jupyter/wire/connection.js";
import { History } from "#kernel/apps/jupyter/wire/history.js";
import { installedKernels } from "#kernel/apps/jupyter/wire/kernelspec/kernelspec.js";
import { decode, Signer } from "#kernel/apps/jupyter/wire/message.js";
import { assertCoded, standChanges, type Reader } from "./readers.js";

describe("JSON readers", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-readers-"));
  const environment = { ...process.env };
  let server: Server;
  /** The server's reply to every request. */
  let answer = "";
  before(async () => {
    process.env["TUNEBOOK_CACHE"] = process.env["TUNEBOOK_MACHINE"] = join(folder, "cache");
    process.env["HF_HOME"] = join(folder, "hub");
    server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(answer);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    process.env["HF_ENDPOINT"] = address();
  });
  after(async () => {
    await new Promise((done) => server.close(done));
    for (const name of ["TUNEBOOK_CACHE", "TUNEBOOK_MACHINE", "HF_HOME", "HF_ENDPOINT"])
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    rmSync(folder, { recursive: true, force: true });
  });
  const address = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  /** Writes the text to a file of that name and returns its path. */
  const put = (path: string, text: string | Uint8Array): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const json = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

  const audit: DataAudit = {
    near: [
      {
        split: "test",
        rows: 1,
        pairs: [{ row: "3 (test)", text: "a", trained: { row: 1, text: "b" }, likeness: 0.9 }],
      },
    ],
    conflicts: {
      ...{ texts: 1, rows: 2 },
      examples: [{ text: "a", labels: ["x", "y"], rows: [1, 2], of: { labels: 2, rows: 2 } }],
    },
    told: { rows: 1, own: 1, of: 2, example: { row: 1, label: "x", text: "an x" } },
    groups: { shared: 1, of: 2, some: ["g"] },
    scores: { least: 0, greatest: 1, furthest: 2, trained: { least: 0, greatest: 1, mean: 0.5, spread: 0.1 } },
  };
  const hash = "a".repeat(64);
  const wordpiece = { minimum_frequency: 1, alphabet: 1000, lower_case: true };
  const tokenizersIn = async (at: string): Promise<readonly string[]> =>
    (await readdir(at).catch((): string[] => [])).filter((name) => name.endsWith(".json"));
  const tensors = { a: { dtype: "F32", shape: [2], data_offsets: [0, 8] }, __metadata__: { format: "pt" } };
  const streamedFacts = {
    version: STREAMED_FORMAT_VERSION,
    ...{ roles: ["label", "text"], labels: ["x"] },
    facts: {
      ...{ rowsIn: 1, kept: 1, dropped: [{ why: "empty", count: 1, examples: [1, "2 (test)"] }] },
      splits: { all: { rows: 1, labels: [{ label: "x", count: 1 }], lengths: null } },
      ...{ labels: ["x"], leaks: [{ text: "a", places: [{ split: "all", row: 1 }] }], leakCount: 1, hash, notes: [] },
    },
    sample: [{ text: "a" }],
    splits: { all: { bytes: 10, rows: 1 } },
  };
  const header = { msg_id: "1", session: "s", username: "u", date: "d", msg_type: "status", version: "5.5" };
  const frames = (text: string): Buffer[] => ["<IDS|MSG>", "", text, "{}", "{}", "{}"].map((part) => Buffer.from(part));
  const commit = "0123456789abcdef0123456789abcdef01234567";

  const readers: Readonly<Record<string, Reader>> = {
    "a connection file": {
      good: {
        ...{ transport: "tcp", ip: "127.0.0.1", key: "k", signature_scheme: "hmac-sha256" },
        ...{ shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 },
      },
      read: (text) => readConnection(put("connection.json", text)),
      codes: ["bad-connection-file"],
      whole: (got) => got !== null,
    },
    "a notebook": {
      good: {
        cells: [
          { cell_type: "markdown", id: "a", metadata: {}, source: ["# A\n"], attachments: {} },
          {
            ...{ cell_type: "code", id: "b", metadata: { tags: ["parameters"] }, source: "1", execution_count: 1 },
            outputs: [
              { output_type: "stream", name: "stdout", text: ["a\n"] },
              { output_type: "display_data", data: { "text/plain": ["a"] }, metadata: {} },
              { output_type: "error", ename: "E", evalue: "e", traceback: ["t"] },
            ],
          },
        ],
        ...{ metadata: { kernelspec: { name: "tunebook" } }, nbformat: 4, nbformat_minor: 5 },
      },
      read: async (text) => {
        const file = put("a.ipynb", text);
        const notebook = await readNotebook(file);
        notebook.cells.forEach(tagsOf);
        await writeNotebook(file, notebook);
        await readNotebook(file);
        return notebook.cells.length;
      },
      codes: ["notebook-unreadable"],
      whole: (got) => got === 2,
    },
    "a kernel specification": {
      good: { argv: ["node", "main.js"], metadata: { tunebook: { version: "1" } } },
      read: (text) => {
        put("jupyter/kernels/tunebook/kernel.json", text);
        return installedKernels([join(folder, "jupyter")]).map(({ version, works }) => `${version.trim()} ${works}`);
      },
      whole: (got) => (got as string[])[0] === "1 false",
    },
    "a JupyterLab extension's package.json": {
      good: { name: "tunebook-lab", made: "hash" },
      read: async (text) => {
        put("built/package.json", text);
        const { folder: at } = await installLabExtension(join(folder, "jupyter"), join(folder, "built"));
        return at;
      },
      codes: ["lab-extension-not-built"],
      whole: (got) => typeof got === "string",
    },
    "what was measured of engines": {
      good: {
        ...{ processor: cpus()[0]?.model.trim() ?? "unknown processor", threads: availableParallelism() },
        engines: { tensorflow: { title: "TensorFlow", f32: 3, bf16: 2, bandwidth: 5 } },
      },
      read: (text) => {
        put("cache/engines.json", text);
        const record = readMachineRecord();
        return Object.values(record?.engines ?? {}).map(
          ({ title, f32, bf16 = 0 }) => title.trim() + (f32 + bf16).toFixed(),
        );
      },
      whole: (got) => (got as string[])[0] === "TensorFlow5",
    },
    "what trainings took": {
      good: { tensorflow: [{ flops: 1e9, steps: 3, seconds: 2 }] },
      read: (text) => {
        put("cache/machine.json", text);
        return enginePaceOf("auto").took.map(({ flops, steps, seconds }) => (flops / steps / seconds).toFixed());
      },
      whole: (got) => (got as string[]).length === 1,
    },
    "the stamp of a build": {
      good: { version: "2", build: "cpu", from: "wheel", source: "s", addon: "none", files: { "stamp.json": [1, 2] } },
      read: async (text) => {
        const at = join(folder, "build");
        put("build/stamp.json", text);
        areLibrariesReady(at, "s");
        findTensorflow("key", "cpu", join(folder, "tensorflow"));
        await stampAddon(at, "addon");
        return json(join(at, "stamp.json"));
      },
      codes: ["unlike-file"],
      whole: (got) => (got as { readonly addon: string }).addon === "addon",
    },
    "what a conversion was made from": {
      good: { version: 1, from: hash, files: { "a.json": 2 } },
      read: (text) => {
        put("gguf/a.json", "{}");
        put("gguf/converted.json", text);
        return isConvertedGguf(join(folder, "gguf"), hash);
      },
      whole: (got) => got === true,
    },
    "a kept tokenizer": {
      good: {
        model: { type: "WordPiece", unk_token: "[UNK]", vocab: { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3 } },
        ...{ size: 4, least: 4 },
      },
      read: async (text) => {
        const [kept] = await tokenizersIn(join(folder, "cache", "tokenizers"));
        if (kept !== undefined) put(`cache/tokenizers/${kept}`, text);
        const scratch = registry.find("model", "bert")?.capabilities?.fromScratch;
        assert.ok(scratch);
        const call = { kind: "tokenizer", word: "wordpiece", arguments: { vocabulary: 60, ...wordpiece } };
        const { size, tokenizer } = await trainTokenizer(call, scratch, ["a b c"], { data: "d", registry });
        return `${size.toFixed()} ${Object.keys(tokenizer).join()}`;
      },
      runs: 20,
      whole: (got) => (got as string).includes("model"),
    },
    "a kept audit": {
      good: audit,
      read: async (text) => {
        put(`cache/audits/${hash}-2.json`, text);
        const { near, conflicts, told, scores } = await new AuditCache().auditFor(hash, () => Promise.resolve(audit));
        return [
          ...near.flatMap(({ split, pairs }) => [split.trim(), ...pairs.map((pair) => pair.trained.text.trim())]),
          ...conflicts.examples.flatMap(({ labels }) => labels.map((label) => label.trim())),
          ...[told?.example?.label.trim(), scores?.trained?.mean.toFixed(1)],
        ];
      },
      whole: (got) => (got as string[]).length === 6,
    },
    "what weights have learnt": {
      good: {
        version: 1,
        model: "m",
        answers: { label: [["x", 2]], score: [[0.5, 1]] },
        rows: [{ run: "r", split: "train", dataHash: hash, rows: 2, hashes: "AAAAAAAB", below: null }],
      },
      read: (text) => {
        put("learnt/learnt.json", text);
        const found = readTrainingRowRecord(join(folder, "learnt"));
        return found?.rows.map((rows) => `${rows.run.trim()} ${String(countSeenRows(Float64Array.of(1), rows).seen)}`);
      },
      whole: (got) => (got as string[])[0] === "r 1",
    },
    "a safetensors header": {
      good: tensors,
      read: (text) => {
        const head = Buffer.from(text);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(head.length));
        const { tensors: found, metadata } = readHeader(
          put("a.safetensors", Buffer.concat([length, head, Buffer.alloc(8)])),
        );
        return (
          Object.values(found)
            .map(({ shape }) => shape.map((n) => n.toFixed()).join())
            .join() + Object.values(metadata).join()
        );
      },
      codes: ["weights-malformed", "weights-truncated"],
      whole: (got) => got === "2pt",
    },
    "an index of shards": {
      good: { metadata: {}, weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } },
      read: (text) => readShardNames(put("index.json", text)).map((name) => name.trim()),
      codes: ["base-damaged"],
      whole: (got) => (got as string[]).length === 2,
    },
    "modules of sentence-transformers": {
      good: [
        { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
        { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
      ],
      read: (text) => {
        put("sentences/1_Pooling/config.json", '{"pooling_mode_mean_tokens": true}');
        put("sentences/modules.json", text);
        return embeddingFactsOf(join(folder, "sentences"), new Set(["modules.json"]))?.pooling.trim();
      },
      codes: ["base-damaged"],
      whole: (got) => got === "mean",
    },
    "a pooling's settings": {
      good: { pooling_mode: "mean", pooling_mode_cls_token: false },
      read: (text) => {
        put("pooled/modules.json", '[{"path": "1_Pooling", "type": "m.Pooling"}]');
        put("pooled/1_Pooling/config.json", text);
        return embeddingFactsOf(join(folder, "pooled"), new Set(["modules.json"]))?.pooling.trim();
      },
      codes: ["base-damaged"],
      whole: (got) => got === "mean",
    },
    "settings of a tokenizer": {
      good: { model_max_length: 256, chat_template: [{ name: "default", template: "{{ messages }}" }] },
      read: (text) => {
        const at = dirname(put("settings/tokenizer_config.json", text));
        const reads = readMaxTextTokens(at, new Set(["tokenizer_config.json"]), 512);
        return [
          chatTemplateIn(at)?.trim(),
          reads?.toFixed(),
          Object.keys(readModelJsonObject(join(at, "tokenizer_config.json")) ?? {}),
        ];
      },
      codes: ["base-damaged"],
      whole: (got) => (got as string[])[0] === "{{ messages }}",
    },
    "a batch": {
      good: { input_ids: [[1, 2]], attention_mask: [[1, 1]], token_type_ids: [[0, 0]], decoder_input_ids: [[1]] },
      read: (text) =>
        readForwardInputs(text, { vocabulary: 9, positions: 4, types: 2, decoder: true }).input_ids.shape.join(),
      codes: ["forward-input", "ragged-rows", "id-out-of-range", "sequence-too-long"],
      whole: (got) => got === "1,2",
    },
    "facts of streamed data": {
      good: streamedFacts,
      read: (text) => {
        const at = dirname(put("streamed/facts.json", text));
        writeFileSync(rowsFilePath(at, "all"), '["x","a"]\n');
        const index = [Float64Array.of(0, 10), Int32Array.of(0), Int32Array.of(1)];
        put("streamed/all.index", Buffer.concat(index.map((part) => Buffer.from(part.buffer))));
        const found = openStreamedData(at);
        return Object.values(found?.splits ?? {}).map((split) => split.values("text", 0, split.rows).join().trim());
      },
      whole: (got) => (got as string[])[0] === "a",
    },
    "a row of streamed data": {
      good: ["x", "a"],
      read: (text) => {
        const at = dirname(
          put(
            "rows/facts.json",
            JSON.stringify({ ...streamedFacts, splits: { all: { bytes: Buffer.byteLength(text) + 1, rows: 1 } } }),
          ),
        );
        writeFileSync(rowsFilePath(at, "all"), `${text}\n`);
        const index = [Float64Array.of(0, Buffer.byteLength(text) + 1), Int32Array.of(0), Int32Array.of(1)];
        put("rows/all.index", Buffer.concat(index.map((part) => Buffer.from(part.buffer))));
        return openStreamedData(at)?.splits["all"]?.values("text", 0, 1);
      },
      codes: ["streamed-changed"],
      whole: (got) => (got as string[])[0] === "a",
    },
    "a line of the history": {
      good: { line: 1, input: "a", output: "A" },
      read: (text) => {
        put("history/1.jsonl", `${text}\n`);
        const asked = { hist_access_type: "search", pattern: "*", n: 5, output: true };
        return (new History(join(folder, "history")).answer(asked)["history"] as unknown[]).length;
      },
      whole: (got) => got === 1,
    },
    "a message's header": {
      good: header,
      read: (text) => [
        decode(frames(text), new Signer("", "sha256"))?.header.msg_type.trim(),
        decodeForClient(frames(text), "")?.header.msg_type.trim(),
      ],
      whole: (got) => (got as string[]).join() === "status,status",
    },
    "a hub's answer": {
      good: {
        sha: commit,
        siblings: [{ rfilename: "README.md", blobId: commit, size: 5, lfs: { sha256: hash, size: 5 } }],
      },
      read: (text) => {
        answer = text;
        // Without config.json nothing is fetched; `base-incomplete` shows that the answer was understood.
        return fetchBaseFromHub("a/b", new CachedHubRepository("a/b", "main"), {}).catch((error: unknown) =>
          assertCoded(error, ["base-incomplete", "network-failed", "untrusted-answer"]),
        );
      },
      whole: (got) => got === "base-incomplete",
    },
    "a page of a package index": {
      good: {
        files: [
          {
            ...{ filename: "a-1-py3-none-any.whl", url: "a.whl", hashes: { sha256: hash }, size: 5, yanked: false },
            "core-metadata": { sha256: hash },
          },
        ],
      },
      read: async (text) => {
        answer = text;
        const found = await listProjectFiles(`${address()}/simple/a/`, undefined);
        return found.map(({ filename, url, sha256 }) => filename.trim() + url.trim() + (sha256?.trim() ?? "")).length;
      },
      codes: ["network-failed"],
      whole: (got) => got === 1,
    },
  };

  for (const [name, reader] of Object.entries(readers))
    it(`tolerate any changed value in ${name}, or fail with a known code`, () => standChanges(reader));
});

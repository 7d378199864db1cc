/**
 * Rows streamed from disk: words, contexts and separately encoded texts give the same batches and scores as the same
 * rows in memory.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { vocabularyTemplateRenderer } from "#kernel/bases/chat-renderer.js";
import { encodeSplit, type EncodedRows } from "#kernel/data/encoding/encoded.js";
import { registry } from "#stdlib/registry.js";
import { writeSmallBert } from "../../session/small-bert.js";

const root = new URL("../../../../../", import.meta.url);
const call = (kind: string, word: string, args: Call["arguments"] = {}): Call => ({ kind, word, arguments: args });
const WORDS = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very", "ann", "##ika", "rome", "where"];
const word = (i: number): string => ["the", "room", "annika", "rome", "was", "ann", "zzz"][i % 7]!;
const many = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, k) => word(from * (k + 2) + k * k));

describe("streamed rows encoded like rows in memory", () => {
  let folder: string;
  let tokenizer: Tokenizer;
  const cache = process.env["TUNEBOOK_CACHE"];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-rows-"));
    process.env["TUNEBOOK_CACHE"] = join(folder, "cache");
    mkdirSync(join(folder, "base"), { recursive: true });
    writeSmallBert(join(folder, "base"), WORDS);
    tokenizer = await loadTokenizer(join(folder, "base"));
  });
  after(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  const plan = (file: string, columns: DataPlan["columns"], stream: boolean): DataPlan => ({
    ...{ name: "d", folder: ".", columns, labels: null, sample: null, seed: 0 },
    source: call("source", file.endsWith(".csv") ? "csv" : "jsonl", { path: file, stream }),
    clean: [call("cleaner", "unicode"), call("cleaner", "drop_duplicates")],
    split: null,
  });
  const write = (file: string, rows: readonly object[]) =>
    writeFileSync(join(folder, file), rows.map((row) => JSON.stringify(row)).join("\n"));

  /** Prepares the same file streamed and in memory, with rows made by the same task. */
  const both = async (file: string, columns: DataPlan["columns"], task: Call, maxLength: number, types = false) => {
    const implementation = await implementationOf(registry, "task", task.word);
    const overlap = implementation.supervision.overlap?.(task);
    const made = async (stream: boolean) => {
      const of = plan(file, columns, stream);
      const windows = overlap === undefined ? {} : { windows: { length: maxLength, overlap } };
      const apart = implementation.supervision.rowFormat.separateTexts ? { apart: true } : {};
      const prepared = await prepareFetchedData(
        of,
        { folder, live: () => undefined },
        { tokenizer, ...windows, ...apart },
      );
      const tags = columns["tags"] ? ["O", "B-x", "I-x"] : [];
      const rows = await encodeSplit(
        prepared,
        { data: "d", split: "all" },
        {
          ...{ tokenizer, maxLength, task: { call: task, implementation }, types, labels: tags, end: null },
          ...{ model: "m", chat: null },
        },
      );
      return { prepared, rows };
    };
    const [flow, held] = [await made(true), await made(false)];
    assert.ok(flow.prepared.streamed && !held.prepared.streamed);
    assert.deepEqual(flow.prepared.facts, held.prepared.facts);
    const batches = (rows: EncodedRows) => {
      const loader = new DataLoader(rows, {
        ...{ batchSize: 8, accumulate: 2, packed: null, shuffle: "by_length", seed: 3, padId: tokenizer.padId },
      });
      return Array.from({ length: 2 * loader.updates(0) }, (_, step) => {
        const update = loader.update(step + 1);
        return [update.tokens, update.counts, Array.from({ length: update.parts }, (_, part) => update.part(part))];
      });
    };
    assert.deepEqual(batches(flow.rows), batches(held.rows));
    assert.deepEqual(
      Array.from({ length: flow.rows.count }, (_, row) => flow.rows.text(row)),
      Array.from({ length: held.rows.count }, (_, row) => held.rows.text(row)),
    );
    const scored = ({ taught, taskInputs: asked, apart, ids }: EncodedRows) => {
      const answers = implementation.answers!;
      const length = apart ? apart().textIndices.length : ids.length;
      const said = Array.from({ length }, (_, row) => {
        const places = answers.places?.(asked, row).length ?? 1;
        const wide = apart ? 4 : (implementation.outputs?.(2) ?? 3);
        return Float32Array.from({ length: places * wide }, (_, i) => Math.sin(7 * row + 3 * i + (i % 5)));
      });
      const { metrics: told, byLabel, confusion, notes, mistakes } = answers.score!(said, taught!, asked);
      return {
        told,
        byLabel,
        confusion,
        notes,
        mistakes: mistakes(5),
        constant: apart?.() && [...apart().textIndices],
      };
    };
    assert.deepEqual(scored(flow.rows), scored(held.rows));
    return flow;
  };

  it("include tagged words, truncated if too long", async () => {
    const kinds = (i: number, n: number) =>
      Array.from({ length: n }, (_, k) =>
        k % 4 === i % 4 ? "B-x" : k % 4 === (i + 1) % 4 && k > 0 && (k - 1) % 4 === i % 4 ? "I-x" : "O",
      );
    write(
      "tags.jsonl",
      Array.from({ length: 300 }, (_, i) => ({ words: many(i, 1 + (i % 23)), tags: kinds(i, 1 + (i % 23)) })),
    );
    const columns = { tokens: "words", tags: "tags" };
    const { rows, prepared } = await both(
      "tags.jsonl",
      columns,
      call("task", "token_classification", { scheme: "iob2" }),
      16,
    );
    const words = Array.from({ length: rows.count }, (_, row) => rows.taskInputs.words!(row));
    assert.ok(words.some(({ cut }) => cut > 0) && words.some(({ cut }) => cut === 0));
    // Truncated files are written again.
    const split = prepared.streamed!["all"]!;
    const tokens = readdirSync(split.folder).find((name) => name.includes(".tokens.") && name.endsWith(".tokens"))!;
    truncateSync(join(split.folder, tokens), 8);
    await both("tags.jsonl", columns, call("task", "token_classification", { scheme: "iob2" }), 12);
  });

  it("include words written as text and as JSON in CSV", async () => {
    const line = (i: number) => many(i, 1 + (i % 9));
    const csv = Array.from({ length: 60 }, (_, i) =>
      [
        i % 2 ? line(i).join(" ") : `"${JSON.stringify(line(i)).replaceAll('"', '""')}"`,
        line(i)
          .map((_, k) => (k === 0 ? "B-x" : "O"))
          .join(" "),
      ].join(","),
    );
    writeFileSync(join(folder, "tags.csv"), ["words,tags", ...csv].join("\n"));
    await both(
      "tags.csv",
      { tokens: "words", tags: "tags" },
      call("task", "token_classification", { scheme: "none" }),
      32,
    );
  });

  it("include questions with context windows, several answers or none", async () => {
    write(
      "asked.jsonl",
      Array.from({ length: 300 }, (_, i) => {
        const context = `${many(i, 3 + (i % 29)).join(" ")} ünd rome ${many(i + 1, 4).join("  ")}`;
        const start = [...context.slice(0, context.indexOf("rome"))].length;
        const answer =
          i % 5 === 0
            ? { text: [], answer_start: [] }
            : {
                text: ["rome", "the"].slice(0, 1 + (i % 2)),
                answer_start: i % 3 ? [start, context.indexOf("the")].slice(0, 1 + (i % 2)) : undefined,
              };
        return { question: `where ${word(i)} ${String(i % 50)}`, context, answer };
      }).filter(({ context }) => context.includes("the")),
    );
    const task = call("task", "question_answering", {
      unanswerable: true,
      stride: 4,
      max_answer: 5,
      candidates: 5,
      threshold: 0,
    });
    const columns = { question: "question", context: "context", answer: "answer" };
    const { rows } = await both("asked.jsonl", columns, task, 20, true);
    assert.ok(rows.lengths.length > rows.count);
    assert.equal(rows.taskInputs.window!(1).context.includes("ünd"), true);
  });

  it("include separately encoded texts with negatives and groups", async () => {
    write(
      "pairs.jsonl",
      Array.from({ length: 200 }, (_, i) => ({
        ...{ a: many(i % 60, 1 + (i % 11)).join(" "), b: many(i % 45, 2 + (i % 7)).join(" ") },
        ...{ c: many(i + 5, 3).join(" "), g: i % 9 ? `g${String(i % 12)}` : null },
      })),
    );
    const columns = { text: "a", text_pair: "b", negative: "c", group: "g" };
    const { rows } = await both(
      "pairs.jsonl",
      columns,
      call("task", "sentence_similarity", { loss: "auto", scale: 20 }),
      8,
    );
    assert.ok(rows.apart!().texts.ids.length < 2 * rows.count);
  });

  it("include conversations, truncated, packed or not, which change with the template", async () => {
    const tokenizer = await loadTokenizer(fileURLToPath(new URL("tests/fixtures/models/chat-llama/", root)));
    const talk = (i: number) =>
      Array.from({ length: 2 + 2 * (i % 3) }, (_, k) => ({
        role: k % 2 === 0 ? "user" : "assistant",
        content: many(i + k + 1, 3 + ((i * 7 + k) % 40)).join(" "),
      }));
    write(
      "talks.jsonl",
      Array.from({ length: 530 }, (_, i) => ({ messages: talk(i) })),
    );
    const task = call("task", "chat");
    const implementation = await implementationOf(registry, "task", "chat");
    const fed = async (stream: boolean, template: "chatml" | "gemma", maxLength: number) => {
      const of = { ...plan("talks.jsonl", { messages: "messages" }, stream), clean: [] };
      const prepared = await prepareFetchedData(of, { folder, live: () => undefined });
      const split = prepared.streamed?.["all"];
      let most = 0;
      if (split) {
        const read = split.values.bind(split);
        split.values = (role, from, to) => {
          most = Math.max(most, to - from);
          return read(role, from, to);
        };
      }
      const written = await implementationOf(registry, "template", template);
      const rows = await encodeSplit(
        prepared,
        { data: "d", split: "all" },
        {
          ...{ tokenizer, maxLength, task: { call: task, implementation }, types: false, labels: [], end: null },
          ...{
            model: "m",
            chat: {
              name: template,
              key: template,
              renderer: vocabularyTemplateRenderer(written),
              tokenizer,
              learn: "all",
            },
          },
        },
      );
      const batches = [null, maxLength].map((packed) => {
        const loader = new DataLoader(rows, {
          ...{ batchSize: 64, accumulate: 2, packed, shuffle: "by_length", seed: 3, padId: tokenizer.padId },
        });
        return Array.from({ length: loader.updates(0) }, (_, step) => {
          const update = loader.update(step + 1);
          return [update.tokens, update.counts, Array.from({ length: update.parts }, (_, part) => update.part(part))];
        });
      });
      return { most, batches, lengths: [...rows.lengths], texts: [0, 300, 529].map((row) => rows.text(row)) };
    };
    const held = await fed(false, "chatml", 48);
    assert.ok(held.lengths.includes(48) && new Set(held.lengths).size > 5, "some are cut");
    for (const time of ["made", "found again"]) {
      const { most, ...flow } = await fed(true, "chatml", 48);
      assert.deepEqual({ most: 0, ...flow }, held, time);
      assert.ok(most <= 512, `${most} rows at once`);
    }
    for (const [template, length] of [
      ["gemma", 48],
      ["chatml", 32],
    ] as const)
      assert.deepEqual((await fed(true, template, length)).batches, (await fed(false, template, length)).batches);
  });
});

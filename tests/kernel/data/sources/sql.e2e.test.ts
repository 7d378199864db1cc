/**
 * Queries over files and databases: row order as in the query, read-only access, and database errors with the
 * database's message and their position.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import { prepareFetchedRows, readFetchedHeader } from "#kernel/data/sources/prepare.js";
import { sourceFileStamps } from "#kernel/data/sources/files-read.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import type { Call, Value } from "#dsl/language/types/value.js";
import { call, codeOf, Folder } from "../rows/plans.js";

const golden = fileURLToPath(new URL("../../../../../tests/golden/oracle/hub-folders.json", import.meta.url));
interface Golden {
  readonly shards: { readonly files: Readonly<Record<string, { readonly base64: string }>> };
}
interface Duck {
  readonly DuckDBInstance: {
    create(file: string): Promise<{
      connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }>;
      closeSync(): void;
    }>;
  };
}
interface Lite {
  readonly Database: new (file: string) => { exec(sql: string): void; close(): void };
}

describe("SQL query", function () {
  this.timeout(120_000);
  const folder = new Folder();
  const sql = (query: string, given: Readonly<Record<string, Value>> = {}): Call =>
    call("source", "sql", { query, database: null, ...given });
  const columns = { text: "text", label: "label" };
  const prepared = (query: string, given?: Readonly<Record<string, Value>>) =>
    prepareFetchedRows(folder.plan(sql(query, given), { columns }), folder.world());
  const textsOf = async (query: string, given?: Readonly<Record<string, Value>>): Promise<unknown[]> =>
    Array.from((await prepared(query, given)).splits["all"]!.array("text") as Iterable<unknown>);
  const failure = async (query: string, given?: Readonly<Record<string, Value>>) =>
    codeOf(() => prepared(query, given));

  before(async () => {
    const env = await ensureNodeEnv("sql");
    const own = async <T>(name: string): Promise<T> => {
      const found = (await import(
        pathToFileURL(createRequire(join(env.folder, "package.json")).resolve(name)).href
      )) as T & { readonly default?: T };
      return found.default ?? found;
    };
    const { shards } = JSON.parse(readFileSync(golden, "utf8")) as Golden;
    for (const [name, { base64 }] of Object.entries(shards.files).filter(([name]) => name.includes("train")))
      folder.write(name.replaceAll("/", "-"), Buffer.from(base64, "base64"));
    folder.write("rows.csv", "id,text,label\n3,three,x\n1,one,y\n2,two,x\n");
    folder.write("it's.jsonl", '{"id": 2, "text": "b", "label": "x"}\n{"id": 1, "text": "a", "label": "y"}\n');
    mkdirSync(join(folder.path, "deep"));
    folder.write("deep/more.csv", "id,text,label\n9,nine,x\n");
    const { DuckDBInstance } = await own<Duck>("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(folder.path, "own.duckdb"));
    const connection = await instance.connect();
    await connection.run(
      "create table t as select i as id, 'text ' || i as text, case when i % 2 = 0 then 'x' else 'y' end as label from range(5000) r(i)",
    );
    await connection.run("create view outside as select * from read_text('/etc/hostname')");
    connection.closeSync();
    instance.closeSync();
    const { Database } = await own<Lite>("node-sqlite3-wasm");
    const lite = new Database(join(folder.path, "own.sqlite"));
    lite.exec("create table t(id integer, text text, label text, big integer); begin");
    for (let i = 0; i < 3000; i++)
      lite.exec(`insert into t values (${String(i)}, 'text ${String(i)}', 'x', ${String(2n ** 60n)})`);
    lite.exec("commit");
    lite.close();
  });
  after(() => folder.remove());

  const queries: readonly (readonly [string, readonly string[], Record<string, Value>?])[] = [
    ["select text, label from 'rows.csv' where label <> 'rows.csv' order by id", ["one", "two", "three"]],
    ["from 'rows.csv' order by id desc;", ["three", "two", "one"]],
    ["select * from 'data-train-*.parquet' order by text", ["train 0", "train 1", "train 2", "train 3"]],
    ['select * from "it\'s.jsonl" order by id', ["a", "b"]],
    ["select * from read_csv(['rows.csv', 'deep/more.csv']) order by id", ["one", "two", "three", "nine"]],
    ["select r.text, m.label from 'rows.csv' r, 'deep/m*.csv' m where r.id < 3 order by r.id", ["one", "two"]],
    [
      "with x as (from t limit 3) select * from x order by id",
      ["text 0", "text 1", "text 2"],
      { database: "own.duckdb" },
    ],
    [
      "select t.text, r.label from t join 'rows.csv' r using (id) order by id",
      ["text 1", "text 2", "text 3"],
      { database: "own.duckdb" },
    ],
    ["select * from t where id < 2 order by id", ["text 0", "text 1"], { database: "own.sqlite" }],
  ];
  for (const [query, texts, given] of queries)
    it(`returns rows in order: ${query}`, async () => assert.deepEqual(await textsOf(query, given), texts));

  it("returns values like Parquet", async () => {
    const query = `select 1::bigint a, 9007199254740993 b, 1.5::decimal(8,2) c, 12345678901234567.5::decimal(20,1) d, date '2025-01-31' e,
      timestamp '2025-01-31 10:00:00.5' f, timestamptz '2025-01-31 10:00:00+00' g, time '10:00:00' h, [1, null] i, {'k': 2::hugeint} j,
      map {'k': 'v'} k, null l, true m, 'ab'::blob n, 'x'::enum('x') o, [date '2025-01-31'] p order by 1`;
    const { columns, sample } = await readFetchedHeader(sql(query), folder.world());
    assert.equal(columns.join(""), "abcdefghijklmnop");
    assert.deepEqual(Object.values(sample[0]!), [
      ...[
        1,
        "9007199254740993",
        1.5,
        "12345678901234567.5",
        "2025-01-31",
        "2025-01-31T10:00:00.5",
        "2025-01-31T10:00:00Z",
      ],
      ...["10:00:00", [1, null], { k: 2 }, { k: "v" }, null, true, "ab", "x", ["2025-01-31"]],
    ]);
    const lite = await readFetchedHeader(
      sql("select big from t order by id", { database: "own.sqlite" }),
      folder.world(),
    );
    assert.deepEqual(lite.sample[0], { big: "1152921504606846976" });
  });
  it("streams the same rows as in memory", async () => {
    for (const [database, rows] of [
      ["own.duckdb", 5000],
      ["own.sqlite", 3000],
    ] as const) {
      const query = "select text, label from t order by id";
      const whole = await prepared(query, { database });
      const { streamed, facts } = await prepared(query, { database, stream: true });
      assert.deepEqual([streamed!["all"]!.rows, facts.hash], [rows, whole.facts.hash]);
    }
  });
  it("has the files that it names as its stamp", () => {
    const names = (query: string, given?: Readonly<Record<string, Value>>): unknown =>
      sourceFileStamps(sql(query, given), folder.path)?.map(
        (stamp) => stamp.slice(folder.path.length + 1).split(" ")[0],
      );
    assert.deepEqual(names("from 'data-train-*.parquet' order by 1"), [
      "data-train-00000-of-00002.parquet",
      "data-train-00001-of-00002.parquet",
    ]);
    assert.deepEqual(names("from t, 'rows.csv' order by 1", { database: "own.duckdb" }), ["rows.csv", "own.duckdb"]);
    assert.deepEqual(names("from range(3) order by 1"), []);
  });

  const faults: readonly (readonly [
    string,
    string,
    RegExp,
    readonly [number, number] | null,
    Record<string, Value>?,
  ])[] = [
    ["select bdy from 'rows.csv' order by id", "sql-fails", /bdy/, [1, 8]],
    ["select é, text,\n  bdy from 'rows.csv' order by id", "sql-fails", /é/, [1, 8]],
    [
      "select r.text from 'rows.csv' r,\n  'deep/more.csv' m where\n m.nope = 1 order by 1",
      "sql-fails",
      /nope/,
      [3, 2],
    ],
    ["select text fromm 'rows.csv' order by id", "sql-fails", /syntax error/, [1, 19]],
    ["select text::int as text from 'rows.csv' order by id", "sql-fails", /Could not convert/, [1, 12]],
    ["select text, text from 'rows.csv' order by 1", "sql-fails", /called "text"/, null],
    ["select * from 'https://127.0.0.1:9/x.parquet' order by 1", "sql-fails", /Cannot access file/, null],
    ["select * from read_text('/et' || 'c/hostname') order by 1", "sql-fails", /Cannot access file/, null],
    ["select * from outside order by 1", "sql-fails", /Cannot access file/, null, { database: "own.duckdb" }],
    ["select * from sqlite_scan('own.sqlite', 't') order by 1", "sql-fails", /sqlite_scan/, null],
    ["select bdy from t order by id", "sql-fails", /no such column: bdy/, null, { database: "own.sqlite" }],
    ["select * from 'row.csv' order by 1", "missing-file", /rows\.csv/, null],
    ["select * from t order by 1", "missing-file", /./, null, { database: "no.duckdb" }],
    ["select * from t order by 1", "not-of-format", /rows\.csv/, null, { database: "rows.csv" }],
    ["select * from 'torn.parquet' order by 1", "sql-fails", /torn\.parquet/, null],
    ["select * from 'torn.jsonl' order by 1", "sql-fails", /torn\.jsonl/, null],
    ["select * from t order by 1", "sql-fails", /malformed|not a database/, null, { database: "torn.sqlite" }],
    ["select * from t order by 1", "sql-fails", /./, null, { database: "torn.duckdb" }],
    ["select text, label from 'rows.csv'", "unordered-sql", /./, [1, 35]],
    ["select text, label from 'rows.csv' order by random()", "unordered-sql", /random/, [1, 45]],
    ["drop table t", "sql-statement", /drop/, [1, 1], { database: "own.duckdb" }],
    [
      "with x as (select 1) insert into t select 1, 'a', 'b' order by 1",
      "sql-statement",
      /something else/,
      [1, 1],
      { database: "own.duckdb" },
    ],
    [
      "with x as (select 1) insert into t select 1, 'a', 'b', 2 order by 1",
      "sql-fails",
      /readonly/,
      null,
      { database: "own.sqlite" },
    ],
    ["select 1 as text order by 1; copy t to 'x.csv'", "sql-statement", /second/, [1, 30]],
  ];
  for (const [query, code, told, place, given] of faults)
    it(`is a coded error: ${query}${given ? ` in ${String(given["database"])}` : ""}`, async () => {
      folder.write(
        "torn.parquet",
        Buffer.from(readFileSync(join(folder.path, "data-train-00000-of-00002.parquet"))).subarray(0, 300),
      );
      folder.write("torn.jsonl", '{"text": "a"}\n{"text": \n');
      folder.write("torn.sqlite", `SQLite format 3\0${"torn".repeat(50)}`);
      folder.write("torn.duckdb", readFileSync(join(folder.path, "own.duckdb")).subarray(0, 5000));
      const before = readdirSync(folder.path).sort();
      const error = await failure(query, given);
      assert.equal(error.code, code, JSON.stringify(error.data));
      assert.match(JSON.stringify(error.data).replaceAll('\\"', '"'), told);
      const at = (error.data["at"] ?? error.data) as { readonly line?: number; readonly column?: number };
      if (place) assert.deepEqual([at.line, at.column], place);
      assert.deepEqual(readdirSync(folder.path).sort(), before);
    });

  it("is diagnosed at its place in the program before anything runs", async () => {
    const file = join(folder.path, "check.tune");
    writeFileSync(
      file,
      `data d {\n  source: sql("select text, label from 'rows.csv'")\n  columns: { text: text, label: label }\n}\n`,
    );
    const { diagnostics } = await checkFile(file, { quick: true });
    assert.deepEqual(
      diagnostics.map(({ code, span }) => [code, readFileSync(file, "utf8").slice(span.start, span.end)]),
      [["unordered-sql", `"select text, label from 'rows.csv'"`]],
    );
  });
  for (const [what, read] of [
    [
      "its rows",
      (source: Call, signal: AbortSignal) =>
        prepareFetchedRows(folder.plan(source, { columns }), folder.world(), { signal }),
    ],
    ["its columns", (source: Call, signal: AbortSignal) => readFetchedHeader(source, folder.world(), { signal })],
  ] as const)
    it(`stops an endless query on an interrupt while ${what} are read`, async function () {
      this.timeout(20_000);
      const endless =
        "with recursive t(n) as (select 1 union all select n + 1 from t) select 'text ' || n as text, 'x' as label from t order by n";
      const stop = new AbortController();
      const asked = read(sql(endless), stop.signal);
      setTimeout(() => stop.abort(), 300);
      await assert.rejects(asked, { name: "AbortError" });
    });
  it("is abandoned by an editor if endless, and uses no more CPU", async () => {
    const assistant = await openAssistant(folder.path, { patience: 0.5 });
    const endless = `with recursive t(n) as (select 1 union all select n + 1 from t) select 'text ' || n as text, 'x' as label from t order by n`;
    const code = `data rows { source: sql("${endless}"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }`;
    assert.deepEqual(
      (await assistant.check(code)).map((one) => [one.code, one.severity]),
      [["slow-source", "info"]],
    );
    const before = process.cpuUsage();
    await new Promise((wake) => setTimeout(wake, 300));
    assert.ok(process.cpuUsage(before).user < 200_000);
  });
  it("reports the package to install if DuckDB is missing", async () => {
    const cache = process.env["TUNEBOOK_CACHE"];
    const empty = mkdtempSync(join(tmpdir(), "tunebook-empty-"));
    process.env["TUNEBOOK_CACHE"] = empty;
    try {
      const error = await failure("select text, label from 'rows.csv' order by id");
      assert.deepEqual([error.code, error.data["name"]], ["sql-package", "@duckdb/node-api"]);
      assert.ok(!existsSync(join(empty, "sql")));
    } finally {
      if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
      else process.env["TUNEBOOK_CACHE"] = cache;
      rmSync(empty, { recursive: true, force: true });
    }
  });
});

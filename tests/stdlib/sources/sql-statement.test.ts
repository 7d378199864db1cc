/** Queries, as far as they are parsed before a database sees them. */
import assert from "node:assert/strict";
import { lineAndColumnIn, parseStatement } from "#stdlib/sources/shared/sql/statement.js";

describe("SQL query", () => {
  const ordered = [
    "select a from t order by a",
    "select a from t ORDER  /* so */\n BY a limit 3;",
    "with x as (select 1) select * from x order by 1; -- the end",
    "from 'a.csv' order by all",
    "(select a from t) union all (select b from u) order by 1",
    "select 'order by' from t order by \"random\"",
  ];
  for (const sql of ordered) it(`is accepted as ordered: ${sql}`, () => assert.equal(parseStatement(sql).fault, null));

  const faults: readonly (readonly [string, "statement" | "unordered", number, string | null])[] = [
    ["select a from t", "unordered", 15, null],
    ["select a from t -- order by a", "unordered", 15, null],
    ["select * from (select a from t order by a)", "unordered", 42, null],
    ["select row_number() over (order by a) from t;", "unordered", 44, null],
    ["select 'order by a' from t", "unordered", 26, null],
    ["select a from t order by a, random()", "unordered", 28, "random"],
    ["", "statement", 0, null],
    [" -- nothing\n", "statement", 0, null],
    ["insert into t values (1)", "statement", 0, "insert"],
    ["  attach 'x.db'", "statement", 2, "attach"],
    ["'a' order by b", "statement", 0, "a"],
    ["select 1 order by 1; select 2", "statement", 21, "a second statement (select)"],
  ];
  for (const [sql, is, offset, found] of faults)
    it(`is rejected: ${sql}`, () => assert.deepEqual(parseStatement(sql).fault, { is, offset, found }));

  const named: readonly (readonly [string, readonly string[]])[] = [
    ["select 'a.csv' from 'b.csv' where c = 'd.csv' order by 1", ["b.csv"]],
    ["select * from \"a b.csv\" x join 'it''s.csv' y using (id), 'c.csv' order by 'e.csv'", ["a b.csv", "it's.csv"]],
    ["from 'a.csv', 'b.csv' order by 1", ["a.csv", "b.csv"]],
    ["select * from read_csv(['a.csv', 'b.csv'], delim = ';', quote='''') order by 1", ["a.csv", "b.csv"]],
    [
      "select * from (select * from 'in.parquet') where x in (select y from 'out.parquet') order by 1",
      ["in.parquet", "out.parquet"],
    ],
    ["select lower('a.csv'), 'b.csv' from t order by 1", []],
    ["select $$ from 'a.csv' $$ from t order by 1", []],
  ];
  for (const [sql, files] of named)
    it(`lists its files: ${sql}`, () =>
      assert.deepEqual(
        parseStatement(sql).tables.map(({ text }) => text),
        files,
      ));
  it("has positions by line and column", () => assert.deepEqual(lineAndColumnIn("a\nbc", 3), { line: 2, column: 2 }));
});

/** Checks a query before it is sent to a database. */
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { lineAndColumnIn, parseStatement, type ExaminedSqlStatement } from "./statement.js";

type Found = { [C in "unordered-sql" | "sql-statement"]: { readonly code: C; readonly data: CodeData[C] } }[
  | "unordered-sql"
  | "sql-statement"];

export function queryProblem(sql: string, { fault } = parseStatement(sql)): Found | null {
  if (!fault) return null;
  const place = lineAndColumnIn(sql, fault.offset);
  return fault.is === "unordered"
    ? { code: "unordered-sql", data: { ...place, by: fault.found } }
    : { code: "sql-statement", data: { ...place, found: fault.found } };
}

/** Coded errors `unordered-sql`, `sql-statement`. */
export function checkQuery(sql: string): ExaminedSqlStatement {
  const statement = parseStatement(sql);
  const found = queryProblem(sql, statement);
  if (found) throw new CodedError(found.code, found.data);
  return statement;
}

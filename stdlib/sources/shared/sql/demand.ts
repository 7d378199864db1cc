/** What is wrong with a query, before any database sees it. */
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { lineAndColumn, readStatement, type Statement } from "./statement.js";

type Found = { [C in "unordered-sql" | "sql-statement"]: { readonly code: C; readonly data: CodeData[C] } }[
  | "unordered-sql"
  | "sql-statement"];

export function faultIn(sql: string, { fault } = readStatement(sql)): Found | null {
  if (!fault) return null;
  const place = lineAndColumn(sql, fault.at);
  return fault.is === "unordered"
    ? { code: "unordered-sql", data: { ...place, by: fault.found } }
    : { code: "sql-statement", data: { ...place, found: fault.found } };
}

/** Coded errors `unordered-sql`, `sql-statement`. */
export function demandQuery(sql: string): Statement {
  const statement = readStatement(sql);
  const found = faultIn(sql, statement);
  if (found) throw new CodedError(found.code, found.data);
  return statement;
}

/** Outcome of a cell: `ok` with its result, or `error` with its traceback. */
import type { DisplayOutput } from "../../../display/html.js";

export type ExecuteOutcome =
  | {
      readonly status: "ok";
      readonly result?: DisplayOutput;
      readonly userExpressions: Readonly<Record<string, unknown>>;
    }
  | {
      readonly status: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
      readonly shown?: DisplayOutput;
    };

/** A request of one of Hugging Face's tasks. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ServedModel } from "../contract.js";
import type { RouteContext } from "../http/route-context.js";
import type { RequestBody } from "./request-schemas.js";

export interface TaskRequestContext {
  readonly context: RouteContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly model: ServedModel;
  readonly body: RequestBody;
}

/** The error for `inputs` that the task does not accept. */
export const inputsMismatchError = (what: string): CodedError =>
  new CodedError("request-unlike", { at: "inputs", why: `must be ${what}` });

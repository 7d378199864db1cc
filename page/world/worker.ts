/**
 * The worker's side: answers the window's requests one after the other, so that typing never waits for the compiler.
 */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { coreCodes } from "#kernel/portable-codes.js";
import type { PageWorkerReply, PageWorkerRequest } from "./protocol.js";
import { pageHandlers } from "./service.js";

registerCodes(coreCodes);

const methods = pageHandlers();
const scope = self as unknown as {
  onmessage: ((event: { readonly data: PageWorkerRequest }) => void) | null;
  postMessage(message: PageWorkerReply): void;
};

scope.onmessage = ({ data: { id, method, params } }) => {
  void (methods[method] as (params: unknown) => Promise<unknown>)(params).then(
    (result) => scope.postMessage({ id, result }),
    (error: unknown) =>
      scope.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
};

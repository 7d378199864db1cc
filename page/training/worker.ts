/** The worker's side: requests are answered as they end, so that an interrupt is received during a training. */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { trainingPageCodes } from "./codes.js";
import type { TrainReply, TrainRequest } from "./protocol.js";
import { failureOf } from "./failure.js";
import { trainingHandlers } from "./service.js";

registerCodes(trainingPageCodes);

const scope = self as unknown as {
  onmessage: ((event: { readonly data: TrainRequest }) => void) | null;
  postMessage(message: TrainReply): void;
};
const methods = trainingHandlers((reply) => scope.postMessage(reply));

scope.onmessage = ({ data: { id, method, params } }) => {
  void (methods[method] as (params: unknown) => Promise<unknown>)(params).then(
    (result) => scope.postMessage({ id, result }),
    (error: unknown) => scope.postMessage({ id, failure: failureOf(error) }),
  );
};

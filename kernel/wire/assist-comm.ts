/**
 * The comm target `tunebook.assist`: the lab extension asks about a cell that is typed, `{ id, method, ... }` with the
 * parameters of that method, and gets `{ id, result }` or `{ id, error }` back, while cells run too.
 */
import type { AssistantClient } from "./assistant-client.js";
import type { AssistantMethods } from "./assistant-port.js";
import type { CommOpened } from "./comms.js";
import type { Json } from "./message.js";

export const assistTarget = "tunebook.assist";

type Reader<P> = (data: Json) => P | undefined;
const code: Reader<{ code: string }> = ({ code }) => (typeof code === "string" ? { code } : undefined);
const place: Reader<{ code: string; offset: number }> = ({ code, offset }) =>
  typeof code === "string" && typeof offset === "number" && offset >= 0 && offset <= code.length
    ? { code, offset }
    : undefined;
/** What may be asked from outside; undefined: the message lacks something. */
const methods: { readonly [M in keyof AssistantMethods]?: Reader<AssistantMethods[M]["params"]> } = {
  check: code,
  format: code,
  complete: place,
  inspect: (data) => {
    const at = place(data);
    return at && { ...at, detail: 0 };
  },
};

export function assistComm(assistant: AssistantClient): CommOpened {
  return (comm) => ({
    message: ({ data }) => {
      const { id, method } = data;
      const answer = (reply: Json): void => comm.send({ id, ...reply });
      const known = typeof method === "string" && Object.hasOwn(methods, method);
      const params = known ? methods[method as keyof AssistantMethods]?.(data) : undefined;
      if (!params) return answer({ error: known ? `${method} lacks a parameter` : "there is no such method" });
      assistant.ask(method as keyof AssistantMethods, params as never).then(
        (result) => answer({ result }),
        (error: unknown) => answer({ error: String(error) }),
      );
    },
  });
}

/** Browser replacement for kernel/data/encoding/chat.ts: no task that a page trains reads conversations. */
export const chatEncodingOf = (): Promise<null> => Promise.resolve(null);
export const renderConversationPrompts = (): Promise<readonly string[]> => Promise.resolve([]);

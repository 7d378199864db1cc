/** What stands in a browser for kernel/data/encoding/chat.ts: no task that a page trains reads conversations. */
export const chatEncodingOf = (): Promise<null> => Promise.resolve(null);

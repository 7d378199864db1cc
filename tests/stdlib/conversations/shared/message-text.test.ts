import assert from "node:assert/strict";
import { contentText, conversationLength, messageText } from "#stdlib/conversations/shared/message-text.js";

describe("message text", () => {
  it("is the content, the joined text parts, or empty", () => {
    const part = (text: string) => ({ type: "text", text }) as const;
    assert.equal(contentText({ content: "a" }), "a");
    assert.equal(contentText({ content: [part("a"), part("b")] }), "ab");
    assert.equal(contentText({ content: null }), "");
  });
  it("ends with the context of the message", () => {
    assert.equal(messageText({ role: "user", content: "Sum up" }), "Sum up");
    assert.equal(messageText({ role: "user", content: "Sum up", context: "A text" }), "Sum up\n\nA text");
  });
  it("counts contents and tool calls in its length", () => {
    const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } } as const;
    const asked = [{ role: "user", content: "abc" }] as const;
    assert.equal(conversationLength(asked), 3);
    assert.equal(
      conversationLength([...asked, { role: "assistant", content: null, tool_calls: [call] }]),
      3 + JSON.stringify([call]).length,
    );
  });
});

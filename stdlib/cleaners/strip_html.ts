import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "cleaner",
  name: "strip_html",
  doc: "Keeps the text of HTML: tags are removed, entities become characters, blocks and line breaks become spaces; scripts, styles and comments are dropped with their content. Text without markup, such as `a < b`, does not change.",
  example: "clean: [strip_html, unicode]",
  elsewhere: { html: "strip_html", remove_html: "strip_html", strip_tags: "strip_html" },
  capabilities: { changesTexts: true },
  parameters: [],
  load: async () => (await import("./strip_html.run.js")).stripHtml,
});

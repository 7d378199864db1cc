// Hover help: the kernel's page for the word under the mouse, rendered as Markdown by JupyterLab.
import type { Extension } from "@codemirror/state";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import { MimeModel, type IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { tuneHover } from "#editors/codemirror/hover.js";
import { holdsTune } from "./cell-language.js";
import type { Channels } from "./channel.js";

export function hover(model: CodeEditor.IModel, channels: Channels, rendermime: IRenderMimeRegistry): Extension {
  return tuneHover({
    async ask(code, offset) {
      if (!holdsTune(code)) return null;
      const channel = await channels.ofCell(model);
      const found = await channel?.ask("inspect", { code, offset });
      const markdown = found?.bundle["text/markdown"];
      if (!found?.found || typeof markdown !== "string" || markdown === "") return null;
      const { start, end } = found;
      return { markdown, ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    },
    render(markdown) {
      const renderer = rendermime.createRenderer("text/markdown");
      void renderer.renderModel(new MimeModel({ data: { "text/markdown": markdown } }));
      const node = document.createElement("div");
      node.className = "jp-RenderedHTMLCommon";
      node.append(renderer.node);
      return { node, dispose: () => renderer.dispose() };
    },
  });
}

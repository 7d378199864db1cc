// The kernel's page of the word under the mouse, as JupyterLab renders Markdown.
import { MimeModel } from "@jupyterlab/rendermime";
import { holdsTune } from "./cell-language.js";
import { tuneHover } from "./editor/hover.js";

export function hover(model, channels, rendermime) {
  return tuneHover({
    async ask(code, offset) {
      if (!holdsTune(code)) return null;
      const channel = await channels.ofCell(model);
      const found = await channel?.ask("inspect", { code, offset });
      const markdown = found?.found && found.bundle["text/markdown"];
      return markdown ? { start: found.start, end: found.end, markdown } : null;
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

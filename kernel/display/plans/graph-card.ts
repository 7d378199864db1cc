/** A model's graph as one bundle: the picture, every layer as a table that opens, and an outline for a terminal. */
import type { Layer, Outline } from "#dsl/tensor/outline.js";
import { typeText, type Sizes } from "#dsl/tensor/shape.js";
import { shownOf } from "../bundle.js";
import { cardsOf, drawGraph, opsText } from "./graph-picture.js";
import { card, code, html, htmlTable, note, picture, type Part } from "../html.js";
import type { Shown } from "../bundle-output.js";
import { bytes, compact, count, percent } from "../../host/text.js";
import { textTable } from "../text-table.js";

export interface GraphFacts {
  /** `router`. */
  readonly model: string;
  /** `train`, `evaluate`. */
  readonly program: string;
  readonly sizes: Sizes;
}

export function graphShown(outline: Outline, { model, program, sizes }: GraphFacts): Shown {
  const title = `${model}: one ${program === "train" ? "training step" : `run of ${program}`}`;
  const facts = [
    Object.entries(sizes)
      .map(([name, n]) => `${name} ${count(n)}`)
      .join(", "),
    `${compact(outline.parameters)} parameters`,
    outline.trainable > 0 &&
      `${compact(outline.trainable)} trained (${percent(outline.trainable / outline.parameters, 2)})`,
    `${compact(outline.forward)}FLOP forward`,
    outline.backward > 0 && `${compact(outline.backward)}FLOP backward`,
    outline.kept > 0 && `${bytes(outline.kept)} kept`,
    `${count(outline.nodes)} nodes`,
  ].filter(Boolean);
  const caption = facts.join(" · ");
  // The picture is no wider than a notebook: the number of nodes stands in the text alone.
  const { svg, width, height } = drawGraph(outline, title, facts.slice(0, -1).join(" · "));
  const head = ["layer", "operation", "gives", "parameters", "work", "kept"];
  const align = ["left", "left", "left", "right", "right", "right"] as const;
  const rows = rowsOf(outline);
  return shownOf(
    [
      title,
      caption,
      "",
      textTable(
        head,
        rows.map((r) => r.cells.map(String)),
        align,
      ),
    ].join("\n"),
    card(
      null,
      picture(svg, `${title}. ${caption}`, width, height),
      html`<details style="margin:2px 0 6px">
        <summary style="cursor:pointer">every layer as a table</summary>
        ${htmlTable({ head, align, rows: rows.map(({ cells }): Part[] => [code(cells[0]!), ...cells.slice(1)]) })}
      </details>`,
      note("* trains; work and what is kept for the backward pass are of all layers of a row together"),
    ),
    { "image/svg+xml": svg },
  );
}

interface Row {
  readonly cells: readonly string[];
}
function rowsOf(outline: Outline): readonly Row[] {
  const all = outline.forward + outline.backward || 1;
  const cells = (name: string, layer: Layer, times: number, outer: boolean): Row => ({
    cells: [
      name,
      outer ? "" : opsText(layer.ops),
      layer.output && !outer ? typeText(layer.output) : "",
      layer.parameters > 0 ? `${layer.trainable > 0 ? "* " : ""}${compact(layer.parameters / times)}` : "",
      percent((layer.forward + layer.backward) / all),
      layer.kept > 0 ? bytes(layer.kept) : "",
    ],
  });
  return cardsOf(outline.layers).flatMap(({ title, count: n, layer, lines }) => {
    const single = lines.length === 1;
    return [
      cells(n > 1 ? `${title}  × ${n}` : title, layer, n, !single),
      ...(single ? [] : lines.map((line) => cells(`  ${line.name}`, line.layer, n, false))),
    ];
  });
}

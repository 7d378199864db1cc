// Tags and note of a run, saved in its folder as soon as their field loses the focus.
import { useEffect, useRef, useState, type ReactElement } from "react";
import { h } from "./element.js";
import type { Follower } from "./panel-follower.js";
import type { RunSummary } from "./panel-state.js";

const most = { tag: 40, note: 10_000 };

type Kept = Pick<RunSummary, "tags" | "note">;
interface NotesProps {
  readonly run: RunSummary;
  readonly follower: Follower;
  readonly stale: boolean;
}

export function Notes({ run, follower, stale }: NotesProps): ReactElement {
  const { id, tags, note } = run;
  const [adding, setAdding] = useState("");
  const [draft, setDraft] = useState(note);
  const [said, setSaid] = useState<string | null>(null);
  const typing = useRef(false);
  /** Tags and note after all pending requests; changes in quick succession build on each other. */
  const wanted = useRef<Kept>({ tags, note });
  const asked = useRef(0);
  // Takes over changes from other windows, but never overwrites text during typing.
  useEffect(() => {
    if (asked.current === 0) wanted.current = { tags, note };
    if (!typing.current) setDraft(note);
  }, [tags.join(" "), note]);
  const keep = async (change: Partial<Kept>): Promise<void> => {
    wanted.current = { ...wanted.current, ...change };
    asked.current += 1;
    const why = await follower.note(id, wanted.current);
    asked.current -= 1;
    setSaid(why ?? "Kept.");
    if (why === null) window.setTimeout(() => setSaid(null), 2000);
  };
  const add = (): void => {
    const tag = adding.trim().replace(/\s+/g, "-");
    setAdding("");
    const { tags: all } = wanted.current;
    if (tag !== "" && !all.some((one) => one.toLowerCase() === tag.toLowerCase())) void keep({ tags: [...all, tag] });
  };
  const remove = (tag: string): void => void keep({ tags: wanted.current.tags.filter((one) => one !== tag) });
  return h(
    "section",
    { className: "tunebook-notes", "aria-label": "Tags and note" },
    h(Tags, { tags, adding, stale, type: setAdding, add, remove }),
    h("textarea", {
      className: "jp-mod-styled",
      "aria-label": "Note",
      placeholder: "Note: what was tried, what came out …",
      value: draft,
      maxLength: most.note,
      rows: Math.min(8, 1 + draft.split("\n").length),
      disabled: stale,
      onFocus: () => {
        typing.current = true;
      },
      onChange: (event) => setDraft(event.target.value),
      onBlur: () => {
        typing.current = false;
        if (draft !== note) void keep({ note: draft });
      },
    }),
    h("p", { className: "tunebook-faint", role: "status" }, said),
  );
}

interface TagsProps {
  readonly tags: readonly string[];
  /** Text of the new tag during typing. */
  readonly adding: string;
  readonly stale: boolean;
  readonly type: (text: string) => void;
  readonly add: () => void;
  readonly remove: (tag: string) => void;
}

function Tags({ tags, adding, stale, type, add, remove }: TagsProps): ReactElement {
  return h(
    "div",
    { className: "tunebook-tags" },
    tags.map((tag) =>
      h(
        "span",
        { key: tag, className: "tunebook-tag" },
        tag,
        h(
          "button",
          {
            "aria-label": `Remove tag ${tag}`,
            title: "Remove",
            disabled: stale,
            onClick: () => remove(tag),
          },
          "×",
        ),
      ),
    ),
    h("input", {
      type: "text",
      className: "jp-mod-styled",
      "aria-label": "Add a tag",
      placeholder: "+ tag",
      value: adding,
      maxLength: most.tag,
      disabled: stale,
      onBlur: add,
      onChange: (event) => type(event.target.value),
      onKeyDown: (event) => {
        if (event.key !== "Enter" && event.key !== ",") return;
        event.preventDefault();
        add();
      },
    }),
  );
}

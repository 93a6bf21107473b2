import type { VNode } from "preact";

/** A picture's kind of file. */
export type PictureKind = "svg" | "png";

/** Links that save a picture, beside it. */
export function SaveLinks({ what, save }: { readonly what: string; readonly save: (kind: PictureKind) => Promise<unknown> }): VNode {
  return (
    <div class="save">
      {(["svg", "png"] as const).map((kind) => (
        <button key={kind} type="button" aria-label={`Save ${what} as ${kind.toUpperCase()}`} onClick={() => void save(kind)}>
          {kind.toUpperCase()}
        </button>
      ))}
    </div>
  );
}

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chapterNames } from "./panels/names.ts";
import { DataPanel } from "./panels/data-panel.tsx";
import { FlowPanel } from "./panels/flow-panel.tsx";
import { SolvePanel } from "./panels/solve-panel.tsx";
import { KeepPanel } from "./panels/keep-panel.tsx";
import { ImagesPanel } from "./panels/images-panel.tsx";
import { PathPanel } from "./panels/path-panel.tsx";
import { deviceText, TrainPanel } from "./panels/train-panel.tsx";
import type { Chapter } from "./settings/settings.ts";
import { chapters, shared } from "./settings/settings.ts";
import { isDark, theme } from "./stage/colours.ts";
import { Stage } from "./stage/stage.tsx";
import { connection } from "./worker/connection.ts";

const panels: Readonly<Record<Chapter, () => VNode>> = { data: DataPanel, path: PathPanel, train: TrainPanel, flow: FlowPanel, solve: SolvePanel, images: ImagesPanel, keep: KeepPanel };

/** The page. */
export function App(): VNode {
  const chapter = shared.chapter.value;
  const Body = panels[chapter];
  const side = useRef<HTMLElement>(null);
  const last = useRef(chapter);
  useEffect(() => {
    document.querySelector(".chapters [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (last.current === chapter) return;
    last.current = chapter;
    // A new chapter begins at its top, on narrow pages as well.
    side.current?.scrollTo(0, 0);
    scrollTo(0, 0);
  }, [chapter]);
  return (
    <div class="page">
      <header class="top">
        <h1 class="brand">
          Fluxion <span>Studio</span>
        </h1>
        <nav class="chapters" aria-label="Chapters">
          {chapters.map((one) => (
            <button key={one} type="button" aria-current={chapter === one ? "page" : undefined} onClick={() => (shared.chapter.value = one)}>
              {chapterNames[one]}
            </button>
          ))}
        </nav>
        <div class="top-end">
          <span class={`engine is-${connection.value.status}`} title={deviceText()}>
            {engineText()}
          </span>
          <button type="button" class="icon" aria-label={isDark() ? "Light colours" : "Dark colours"} onClick={() => (theme.value = isDark() ? "light" : "dark")}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M12 3a9 9 0 1 0 0 18V3z" />
              <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="1.8" />
            </svg>
          </button>
        </div>
      </header>
      <main>
        <Stage />
        <aside ref={side} class="side" aria-label={chapterNames[chapter]}>
          <Body />
        </aside>
      </main>
    </div>
  );
}

function engineText(): string {
  const state = connection.value;
  if (state.status === "starting") return "starting";
  if (state.status === "failed") return "stopped";
  const { kind, threads } = state.device;
  return kind === "webgpu" ? "WebGPU" : `WebAssembly · ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}

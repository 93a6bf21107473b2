import type { VNode } from "preact";
import { pause, play, playing, seek, time } from "./clock.ts";

/** Plays, and shows the time from noise to data. */
export function TimeBar(): VNode {
  const t = time.value;
  const percent = `${(100 * t).toFixed(2)}%`;
  return (
    <div class="time-bar">
      <button type="button" class="play" aria-label={playing.value ? "Pause" : "Play from noise to data"} onClick={() => (playing.value ? pause() : play())}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          {playing.value ? <path d="M7 5h3.6v14H7zM13.4 5H17v14h-3.6z" /> : <path d="M8 4.6v14.8L20 12z" />}
        </svg>
      </button>
      <span class="time-end">noise</span>
      <input
        type="range"
        class="time-slider"
        aria-label="Time t, from noise at 0 to data at 1"
        aria-valuetext={`t = ${t.toFixed(2)}`}
        min="0"
        max="1"
        step="0.005"
        value={t}
        ref={(input) => input?.style.setProperty("--filled", percent)}
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <span class="time-end">data</span>
      <output class="time-value">
        <i>t</i> = {t.toFixed(2)}
      </output>
    </div>
  );
}

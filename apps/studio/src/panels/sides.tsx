import type { VNode } from "preact";
import { activeSide } from "../session/controller.ts";
import { Switch } from "../controls/controls.tsx";
import { shared } from "../settings/settings.ts";

/** Two models side by side, and which of them the controls are for. */
export function Sides(): VNode {
  if (!shared.compare.value && activeSide.value !== 0) activeSide.value = 0;
  return (
    <div class="sides">
      <Switch label="Two models side by side" value={shared.compare} />
      {shared.compare.value ? (
        <div class="chips" role="radiogroup" aria-label="The model that the controls are for">
          {([0, 1] as const).map((side) => (
            <label key={side} class="chip">
              <input type="radio" name="side" checked={activeSide.value === side} onChange={() => (activeSide.value = side)} />
              <span>Model {side === 0 ? "A" : "B"}</span>
            </label>
          ))}
        </div>
      ) : null}
    </div>
  );
}

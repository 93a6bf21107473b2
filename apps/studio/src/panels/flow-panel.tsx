import type { VNode } from "preact";
import { Figure, Range, Switch } from "../controls/controls.tsx";
import { fn, frac, Formula, n, o, paren, row, sub, subsup, v, xt } from "../math/mathml.tsx";
import { activeSide } from "../session/controller.ts";
import { carry, pictures } from "../session/pictures.ts";
import type { Session } from "../session/session.ts";
import { measure, sessions, shownSessions } from "../session/session.ts";
import { extent, shownPoints } from "../session/shown-data.ts";
import { shared, sharedSpecs } from "../settings/settings.ts";
import { playing, seek, time } from "../stage/clock.ts";
import { Panel, Part } from "./panel.tsx";
import { Sides } from "./sides.tsx";

const isReady = ({ status }: Session): boolean => status.value === "ready";

/** The trained flow at work. */
export function FlowPanel(): VNode {
  return (
    <Panel
      title="Noise becomes data"
      lead={
        <>
          Every particle follows the velocity field from <i>t</i> = 0 to 1. Move the slider, or click into the picture to launch one of your own.
        </>
      }
    >
      <Formula source="eq. 1">{row(frac(row(v("d"), xt), row(v("d"), v("t"))), o("="), sub(v("v"), v("t")), paren(xt))}</Formula>
      <Part title="Show">
        <Switch label="Data" value={shared.showData} />
        <Switch label="Velocity field" value={shared.showField} />
        <Switch label="Ways of some particles" value={shared.showLines} />
        <Switch label="Exact log-density" value={shared.showDensity} />
        {shared.showDensity.value ? <Scale /> : null}
        <Range label="Particles" value={shared.particles} spec={sharedSpecs.particles} />
      </Part>
      <Part title="How likely is the data?">
        <Formula source="eqs. 27–33">
          {row(fn("log"), sub(v("p"), n(1)), paren(sub(v("x"), n(1))), o("="), fn("log"), sub(v("p"), n(0)), paren(sub(v("x"), n(0))), o("−"), subsup(o("∫"), n(0), n(1)), fn("div"), sub(v("v"), v("t")), paren(xt), v("d"), v("t"))}
        </Formula>
        {shownSessions().map((session) => (
          <LikelihoodFigures key={session.side} session={session} />
        ))}
        <div class="buttons">
          <button type="button" disabled={!shownSessions().every(isReady)} onClick={() => shownSessions().forEach((session) => void measure(session))}>
            Measure held-out points
          </button>
        </div>
      </Part>
      <Launch />
      <Sides />
    </Panel>
  );
}

function Scale(): VNode {
  const map = pictures[0].heat.value;
  const top = map?.logDensity.reduce((most, value) => (value > most ? value : most), -Infinity);
  return (
    <p class="scale" role="status">
      {map === undefined || top === undefined ? "Computing …" : <><span>{(top - 7).toFixed(1)}</span><span class="scale-bar" aria-hidden="true" /><span>{top.toFixed(1)} nats</span></>}
    </p>
  );
}

function LikelihoodFigures({ session }: { readonly session: Session }): VNode {
  const found = session.likelihood.value;
  return (
    <dl class="figures" data-testid={`likelihood-${session.side}`}>
      <Figure label={shared.compare.value ? `NLL, ${session.side === 0 ? "A" : "B"}` : "Negative log-likelihood"} note="nats">
        {found ? `${found.nll.toFixed(3)} ± ${found.standardError.toFixed(3)}` : "–"}
      </Figure>
      <Figure label="Entropy of the data" note="the least there is">
        {(found?.entropy ?? session.opened.value?.entropy)?.toFixed(3) ?? "unknown"}
      </Figure>
      <Figure label="Evaluations">{found?.nfe ?? "–"}</Figure>
    </dl>
  );
}

function Launch(): VNode {
  const session = sessions[activeSide.value];
  const encode = (): void => {
    void carry(session, Array.from(shownPoints.peek().subarray(0, 600)), 1).then(() => seek(1));
  };
  const launch = (): void => {
    const { x, y, half } = extent.peek();
    const angle = 2.4 * session.carried.peek().length;
    void carry(session, [x + 0.45 * half * Math.cos(angle), y + 0.45 * half * Math.sin(angle)], time.peek());
  };
  return (
    <Part title="Send your own">
      <p>
        Click to launch one point at the time shown, or draw a figure: it is <em>decoded</em> onwards to data and <em>encoded</em> back to noise. {playing.value ? "Pause first to aim." : ""}
      </p>
      <div class="buttons">
        <button type="button" disabled={!isReady(session)} onClick={launch}>
          Launch one
        </button>
        <button type="button" disabled={!isReady(session)} onClick={encode}>
          Encode some data
        </button>
        <button type="button" disabled={session.carried.value.length === 0} onClick={() => (session.carried.value = [])}>
          Clear
        </button>
      </div>
    </Part>
  );
}

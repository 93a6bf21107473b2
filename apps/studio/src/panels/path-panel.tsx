import { computed } from "@preact/signals";
import type { VNode } from "preact";
import { hostTensor, input, interpretProgram, trace } from "@fluxion/graph";
import type { AffinePath } from "fluxion";
import { LineChart, Legend } from "../charts/line-chart.tsx";
import { Choice, Complaint, Range } from "../controls/controls.tsx";
import { parseFormula } from "../formula/expression.ts";
import { formulaFactor } from "../formula/to-math.tsx";
import { pathOf } from "../lab/path-of.ts";
import { fn, frac, Formula, n, o, paren, row, root, sub, subsup, sup, v, x0, x1, xt } from "../math/mathml.tsx";
import { activeSide, pathMessage } from "../session/controller.ts";
import { pathConfigOf } from "../settings/problem-of.ts";
import { sides, sideSpecs } from "../settings/settings.ts";
import type { SideSettings } from "../settings/settings.ts";
import { time } from "../stage/clock.ts";
import { messageOf } from "../worker/connection.ts";
import { pathNames } from "./names.ts";
import { Panel, Part } from "./panel.tsx";
import { Sides } from "./sides.tsx";

interface Curves {
  readonly times: readonly number[];
  readonly alpha: readonly number[];
  readonly sigma: readonly number[];
}

const points = 121;

/** α and σ over the path's interval, in float64 by the reference interpreter. */
function curvesOf(path: AffinePath): Curves {
  const [t0, t1] = path.interval;
  const times = Array.from({ length: points }, (_, i) => t0 + ((t1 - t0) * i) / (points - 1));
  const program = trace("curves", { t: input(["count"]) }, ({ t }) => ({ alpha: path.alpha(t), sigma: path.sigma(t) }));
  const results = interpretProgram(program, { t: hostTensor(Float64Array.from(times), [points]) });
  const numbers = (name: "alpha" | "sigma"): number[] => Array.from((results[name]?.data ?? []) as ArrayLike<number>, Number);
  return { times, alpha: numbers("alpha"), sigma: numbers("sigma") };
}

const curves = computed((): Curves | string => {
  try {
    return curvesOf(pathOf(pathConfigOf(sides[activeSide.value])));
  } catch (error) {
    return messageOf(error);
  }
});

/** How noise becomes data. */
export function PathPanel(): VNode {
  const side = sides[activeSide.value];
  const found = curves.value;
  return (
    <Panel
      title="From noise to data"
      lead={
        <>
          Left: every noise point travels to one data point. Right: the field that all these ways make together, which is what the network will learn.
        </>
      }
    >
      <Sides />
      <Choice label="Path" value={side.path} spec={sideSpecs.path} names={pathNames} />
      <PathOptions side={side} />
      <Complaint message={typeof found === "string" ? found : pathMessage.value} />
      <PathFormula side={side} />
      {typeof found === "string" ? null : <PathCharts curves={found} />}
    </Panel>
  );
}

function PathOptions({ side }: { readonly side: SideSettings }): VNode | null {
  switch (side.path.value) {
    case "ot":
      return <Range label={<>Noise left, <i>σ</i><sub>min</sub></>} value={side.sigmaMin} spec={sideSpecs.sigmaMin} />;
    case "vp":
      return (
        <>
          <Range label={<><i>β</i><sub>min</sub></>} value={side.betaMin} spec={sideSpecs.betaMin} />
          <Range label={<><i>β</i><sub>max</sub></>} value={side.betaMax} spec={sideSpecs.betaMax} />
        </>
      );
    case "ve":
      return (
        <>
          <Range label={<><i>σ</i><sub>min</sub></>} value={side.veSigmaMin} spec={sideSpecs.veSigmaMin} />
          <Range label={<><i>σ</i><sub>max</sub></>} value={side.sigmaMax} spec={sideSpecs.sigmaMax} />
        </>
      );
    case "polynomial":
      return <Range label={<>Degree <i>n</i></>} value={side.degree} spec={sideSpecs.degree} />;
    case "formula":
      return <Formulas side={side} />;
    default:
      return null;
  }
}

function Formulas({ side }: { readonly side: SideSettings }): VNode {
  return (
    <div class="formulas">
      {([["α", side.alpha], ["σ", side.sigma]] as const).map(([name, value]) => (
        <label key={name} class="formula-input">
          <span>
            <i>{name}</i>(<i>t</i>) =
          </span>
          <input type="text" spellcheck={false} autocapitalize="off" autocomplete="off" maxLength={120} value={value.value} onInput={(event) => (value.value = event.currentTarget.value)} />
        </label>
      ))}
      <p class="note">Numbers, t, pi, e, + − * / ^ and sin, cos, tan, exp, log, sqrt, abs, tanh, sigmoid.</p>
    </div>
  );
}

const T = row(v("T"), o("="), v("s"), sub(v("β"), v("min")), o("+"), frac(n(1), n(2)), sup(v("s"), n(2)), paren(sub(v("β"), v("max")), o("−"), sub(v("β"), v("min"))), o(","), v("s"), o("="), n(1), o("−"), v("t"));

function PathFormula({ side }: { readonly side: SideSettings }): VNode {
  const state = row(xt, o("="));
  switch (side.path.value) {
    case "ot":
      return <Formula source="eq. 22">{row(state, v("t"), x1, o("+"), paren(n(1), o("−"), paren(n(1), o("−"), sub(v("σ"), v("min"))), v("t")), x0)}</Formula>;
    case "vp":
      return (
        <>
          <Formula source="eq. 18">{row(state, sup(v("e"), row(o("−"), v("T"), o("/"), n(2))), x1, o("+"), root(row(n(1), o("−"), sup(v("e"), row(o("−"), v("T"))))), x0)}</Formula>
          <Formula>{T}</Formula>
        </>
      );
    case "ve":
      return <Formula source="eq. 16">{row(state, x1, o("+"), sub(v("σ"), v("max")), sup(paren(frac(sub(v("σ"), v("min")), sub(v("σ"), v("max")))), v("t")), x0)}</Formula>;
    case "cosine":
      return <Formula>{row(state, fn("sin"), paren(frac(row(v("π"), v("t")), n(2))), x1, o("+"), fn("cos"), paren(frac(row(v("π"), v("t")), n(2))), x0)}</Formula>;
    case "polynomial":
      return <Formula>{row(state, sup(v("t"), v("n")), x1, o("+"), paren(n(1), o("−"), sup(v("t"), v("n"))), x0)}</Formula>;
    case "linear-vp":
      return <Formula>{row(state, v("t"), x1, o("+"), root(row(n(1), o("−"), sup(v("t"), n(2)))), x0)}</Formula>;
    case "formula": {
      const [alpha, sigma] = [side.alpha.value, side.sigma.value].map(readable);
      return alpha && sigma ? <Formula>{row(state, alpha, x1, o("+"), sigma, x0)}</Formula> : <></>;
    }
  }
}

function readable(text: string): VNode | undefined {
  try {
    return formulaFactor(parseFormula(text));
  } catch {
    return undefined;
  }
}

function PathCharts({ curves: { times, alpha, sigma } }: { readonly curves: Curves }): VNode {
  const pairs = (values: readonly number[]): (readonly [number, number])[] => values.map((value, i) => [times[i] ?? 0, value]);
  const snr = alpha.map((a, i) => (a / (sigma[i] ?? 1)) ** 2);
  const series = [
    { name: "α, the data's share", points: pairs(alpha), pen: 1 },
    { name: "σ, the noise's share", points: pairs(sigma), pen: 2 },
  ];
  // Ends where one of the two vanishes would stretch the scale without end.
  const inside = pairs(snr).filter(([, value]) => value > 1e-6 && value < 1e6);
  return (
    <>
      <Part title="Shares of data and noise">
        <LineChart id="schedule" label="α and σ over time" series={series} x={{ name: "t", from: 0, to: 1 }} y={{ name: "", from: 0 }} mark={time.value} height={170} />
        <Legend series={series} />
      </Part>
      <Part title="Signal to noise">
        <Formula>{row(v("SNR"), paren(v("t")), o("="), frac(subsup(v("α"), v("t"), n(2)), subsup(v("σ"), v("t"), n(2))))}</Formula>
        <LineChart id="snr" label="Signal-to-noise ratio over time, logarithmic" series={[{ name: "SNR", points: inside, pen: 1 }]} x={{ name: "t", from: 0, to: 1 }} y={{ name: "SNR", log: true }} mark={time.value} height={170} />
      </Part>
    </>
  );
}

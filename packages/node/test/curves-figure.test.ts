import { curvesFigure } from "@fluxion/node";
import { expect, it } from "vitest";

const names = ["DDPM", "Score Matching", "ScoreFlow", "FM w/ Diffusion", "FM w/ OT"];
const figure = (subtitle: string): Promise<string> =>
  curvesFigure({
    title: "Quality",
    subtitle,
    x: { title: "step" },
    y: { title: "NFE" },
    panels: [{ curves: names.map((name, i) => ({ name, points: [500, 3_000].map((x) => ({ x, y: 300 + 50 * i })) })) }],
  });

it("is no wider for a subtitle that fits above its curves", async () => {
  const width = (svg: string): number => Number(/width="([\d.]+)"/u.exec(svg)?.[1]);
  expect(width(await figure("Fréchet distance of 500 samples (dopri5 at 1e-5) to the test set, features of our own network."))).toBe(width(await figure("Short.")));
});

it("writes steps and evaluations in full", async () => {
  const svg = await figure("");
  expect(svg).toContain(">1,000<");
  expect(svg).toContain(">400<");
  expect(svg).not.toMatch(/>\d[\d.]*e\+\d+</u);
});

/** The centres of the dots, and the frame's width and height. */
function dotsOf(svg: string) {
  const [, width, height] = /class="background" aria-hidden="true" d="M0\.5,0\.5h([\d.]+)v([\d.]+)h/u.exec(svg) ?? [];
  const dots = [...svg.matchAll(/aria-roledescription="point"[^>]*transform="translate\(([\d.]+),([\d.]+)\)"/gu)].map(([, x, y]) => [Number(x), Number(y)] as const);
  return { dots, width: Number(width), height: Number(height) };
}

it.each([false, true])("keeps whole dots within the frame, on logarithmic axes too (%s)", async (logarithmic) => {
  const svg = await curvesFigure({
    title: "Error",
    x: { title: "NFE" },
    y: { title: "error", logarithmic },
    panels: [{ curves: [{ name: "euler", points: [1, 0.1, 1e-6].map((y, i) => ({ x: i / 2, y })) }] }],
  });
  const { dots, width, height } = dotsOf(svg);
  expect(dots).toHaveLength(3);
  for (const [x, y] of dots) {
    expect(Math.min(x, width - x, y, height - y)).toBeGreaterThan(5);
  }
});

it("draws one value alone", async () => {
  const { dots, height } = dotsOf(await curvesFigure({ title: "NFE", x: { title: "step" }, y: { title: "NFE" }, panels: [{ curves: [{ name: "ot", points: [{ x: 3, y: 100 }] }] }] }));
  expect(dots[0]?.[1]).toBeCloseTo(height / 2);
});

it("shows what an axis is to cover, with ticks at round numbers of every decade", async () => {
  const svg = await curvesFigure({
    title: "NFE",
    x: { title: "step" },
    y: { title: "NFE", logarithmic: true, covers: [10, 1000] },
    panels: [{ curves: [{ name: "ot", points: [250, 260].map((y, x) => ({ x, y })) }] }],
  });
  for (const tick of ["10", "20", "50", "100", "200", "500", "1,000"]) expect(svg).toContain(`>${tick}</text>`);
});

it("gives a curve the colour that it has elsewhere", async () => {
  const draw = (colour?: string) =>
    curvesFigure({ title: "", x: { title: "x" }, y: { title: "y" }, panels: [{ curves: [{ name: "a", colour, points: [0, 1].map((x) => ({ x, y: x })) }] }] });
  expect(await draw("#d55e00")).toContain('stroke="#d55e00"');
  expect(await draw()).not.toContain("#d55e00");
});

import { grad, hostTensor, input, matmul, mean, mul, square, sub, trace } from "@fluxion/graph";
import { nodeRuntime } from "@fluxion/node";

const step = trace("regression", { w: input([3, 1]), x: input(["batch", 3]), y: input(["batch", 1]) }, ({ w, x, y }) => {
  const loss = mean(square(sub(matmul(x, w), y)));
  const [dw] = grad(loss, [w]);
  return { loss, next: sub(w, mul(dw, 0.1)) };
});

const points = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(2 * i), 1] as const);
const x = hostTensor(points.flat(), [64, 3]);
const y = hostTensor(points.map(([a, b]) => 3 * a - 2 * b + 1), [64, 1]);

const executable = await (await nodeRuntime()).compile(step);
let w = hostTensor([0, 0, 0], [3, 1]);
for (let i = 0; i < 200; i++) ({ next: w } = await executable.run({ w, x, y }));
console.log(w.data, "expected 3, −2, 1");

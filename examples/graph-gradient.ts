import { explain, formatExplanation, grad, input, matmul, mean, square, sub, tanh, trace } from "@fluxion/graph";

const program = trace("gradient", { w: input([3, 1]), x: input([64, 3]), y: input([64, 1]) }, ({ w, x, y }) => {
  const loss = mean(square(sub(tanh(matmul(x, w)), y)));
  const [dw] = grad(loss, [w]);
  return { loss, dw };
});

for (const simplified of [false, true]) {
  const [, nodes] = formatExplanation(explain(program, { simplified })).split("\n\n");
  console.log(nodes);
}

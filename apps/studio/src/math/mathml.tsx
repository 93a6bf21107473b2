/** @file Formulas in MathML, which browsers set themselves. */
import type { ComponentChildren, VNode } from "preact";

/** What formulas are made of. */
export type Term = ComponentChildren;

/** A variable; several letters stand upright. */
export const v = (name: string): VNode => <mi>{name}</mi>;
/** The name of a function, set off from its argument. */
export const fn = (name: string): VNode => row(<mi>{name}</mi>, <mspace width="0.17em" />);
/** A number. */
export const n = (value: string | number): VNode => <mn>{value}</mn>;
/** A sign. */
export const o = (sign: string): VNode => <mo>{sign}</mo>;
/** Text. */
export const text = (words: string): VNode => <mtext>{words}</mtext>;
/** One after the other. */
export const row = (...terms: Term[]): VNode => <mrow>{terms}</mrow>;
/** A subscript. */
export const sub = (base: Term, below: Term): VNode => (
  <msub>
    <mrow>{base}</mrow>
    <mrow>{below}</mrow>
  </msub>
);
/** A superscript. */
export const sup = (base: Term, above: Term): VNode => (
  <msup>
    <mrow>{base}</mrow>
    <mrow>{above}</mrow>
  </msup>
);
/** Both. */
export const subsup = (base: Term, below: Term, above: Term): VNode => (
  <msubsup>
    <mrow>{base}</mrow>
    <mrow>{below}</mrow>
    <mrow>{above}</mrow>
  </msubsup>
);
/** A fraction. */
export const frac = (above: Term, below: Term): VNode => (
  <mfrac>
    <mrow>{above}</mrow>
    <mrow>{below}</mrow>
  </mfrac>
);
/** A root. */
export const root = (of: Term): VNode => <msqrt>{of}</msqrt>;
/** In parentheses. */
export const paren = (...terms: Term[]): VNode => row(o("("), ...terms, o(")"));
/** A squared norm. */
export const norm2 = (...terms: Term[]): VNode => sup(row(o("‖"), ...terms, o("‖")), n(2));
/** x_t and its like. */
export const xt = sub(v("x"), v("t"));
export const x0 = sub(v("x"), n(0));
export const x1 = sub(v("x"), n(1));

/** A formula on a line of its own, with what it is called in the paper. */
export function Formula({ children, source }: { readonly children: ComponentChildren; readonly source?: string }): VNode {
  return (
    <div class="formula">
      <math display="block">{children}</math>
      {source === undefined ? null : <span class="formula-source">{source}</span>}
    </div>
  );
}

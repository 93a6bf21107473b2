import type { ComponentChildren, VNode } from "preact";

/** A chapter: its title, what it is about, its controls. */
export function Panel({ title, lead, children }: { readonly title: string; readonly lead: ComponentChildren; readonly children: ComponentChildren }): VNode {
  return (
    <div class="panel">
      <h2>{title}</h2>
      <p class="lead">{lead}</p>
      {children}
    </div>
  );
}

/** Part of a panel. */
export function Part({ title, children }: { readonly title?: string | undefined; readonly children: ComponentChildren }): VNode {
  return (
    <section class="part">
      {title === undefined ? null : <h3>{title}</h3>}
      {children}
    </section>
  );
}

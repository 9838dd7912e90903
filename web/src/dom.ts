// A few lines over Solid's signals: elements whose properties and children may be functions, which then stay current.
import { createEffect, createRoot, createSignal, onCleanup, untrack } from "solid-js";

/** A child: text, a node, several, nothing, or a function that yields one of those and is called again on change. */
export type Child = string | number | Node | null | undefined | false | Child[] | (() => Child);
type Value = string | number | boolean | null | undefined;
/** Attributes; `on*` are listeners, a function keeps the attribute current, `null` and `false` leave it out. */
export type Props = Record<string, Value | (() => Value) | ((event: any) => void)>;

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "hidden"]);

function setOne(node: Element, name: string, value: Value): void {
  if (PROPERTIES.has(name) && !(node instanceof SVGElement)) {
    const held = (node as any)[name];
    const wanted = value ?? (typeof held === "boolean" ? false : "");
    if (held !== wanted) (node as any)[name] = wanted;
  } else if (value == null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

function fill(node: Element, children: Child[]): void {
  for (const child of children) {
    if (typeof child !== "function") {
      for (const made of nodes(child)) node.append(made);
      continue;
    }
    const end = document.createComment("");
    node.append(end);
    let shown: Node[] = [];
    createEffect(() => {
      const next = nodes(child());
      for (const old of shown) if (!next.includes(old)) old.parentNode?.removeChild(old);
      for (const made of next) node.insertBefore(made, end);
      shown = next;
    });
  }
}

function nodes(child: Child): Node[] {
  if (child == null || child === false || child === "") return [];
  if (Array.isArray(child)) return child.flatMap(nodes);
  if (child instanceof Node) return [child];
  if (typeof child === "function") return nodes(child());
  return [document.createTextNode(String(child))];
}

function make<E extends Element>(node: E, props: Props | null, children: Child[]): E {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value as EventListener);
    else if (typeof value === "function") createEffect(() => setOne(node, name, (value as () => Value)()));
    else setOne(node, name, value);
  }
  fill(node, children);
  return node;
}

/** An HTML element. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, props?: Props | null, ...children: Child[]
): HTMLElementTagNameMap[K] {
  return make(document.createElement(tag), props ?? null, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K, props?: Props | null, ...children: Child[]
): SVGElementTagNameMap[K] {
  return make(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], props ?? null, children);
}

/** A list that keeps the element of an item while its key stays; `draw` gets the item as a signal-like getter. */
export function each<T>(items: () => T[], key: (item: T) => string | number, draw: (item: () => T) => Element): () => Child {
  type Row = { element: Element; set: (item: T) => void; dispose: () => void };
  let rows = new Map<string | number, Row>();
  onCleanup(() => rows.forEach((row) => row.dispose()));
  return () => {
    const next = new Map<string | number, Row>();
    const out: Element[] = [];
    for (const item of items()) {
      const name = key(item);
      if (next.has(name)) continue;
      let row = rows.get(name);
      if (row) untrack(() => row!.set(item));
      else row = createRoot((dispose) => {
        const [get, set] = box(item);
        return { element: untrack(() => draw(get)), set, dispose };
      });
      rows.delete(name);
      next.set(name, row);
      out.push(row.element);
    }
    rows.forEach((row) => row.dispose());
    rows = next;
    return out;
  };
}

function box<T>(first: T): [() => T, (value: T) => void] {
  const [get, set] = createSignal<T>(first, { equals: false });
  return [get, (value) => set(() => value)];
}

// The code's view: CodeMirror with Python, the engine's diagnostics, marks at the expressions that events blame, and
// completion and hover help from the library's own table.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, LanguageSupport, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers,
  type DecorationSet,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { createEffect, on } from "solid-js";
import { el } from "./dom";
import { family, KINDS } from "./format";
import type * as p from "./protocol";
import type { State } from "./state";

interface Marked { from: number; to: number; class: string; title?: string }
const setMarks = StateEffect.define<{ layer: number; marks: Marked[] }>();

/** Decorations that the page sets, in layers; they move with edits until they are set again. */
function layer(number: number) {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(held, transaction) {
      held = held.map(transaction.changes);
      for (const effect of transaction.effects) {
        if (!effect.is(setMarks) || effect.value.layer !== number) continue;
        const size = transaction.newDoc.length;
        const fitting = effect.value.marks.filter((m) => m.from < m.to && m.to <= size);
        held = Decoration.set(
          fitting.map((m) => Decoration.mark({ class: m.class, attributes: m.title ? { title: m.title } : {} }).range(m.from, m.to)),
          true,
        );
      }
      return held;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}

/** The smallest node of the function whose expression holds this byte. */
function nodeAt(graphs: p.Graphs | null, byte: number): p.Node | null {
  let best: p.Node | null = null;
  for (const node of graphs?.function.nodes ?? []) {
    const span = node.span;
    if (!span || byte < span.start || byte >= span.end) continue;
    if (!best || span.end - span.start < best.span!.end - best.span!.start) best = node;
  }
  return best;
}

/** Make the editor in `parent`. */
export function createEditor(parent: HTMLElement, state: State): { view: EditorView; goTo(span: p.Span): void } {
  const char = (byte: number) => state.offsets().char(byte);

  function point(view: EditorView, at: number | null): void {
    if (at === null || !state.spansHold()) {
      if (state.pointed()?.by === "code") state.setPointed(null);
      return;
    }
    const byte = state.offsets().byte(at);
    const node = nodeAt(state.graphs(), byte);
    if (!node) {
      if (state.pointed()?.by === "code") state.setPointed(null);
      return;
    }
    const nodes = state.graphs()!.function.nodes
      .filter((n) => n.span && n.span.start === node.span!.start && n.span.end === node.span!.end)
      .map((n) => n.id);
    const events = state.events()
      .filter((e) => e.span && e.span.start <= node.span!.start && node.span!.end <= e.span.end)
      .map((e) => e.id);
    state.setPointed({ by: "code", span: node.span, nodes, events });
  }

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: state.source(),
      extensions: [
        lineNumbers(), highlightActiveLineGutter(), history(), drawSelection(), indentUnit.of("    "), EditorState.tabSize.of(4),
        indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(), lintGutter(),
        new LanguageSupport(pythonLanguage), syntaxHighlighting(classHighlighter), layer(0), layer(1),
        autocompletion({ override: [(context) => complete(context, state)], icons: false }),
        hoverTooltip((view, at) => help(view, at, state), { hoverTime: 400 }),
        keymap.of([
          { key: "Escape", run: (view) => { view.contentDOM.blur(); return true; } },
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": "Python source", spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) state.setSource(update.state.doc.toString());
          else if (update.selectionSet && update.view.hasFocus) point(update.view, update.state.selection.main.head);
        }),
        EditorView.domEventHandlers({
          mousemove: (event, view) => point(view, view.posAtCoords({ x: event.clientX, y: event.clientY })),
          mouseleave: (_, view) => point(view, null),
        }),
      ],
    }),
  });

  // A new text from outside: the gallery, a link, an applied fix.
  createEffect(on(state.source, (text) => {
    const now = view.state.doc.toString();
    if (text === now) return;
    // Replace only what differs, so that the cursor and the undo history make sense.
    let from = 0, tail = 0;
    while (from < Math.min(text.length, now.length) && text[from] === now[from]) from++;
    while (tail < Math.min(text.length, now.length) - from && text[text.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    view.dispatch({ changes: { from, to: now.length - tail, insert: text.slice(from, text.length - tail) } });
  }));

  createEffect(() => {
    const module = state.module();
    if (!state.spansHold()) return;
    const size = view.state.doc.length;
    const all: p.Diagnostic[] = [...(module?.diagnostics ?? [])];
    const gone = state.plot()?.noDerivative;
    if (gone && module?.shown) all.push({ ...gone, severity: "warning" });
    const diagnostics: Diagnostic[] = all.filter((d) => d.span).map((d) => {
      const from = Math.min(char(d.span!.start), size);
      const to = Math.min(Math.max(char(d.span!.end), from + 1), size);
      return {
        from: Math.min(from, to), to, severity: d.severity === "note" ? "info" : d.severity,
        message: `${d.class ? `${d.class}: ` : ""}${d.message}${d.help ? `\n\n${d.help}` : ""}`,
        actions: d.fixes.map((fix) => ({ name: fix.title, apply: () => { const text = state.applyFix(fix); if (text !== null) state.setSource(text); } })),
      };
    });
    view.dispatch(setDiagnostics(view.state, diagnostics));
  });

  createEffect(() => {
    const marks: Marked[] = [];
    if (state.spansHold() && !state.lensStale()) {
      const seen = new Set<string>();
      for (const event of state.events()) {
        if (!event.span) continue;
        const place = `${event.span.start} ${event.span.end} ${family(event.kind)}`;
        if (seen.has(place)) continue;
        seen.add(place);
        marks.push({ from: char(event.span.start), to: char(event.span.end), class: `ev-mark fam-${family(event.kind)}` });
      }
    }
    view.dispatch({ effects: setMarks.of({ layer: 0, marks }) });
  });

  createEffect(() => {
    const pointed = state.pointed();
    const chosen = state.selectedEvent()?.span;
    const marks: Marked[] = [];
    if (state.spansHold()) {
      if (chosen) marks.push({ from: char(chosen.start), to: char(chosen.end), class: "ev-selected" });
      if (pointed?.span) marks.push({ from: char(pointed.span.start), to: char(pointed.span.end), class: "pointed" });
    }
    view.dispatch({ effects: setMarks.of({ layer: 1, marks }) });
  });

  return {
    view,
    goTo(span) {
      const from = Math.min(char(span.start), view.state.doc.length);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
  };
}

/** What the module's imports call things: `jnp` is `jax.numpy`. */
function aliases(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const [, path, name] of text.matchAll(/^\s*import\s+([\w.]+)(?:\s+as\s+(\w+))?/gm)) {
    const top = path!.split(".")[0]!;
    out.set(name ?? top, name ? path! : top);
  }
  for (const [, path, names] of text.matchAll(/^\s*from\s+([\w.]+)\s+import\s+\(?([\w ,]+)/gm)) {
    for (const part of names!.split(",")) {
      const [name, as] = part.trim().split(/\s+as\s+/);
      if (name) out.set(as ?? name, `${path}.${name}`);
    }
  }
  return out;
}

function complete(context: CompletionContext, state: State) {
  const dotted = context.matchBefore(/[A-Za-z_][\w.]*/);
  if (!dotted || (dotted.from === dotted.to && !context.explicit)) return null;
  const names = aliases(context.state.doc.toString());
  const dot = dotted.text.lastIndexOf(".");
  if (dot < 0) {
    const known = [...names.keys()].map((label) => ({ label, type: "namespace", detail: names.get(label)! }));
    const words = new Set(context.state.doc.toString().match(/[A-Za-z_]\w{2,}/g) ?? []);
    for (const name of names.keys()) words.delete(name);
    words.delete(dotted.text);
    return { from: dotted.from, options: [...known, ...[...words].map((label) => ({ label, type: "text" }))], validFor: /^\w*$/ };
  }
  const [head, ...rest] = dotted.text.slice(0, dot).split(".");
  const path = [names.get(head!) ?? head!, ...rest].join(".") + ".";
  const seen = new Set<string>();
  const options = [];
  for (const f of state.library()) {
    if (!f.path.startsWith(path)) continue;
    const tail = f.path.slice(path.length);
    const label = tail.split(".")[0]!;
    if (seen.has(label)) continue;
    seen.add(label);
    const leaf = label === tail;
    options.push({ label, type: leaf ? "function" : "namespace", detail: leaf ? f.signature : "", info: leaf ? f.doc : undefined });
  }
  return options.length ? { from: dotted.from + dot + 1, options, validFor: /^\w*$/ } : null;
}

function help(view: EditorView, at: number, state: State) {
  const line = view.state.doc.lineAt(at);
  let from = at - line.from, to = from;
  while (from > 0 && /[\w.]/.test(line.text[from - 1]!)) from--;
  while (to < line.text.length && /\w/.test(line.text[to]!)) to++;
  const [head, ...rest] = line.text.slice(from, to).split(".");
  const names = aliases(view.state.doc.toString());
  const path = head && [names.get(head) ?? head, ...rest].join(".");
  const found = path ? state.library().find((f) => f.path === path) : undefined;
  const byte = state.spansHold() ? state.offsets().byte(at) : -1;
  const blamed = state.events().filter((e) => e.span && e.span.start <= byte && byte < e.span.end);
  if (!found && !blamed.length) return null;
  return {
    pos: line.from + from, end: line.from + to, above: true,
    create: () => ({
      dom: el("div", { class: "code-help" },
        found && el("div", null, el("code", null, found.path + found.signature), el("p", null, found.doc)),
        blamed.slice(0, 4).map((e) => el("p", { class: `fam-${family(e.kind)}` }, el("b", null, KINDS[e.kind] ?? e.kind), ` – ${e.cause}`))),
    }),
  };
}

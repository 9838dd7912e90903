// What the engine's worker sends for each answer: the answer, and what is to be drawn for it.
import type { Layout, PlotModel } from "./model";
import type { Answer } from "./protocol";

/** Where the nodes of both graphs go. */
export interface Layouts {
  function: Layout;
  gradient: Layout | null;
}

/** An answer with its drawing. */
export interface Update {
  answer: Answer;
  plotModel: PlotModel | null;
  layouts: Layouts | null;
}

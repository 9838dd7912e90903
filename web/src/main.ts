// The page's entry.
import { createRoot } from "solid-js";
import { createApp } from "./app";
import { examples } from "./gallery";
import { createState } from "./state";

createRoot(() => {
  const state = createState(examples[0] ?? { source: "", window: null });
  createApp(document.getElementById("app")!, state);
  void state.begin();
});

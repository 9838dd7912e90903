// The gallery: web/examples/*.py, bundled as text. Each file's first comment line is its title, the following ones its
// description; a line `# window: lo hi` sets the stretch of x that it opens with.
import files from "gradlens-examples";

export interface Example {
  name: string;
  title: string;
  description: string;
  window: [number, number] | null;
  source: string;
}

function read(name: string, source: string): Example {
  const comments = [];
  for (const line of source.split("\n")) {
    if (!line.startsWith("#")) break;
    comments.push(line.replace(/^#\s?/, ""));
  }
  const window = /^window:\s*(\S+)\s+(\S+)\s*$/;
  const found = comments.map((line) => window.exec(line)).find(Boolean);
  const [title, ...rest] = comments.filter((line) => !window.test(line));
  return {
    name, source, title: title ?? name, description: rest.join(" "),
    window: found ? [Number(found[1]), Number(found[2])] : null,
  };
}

/** In the order of the file names. */
export const examples: Example[] = files.map(([name, source]) => read(name, source));

# textwrap
def dedent(text):
    lines = text.split("\n")
    margin = None
    for line in lines:
        stripped = line.lstrip()
        if stripped:
            indent = line[:len(line) - len(stripped)]
            if margin is None:
                margin = indent
            else:
                while not indent.startswith(margin):
                    margin = margin[:-1]
    margin = margin or ""
    return "\n".join(line[len(margin):] if line.strip() else "" for line in lines)


def indent(text, prefix, predicate=None):
    keep = predicate or (lambda line: line.strip())
    return "".join(prefix + line if keep(line) else line for line in text.splitlines(True))


def wrap(text, width=70, **kwargs):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return lines + [line] if line else lines


def fill(text, width=70, **kwargs):
    return "\n".join(wrap(text, width))


def shorten(text, width, placeholder=" [...]"):
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    out = ""
    for word in text.split():
        if len(out) + len(word) + 1 + len(placeholder) > width:
            break
        out = f"{out} {word}" if out else word
    return out + placeholder

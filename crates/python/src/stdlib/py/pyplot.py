# matplotlib.pyplot: what is drawn goes to the host as plain data
from _host import show_figure as _show
rcParams = {}
_state = {"figures": []}


def _list(x):
    if hasattr(x, "tolist"):
        return x.tolist()
    if isinstance(x, (int, float)):
        return x
    try:
        return [_list(v) for v in x]
    except TypeError:
        return float(x)


def _series(args):
    args = list(args)
    out = []
    while args:
        x = _list(args.pop(0))
        if args and not isinstance(args[0], str):
            y = _list(args.pop(0))
        else:
            y = x
            x = list(range(len(y)))
        fmt = args.pop(0) if args and isinstance(args[0], str) else ""
        out.append((x, y, fmt))
    return out


class Line2D:
    def __init__(self, data):
        self._data = data

    def set_data(self, x, y):
        self._data["x"], self._data["y"] = _list(x), _list(y)


class Axes:
    def __init__(self):
        self._items = []
        self._options = {}

    def _add(self, kind, x, y, kwargs, **more):
        plain = {k: v for k, v in kwargs.items() if isinstance(v, (str, int, float, bool, type(None)))}
        item = {"kind": kind, "x": x, "y": y, **more, **plain}
        self._items.append(item)
        return Line2D(item)

    def plot(self, *args, **kwargs):
        return [self._add("line", x, y, kwargs, fmt=fmt) for x, y, fmt in _series(args)]

    def semilogy(self, *args, **kwargs):
        self._options["yscale"] = "log"
        return self.plot(*args, **kwargs)

    def semilogx(self, *args, **kwargs):
        self._options["xscale"] = "log"
        return self.plot(*args, **kwargs)

    def loglog(self, *args, **kwargs):
        self._options["xscale"] = self._options["yscale"] = "log"
        return self.plot(*args, **kwargs)

    def scatter(self, x, y, s=None, c=None, **kwargs):
        return self._add("points", _list(x), _list(y), kwargs, c=c if isinstance(c, str) else None)

    def step(self, x, y, *args, where="pre", **kwargs):
        return self._add("step", _list(x), _list(y), kwargs, where=where)

    def bar(self, x, height, *args, **kwargs):
        return self._add("bar", _list(x), _list(height), kwargs)

    def hist(self, x, bins=10, **kwargs):
        data = sorted(_list(x))
        low, high = data[0], data[-1]
        width = (high - low) / bins or 1.0
        counts = [0] * bins
        for v in data:
            counts[min(int((v - low) / width), bins - 1)] += 1
        edges = [low + i * width for i in range(bins + 1)]
        self._add("bar", edges[:-1], counts, kwargs, width=width)
        return counts, edges, None

    def fill_between(self, x, y1, y2=0, **kwargs):
        return self._add("band", _list(x), _list(y1), kwargs, y2=_list(y2))

    def errorbar(self, x, y, yerr=None, xerr=None, **kwargs):
        return self._add("line", _list(x), _list(y), kwargs, yerr=None if yerr is None else _list(yerr))

    def axhline(self, y=0, *args, **kwargs):
        return self._add("hline", [], [_list(y)], kwargs)

    def axvline(self, x=0, *args, **kwargs):
        return self._add("vline", [_list(x)], [], kwargs)

    def imshow(self, x, *args, **kwargs):
        return self._add("image", [], _list(x), kwargs)

    def contour(self, *args, **kwargs):
        return self._add("image", [], _list(args[2] if len(args) > 2 else args[0]), kwargs)

    contourf = pcolormesh = contour

    def text(self, x, y, s, **kwargs):
        return self._add("text", [_list(x)], [_list(y)], kwargs, text=s)

    def annotate(self, text, xy, *args, **kwargs):
        return self._add("text", [_list(xy[0])], [_list(xy[1])], {}, text=text)

    def set_title(self, label, **kwargs): self._options["title"] = label
    def set_xlabel(self, label, **kwargs): self._options["xlabel"] = label
    def set_ylabel(self, label, **kwargs): self._options["ylabel"] = label
    def set_xscale(self, value, **kwargs): self._options["xscale"] = value
    def set_yscale(self, value, **kwargs): self._options["yscale"] = value

    def set_xlim(self, left=None, right=None, **kwargs):
        self._options["xlim"] = list(left) if isinstance(left, (tuple, list)) else [left, right]

    def set_ylim(self, bottom=None, top=None, **kwargs):
        self._options["ylim"] = list(bottom) if isinstance(bottom, (tuple, list)) else [bottom, top]

    def legend(self, *args, **kwargs): self._options["legend"] = True
    def grid(self, *args, **kwargs): self._options["grid"] = True
    def set_aspect(self, *args, **kwargs): self._options["aspect"] = "equal"
    def set(self, **kwargs): self._options.update(kwargs)
    def axis(self, *args, **kwargs): pass
    def tick_params(self, *args, **kwargs): pass
    def set_xticks(self, *args, **kwargs): pass
    def set_yticks(self, *args, **kwargs): pass


class Figure:
    def __init__(self):
        self._axes = []

    def add_subplot(self, *args, **kwargs):
        self._axes.append(Axes())
        return self._axes[-1]

    def suptitle(self, t, **kwargs): self._title = t
    def tight_layout(self, *args, **kwargs): pass
    def colorbar(self, *args, **kwargs): pass
    def savefig(self, *args, **kwargs): pass
    def show(self): _draw(self)


def _draw(fig):
    _show([{"items": a._items, "options": a._options} for a in fig._axes])


def figure(*args, **kwargs):
    fig = Figure()
    _state["figures"].append(fig)
    return fig


def gcf():
    return _state["figures"][-1] if _state["figures"] else figure()


def gca():
    fig = gcf()
    return fig._axes[-1] if fig._axes else fig.add_subplot()


def subplots(nrows=1, ncols=1, *, squeeze=True, **kwargs):
    fig = figure()
    grid = [[fig.add_subplot() for _ in range(ncols)] for _ in range(nrows)]
    if nrows == ncols == 1:
        return fig, grid[0][0]
    if nrows == 1:
        return fig, grid[0]
    if ncols == 1:
        return fig, [row[0] for row in grid]
    return fig, grid


def subplot(*args, **kwargs): return gcf().add_subplot()
def plot(*args, **kwargs): return gca().plot(*args, **kwargs)
def semilogy(*args, **kwargs): return gca().semilogy(*args, **kwargs)
def semilogx(*args, **kwargs): return gca().semilogx(*args, **kwargs)
def loglog(*args, **kwargs): return gca().loglog(*args, **kwargs)
def scatter(*args, **kwargs): return gca().scatter(*args, **kwargs)
def step(*args, **kwargs): return gca().step(*args, **kwargs)
def bar(*args, **kwargs): return gca().bar(*args, **kwargs)
def hist(*args, **kwargs): return gca().hist(*args, **kwargs)
def fill_between(*args, **kwargs): return gca().fill_between(*args, **kwargs)
def errorbar(*args, **kwargs): return gca().errorbar(*args, **kwargs)
def axhline(*args, **kwargs): return gca().axhline(*args, **kwargs)
def axvline(*args, **kwargs): return gca().axvline(*args, **kwargs)
def imshow(*args, **kwargs): return gca().imshow(*args, **kwargs)
def contour(*args, **kwargs): return gca().contour(*args, **kwargs)
def contourf(*args, **kwargs): return gca().contour(*args, **kwargs)
def text(*args, **kwargs): return gca().text(*args, **kwargs)
def annotate(*args, **kwargs): return gca().annotate(*args, **kwargs)
def title(label, **kwargs): gca().set_title(label)
def suptitle(label, **kwargs): gcf().suptitle(label)
def xlabel(label, **kwargs): gca().set_xlabel(label)
def ylabel(label, **kwargs): gca().set_ylabel(label)
def xscale(value, **kwargs): gca().set_xscale(value)
def yscale(value, **kwargs): gca().set_yscale(value)
def xlim(*args, **kwargs): gca().set_xlim(*args, **kwargs)
def ylim(*args, **kwargs): gca().set_ylim(*args, **kwargs)
def legend(*args, **kwargs): gca().legend()
def grid(*args, **kwargs): gca().grid()
def axis(*args, **kwargs): pass
def xticks(*args, **kwargs): pass
def yticks(*args, **kwargs): pass
def colorbar(*args, **kwargs): pass
def tight_layout(*args, **kwargs): pass
def subplots_adjust(*args, **kwargs): pass
def savefig(*args, **kwargs): pass
def clf(): _state["figures"][-1:] = []
def cla(): clf()
def close(*args): _state["figures"].clear()
def ion(): pass
def ioff(): pass
def pause(interval): pass


def show(*args, **kwargs):
    for fig in _state["figures"]:
        _draw(fig)
    _state["figures"].clear()

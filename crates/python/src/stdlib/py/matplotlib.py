# matplotlib: its pyplot is drawn by the page
rcParams = {}


def use(backend, *, force=True):
    pass

# warnings: printed, never raised
def warn(message, category=None, stacklevel=1, source=None):
    category = category or UserWarning
    if isinstance(message, Warning):
        category = type(message)
    print(f"{category.__name__}: {message}")


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    pass


def simplefilter(action, category=Warning, lineno=0, append=False):
    pass


def resetwarnings():
    pass


class catch_warnings:
    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
        self._record = record

    def __enter__(self):
        return [] if self._record else None

    def __exit__(self, *exc):
        return None

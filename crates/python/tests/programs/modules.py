# What is printed was recorded with CPython 3.11.
import functools, itertools, operator, math, collections, time, typing, dataclasses, contextlib, enum, copy
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, List
from collections import namedtuple, OrderedDict, defaultdict, Counter, deque
print(functools.reduce(lambda a,b:a+b,[1,2,3]), functools.partial(pow,2)(5), functools.partial(lambda a,b=1:(a,b),b=3)(1))
@functools.lru_cache(maxsize=None)
def fib(n): return n if n<2 else fib(n-1)+fib(n-2)
print(fib(50), fib.cache_info(), fib.__name__)
@functools.wraps(fib)
def w(): pass
print(w.__name__, w.__wrapped__ is fib)
print(list(itertools.islice(itertools.count(5,2),3)), list(itertools.chain([1],[2,3])), list(itertools.product("ab",[1,2])), list(itertools.permutations([1,2,3],2)), list(itertools.combinations("abc",2)), list(itertools.accumulate([1,2,3])), list(itertools.zip_longest([1],[2,3],fillvalue=0)), list(itertools.repeat(1,3)), list(itertools.takewhile(lambda x:x<3,[1,2,3,1])), list(itertools.dropwhile(lambda x:x<3,[1,3,1])), [(k,list(g)) for k,g in itertools.groupby("aabc")], list(itertools.starmap(pow,[(2,3)])), list(itertools.pairwise([1,2,3])), list(itertools.chain.from_iterable([[1],[2]])), list(itertools.compress("abc",[1,0,1])))
print(operator.add(1,2), operator.itemgetter(1)([5,6]), operator.itemgetter(0,1)([5,6]), operator.attrgetter("real")(5), operator.mul(2,3), operator.neg(1))
print(math.sqrt(2), math.pi, math.floor(2.7), math.ceil(2.1), math.log(8,2), math.exp(1), math.sin(1), math.factorial(10), math.gcd(12,18), math.inf, math.isnan(math.nan), math.hypot(3,4), math.atan2(1,2), math.log2(8), math.log10(1000), math.comb(5,2), math.isclose(1,1+1e-10), math.copysign(1,-0.0), math.fsum([.1]*10), math.prod([1,2,3]), math.erf(0.5), math.gamma(5), math.tau, math.trunc(-2.5), math.degrees(math.pi), math.isqrt(17), math.modf(2.5), math.lcm(4,6))
for t in [lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.factorial(-1), lambda: math.sin("a"), lambda: math.floor("a"), lambda: math.acos(2)]:
    try: t()
    except Exception as e: print(type(e).__name__, e)
P = namedtuple("P", "x y z", defaults=[9]); p = P(1,2); print(p, p.x, p[1], p._asdict(), p._replace(y=5), P._fields, tuple(p), p==(1,2,9), len(p), isinstance(p,tuple), [*p]); a,b,c = p; print(a,b,c, P._make([7,8,9]))
try: P()
except TypeError as e: print(e)
try: p.x = 5
except AttributeError as e: print(e)
class N(NamedTuple):
    a: int
    b: str = "q"
    def m(self): return self.a*2
n = N(1); print(n, n.m(), n.b, N(a=3,b="z"), N._fields, n._replace(a=9), N.__name__)
@dataclass
class D:
    x: int
    y: float = 2.0
    z: list = field(default_factory=list)
    def tot(self): return self.x+self.y
d = D(1); print(d, d.tot(), d == D(1), D(1,y=3).y, dataclasses.asdict(d), dataclasses.replace(d,x=5), [f.name for f in dataclasses.fields(d)], dataclasses.astuple(d))
try: D()
except TypeError as e: print(e)
try: D(1,2,3,4)
except TypeError as e: print(e)
@dataclass(frozen=True, order=True)
class F:
    a: int
    b: int = 0
print(F(1)<F(2), hash(F(1))==hash(F(1)), {F(1):2}[F(1)])
try: F(1).a = 2
except dataclasses.FrozenInstanceError as e: print(type(e).__name__, e)
@dataclass
class E2(D):
    w: int = 7
    def __post_init__(self): self.v = self.w*2
print(E2(1), E2(1).v)
od = OrderedDict(a=1,b=2); od.move_to_end("a"); print(od, list(od))
dd = defaultdict(list); dd["a"].append(1); print(dd, dd["b"], len(dd)); di = defaultdict(int); di["x"] += 1; print(dict(di))
c = Counter("abracadabra"); print(c.most_common(2), c["a"], c["zz"], c)
q = deque([1,2,3], maxlen=3); q.append(4); q.appendleft(0); print(q, q.pop(), q.popleft(), len(q))
@contextlib.contextmanager
def cm(x):
    print("in", x)
    try: yield x*2
    finally: print("out")
with cm(3) as v: print(v)
try:
    with cm(1): raise ValueError("e")
except ValueError as e: print("caught", e)
with contextlib.suppress(KeyError): {}["a"]
class Color(enum.Enum):
    RED = 1
    GREEN = 2
print(Color.RED, repr(Color.RED), Color.RED.name, Color(2), Color["RED"], list(Color), Color.RED == Color.RED, Color.RED is Color(1), len(Color))
class IE(enum.IntEnum):
    A = 1
    B = enum.auto()
print(IE.B + 1, IE.A < IE.B, int(IE.B))
x = [1,[2,3]]; y = copy.copy(x); z = copy.deepcopy(x); x[1].append(4); print(y, z)
print(Optional[int], List[int], typing.Union[int,str], list[int], int|None, isinstance(5, int|str), typing.Callable[[int],str], dict[str,int])
T = typing.TypeVar("T"); print(T)
class G(typing.Generic[T]):
    def f(self, x: T) -> T: return x
print(G().f(5))
class Ab:
    @functools.cached_property
    def p(self): print("computing"); return 5
ab=Ab(); print(ab.p, ab.p)
@functools.total_ordering
class TO:
    def __init__(s,v): s.v=v
    def __eq__(s,o): return s.v==o.v
    def __lt__(s,o): return s.v<o.v
print(TO(1)<=TO(2), TO(3)>TO(2), TO(2)>=TO(2))
@functools.singledispatch
def sd(x): return "obj"
@sd.register
def _(x: int): return "int"
print(sd(1), sd("a"))
from abc import ABC, abstractmethod
class Base(ABC):
    @abstractmethod
    def f(self): ...
class Impl(Base):
    def f(self): return 1
try: Base()
except TypeError as e: print(e)
print(Impl().f())

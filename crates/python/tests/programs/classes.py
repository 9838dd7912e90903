# What is printed was recorded with CPython 3.11.
class Point:
    "doc"
    count = 0
    def __init__(self, x, y=0):
        self.x, self.y = x, y
        Point.count += 1
    def __repr__(self): return f"Point({self.x}, {self.y})"
    def __eq__(self, o): return isinstance(o, Point) and (self.x, self.y) == (o.x, o.y)
    def __hash__(self): return hash((self.x, self.y))
    def __add__(self, o): return Point(self.x+o.x, self.y+o.y)
    def __radd__(self, o): return Point(self.x+o, self.y) if isinstance(o, int) else NotImplemented
    def __mul__(self, k): return Point(self.x*k, self.y*k)
    __rmul__ = __mul__
    def __neg__(self): return Point(-self.x, -self.y)
    def __lt__(self, o): return self.x < o.x
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __len__(self): return 2
    def __iter__(self): yield self.x; yield self.y
    def __contains__(self, v): return v in (self.x, self.y)
    def __call__(self, *a): return ("called", a)
    def __bool__(self): return self.x != 0
    def __abs__(self): return (self.x**2+self.y**2)**.5
    def __format__(self, spec): return f"<{spec}>"
    def __iadd__(self, o): self.x += o.x; return self
    @property
    def norm(self): return abs(self)
    @norm.setter
    def norm(self, v): self.x = v; self.y = 0
    @classmethod
    def origin(cls): return cls(0)
    @staticmethod
    def helper(a): return a*2
p, q = Point(3,4), Point(1)
print(p+q, 5+p, p*2, 2*p, -p, p<q, p[0], len(p), list(p), 4 in p, p(1,2), bool(Point(0)), p.norm, f"{p:abc}", p==Point(3,4), p!=q, {p:1}[Point(3,4)], sorted([p,q]), Point.origin(), Point.helper(4), p.helper(1), max(p,q), Point.count)
p.norm = 10; print(p); p += q; print(p)
try: p.zzz
except AttributeError as e: print(e)
try: Point()
except TypeError as e: print(e)
class A:
    def who(self): return "A"
    def hi(self): return "hi " + self.who()
class B(A):
    def who(self): return "B" + super().who()
class C(B):
    def who(self): return "C" + super().who()
print(C().hi(), C.__mro__, C.__name__, C.__bases__, isinstance(C(), A), issubclass(C, A), type(C()))
class M1:
    def f(self): return ["M1"] + super().f()
class M0:
    def f(self): return ["M0"]
class D(M1, M0):
    def f(self): return ["D"] + super().f()
print(D().f(), [c.__name__ for c in D.__mro__])
class MyErr(ValueError):
    def __init__(self, code, msg="m"):
        super().__init__(msg)
        self.code = code
    def __str__(self): return f"[{self.code}] {self.args[0]}"
try: raise MyErr(5)
except ValueError as e: print(e, repr(e), e.code, e.args)
class Simple(Exception): pass
try: raise Simple("a", 1)
except Simple as e: print(e, repr(e), e.args)
try: raise Simple
except Exception as e: print(repr(e), str(e) == "")
try:
    try: 1/0
    except ZeroDivisionError as e: raise ValueError("x") from e
except ValueError as e: print(repr(e.__cause__), e.__suppress_context__)
try:
    try: 1/0
    except ZeroDivisionError: raise KeyError("k")
except KeyError as e: print(repr(e.__context__), e)
try: raise 5
except TypeError as e: print(e)
try:
    raise ValueError("a")
except (KeyError, ValueError) as e: print("tuple", e)
def ff():
    try: return "try"
    finally: print("fin")
print(ff())
def fl():
    for i in range(5):
        try:
            if i == 1: continue
            if i == 3: break
            print(i)
        finally: print("f", i)
fl()
def nested():
    try:
        try: raise ValueError("in")
        finally: print("inner fin")
    except ValueError as e: print("outer", e)
    else: print("no")
nested()
class CM:
    def __init__(self, n, sup=False): self.n, self.sup = n, sup
    def __enter__(self): print("enter", self.n); return self
    def __exit__(self, t, v, tb): print("exit", self.n, t and t.__name__, v); return self.sup
with CM(1) as a, CM(2) as b: print(a.n, b.n)
with CM(3, True): raise ValueError("sup")
def wr():
    with CM(4): return "ret"
print(wr())
try:
    with CM(5): 1/0
except ZeroDivisionError: print("propagated")
class Slots:
    __slots__ = ("a",)
s = Slots(); s.a = 1
try: s.b = 2
except AttributeError as e: print(e)
class Dyn:
    def __getattr__(self, n): return "dyn " + n
    def __setattr__(self, n, v): object.__setattr__(self, n, v*2)
d = Dyn(); d.x = 2; print(d.x, d.foo)
class Desc:
    def __set_name__(self, o, n): self.n = n
    def __get__(self, o, t): return ("get", self.n, o is None)
    def __set__(self, o, v): print("set", self.n, v)
class HasD: d = Desc()
h = HasD(); print(h.d, HasD.d); h.d = 5
class MyList(list):
    def second(self): return self[1]
ml = MyList([1,2,3]); ml.append(4); print(ml, ml.second(), len(ml), isinstance(ml, list), ml == [1,2,3,4], ml + [5], type(ml).__name__)
class MyDict(dict):
    def __missing__(self, k): return k*2
md = MyDict(a=1); print(md["a"], md["zz"], md, "zz" in md)
class MyInt(int):
    def __add__(self, o): return MyInt(int(self) + o + 100)
print(MyInt(5)+1, MyInt(5)*2, type(MyInt(3)+1).__name__)
class MyStr(str): pass
print(MyStr("abc").upper(), MyStr("x")+"y", len(MyStr("abc")))
print(A.__dict__.keys() >= {"who"}, vars(q), hasattr(q,"x"), getattr(q,"nope",7), callable(p), dir(q)[-3:])
class It:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 3: raise StopIteration
        return self.i
print(list(It()), sum(It()), [*It()], dict(zip(It(), "abc")))
class GI:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i*10
print(list(GI()), 20 in GI())
class Sub:
    def __init_subclass__(cls, tag=None, **kw): cls.tag = tag; super().__init_subclass__(**kw)
class S2(Sub, tag="t"): pass
print(S2.tag)
class New:
    def __new__(cls, *a): o = super().__new__(cls); o.made = a; return o
    def __init__(self, *a): self.init = a
print(New(1,2).made, New(3).init)
class Meth:
    x = [i for i in range(3)]
    def a(self): return self.b
    def b(self): return 1
print(Meth().a()(), Meth.x, Meth.a.__qualname__)
print(type("Dyn2", (A,), {"z": 5})().z, A.__module__)

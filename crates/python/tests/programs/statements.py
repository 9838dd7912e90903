# What is printed was recorded with CPython 3.11.
def ex(f):
    try: f()
    except BaseException as e: print(type(e).__name__, "|", e, "|", repr(e))
match_tests = [1, "a", [1,2], [1,2,3,4], {"k":5,"z":1}, (1,("x",2)), None, True, 3.5, {"other":1}]
from dataclasses import dataclass
@dataclass
class Pt: x: int; y: int
def m(v):
    match v:
        case True: return "true"
        case None: return "none"
        case 1 | 2: return "one or two"
        case str(s): return "str " + s
        case [a, b] if a == 9: return "nine"
        case [int(a), (str(), c)]: return ("nested", a, c)
        case [a, b]: return ("pair", a, b)
        case [a, *rest]: return ("list", a, rest)
        case {"k": k, **rest}: return ("map", k, rest)
        case Pt(x=0, y=y): return ("x0", y)
        case Pt(x, y): return ("pt", x, y)
        case float() as f: return ("float", f)
        case _: return "other"
for v in match_tests + [Pt(0,1), Pt(2,3), (9,1)]: print(m(v))
def f():
    try:
        yield 1
        yield 2
    except GeneratorExit:
        print("closed"); raise
g = f(); next(g); g.close()
def lvl3(): raise ValueError("deep")
def lvl2(): lvl3()
def lvl1():
    try: lvl2()
    except ValueError as e: raise RuntimeError("wrapped") from e
ex(lvl1)
def rr():
    try: raise KeyError("a")
    except KeyError: raise
ex(rr)
ex(lambda: exec("1"))if False else None
def fin():
    try: raise ValueError("1")
    finally: raise KeyError("2")
ex(fin)
def retfin():
    try: raise ValueError
    finally: return "swallowed"
print(retfin())
def loop():
    out = []
    for i in range(4):
        try:
            if i == 2: raise ValueError(i)
            out.append(i)
        except ValueError as e: out.append(("e", e.args)); continue
        else: out.append("else")
        finally: out.append("fin")
    return out
print(loop())
e1 = None
try: raise ValueError("z")
except ValueError as e: e1 = e
try: e
except NameError as x: print(x)
print(e1, e1.__traceback__ is not None)
class Ctx:
    def __enter__(self): return 1
ex(lambda: (lambda: None)() or [c for c in Ctx().__enter__().foo])
def w():
    with Ctx(): pass
ex(w)
def w2():
    with 5: pass
ex(w2)
ex(lambda: (_ for _ in ()).throw(ValueError("thrown")))
import sys
ex(lambda: sys.exit(3))
def star(*a, k=1): return a, k
print(star(*range(3), *[4], k=5), star(**{"k": 2}))
print([i for i in range(10) if i % 2 if i > 3], [[j for j in range(i)] for i in range(3)])
print({i: {j for j in range(i)} for i in range(3)})
x = 5
def cl():
    l = [lambda: x for x in range(3)]
    return [f() for f in l], x
print(cl())
class K:
    a = 1
    b = [a for _ in range(2)] if False else a
    def m(self, a=a): return a
print(K().m(), K.b)
def defaults(l=[]): l.append(1); return l
defaults(); print(defaults())
print((lambda: (yield))().__class__.__name__)
def kwonly(*, a, b=2): return a+b
print(kwonly(a=1))
print(locals().keys() >= {"x"}, globals()["x"])
def loc(a): b = 2; return sorted(locals().items())
print(loc(1))
print("a" if 0 else "b" if 0 else "c")
i = 0
while i < 3: i += 1
else: print("while else", i)
import math as mm, functools
from math import sin as s, cos
print(mm.floor(1.5), s(0), cos(0))
try: import nonexistent_mod_xyz
except ImportError as e: print(type(e).__name__, e)
try: from math import nonexistent
except ImportError as e: print("IE")
a = b = c = []; a.append(1); print(b, c)
a, b = b, a
t = 1,; print(t)
print(1_0.0_1, 0xff, 0b11, 0o17, 1e3, .5, 5., 1J)
n = 3; n **= 2; n //= 2; n %= 3; n <<= 4; n |= 1; n ^= 3; n &= 0xff; n >>= 1; n -= 1; n *= 2; n /= 4; print(n)
l = [0]; l[0] += 5; print(l); d = {"a": [1]}; d["a"] += [2]; print(d)
class O: pass
o = O(); o.v = 1; o.v += 1; print(o.v)
print(print) if False else print("end", end=""); print()
print(f"{x!s:>5}|{x:<5}|{x:^5}|{'a' 'b'}|{x if x else 0}|{[1,2][0]}|{ {'k': 1}['k'] }|{x:{'>'}{4}}")
print(sorted([(2,'b'),(1,'a')]), sorted({3:1,1:2}), sorted("bca", reverse=True), sorted([[2],[1]]), sorted([True, False]))

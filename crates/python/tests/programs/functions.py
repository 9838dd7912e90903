# What is printed was recorded with CPython 3.11.
def f(a, b=2, *args, c, d=4, **kw): return (a,b,args,c,d,kw)
print(f(1,c=3), f(1,2,3,4,c=5,e=6), f(*[1,2],**{'c':3}))
def g(a, b, /, c, *, d): return a,b,c,d
print(g(1,2,3,d=4), g(1,2,c=3,d=4))
def h(): pass
def k(a): pass
def m(a, b=1): pass
def n(*, x): pass
def o(a,b,c): pass
for t in [lambda: f(), lambda: f(1), lambda: g(1,2,3), lambda: g(a=1,b=2,c=3,d=4), lambda: h(1), lambda: k(), lambda: k(1,2), lambda: m(1,2,3), lambda: n(), lambda: n(1), lambda: n(y=1,x=2), lambda: k(b=1), lambda: k(1,a=2), lambda: o(), lambda: o(1), lambda: (lambda x: x)(), lambda: f(1,c=2,**{'c':3}), lambda: f(*5), lambda: f(**5), lambda: k(**{1:2})]:
    try: print(t())
    except TypeError as e: print(e)
x = 10
def outer():
    x = 1
    def inner():
        nonlocal x
        x += 1
        return x
    return inner
i = outer(); print(i(), i(), x)
def glob():
    global x
    x = 99
glob(); print(x)
def ub():
    print(y)
    y = 1
try: ub()
except UnboundLocalError as e: print(e)
def fr():
    def inn(): return z
    try: inn()
    except NameError as e: print(e)
    z = 1
fr()
print([f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]])
def deco(n):
    def d(f):
        def w(*a, **k):
            return n, f(*a, **k)
        return w
    return d
@deco(1)
@deco(2)
def dd(x): return x
print(dd(5), dd.__name__)
print((lambda *a, **k: (a,k))(1,2,z=3))
def ann(a: int, b: "str" = "x") -> float: "doc"; return 1.0
print(ann.__annotations__, ann.__doc__, ann.__name__, ann.__defaults__, ann.__qualname__, outer().__qualname__)
a, (b, *c), d = 1, (2, 3, 4), 5; print(a,b,c,d)
[p, q] = "xy"; print(p,q)
*r, s = range(4); print(r, s)
for bad in ["a,b=1,2,3", ]:
    try: a,b = 1,2,3
    except ValueError as e: print(e)
try: a,b,c = 1,2
except ValueError as e: print(e)
try: a,*b,c = 1,
except ValueError as e: print(e)
try: a,b = 5
except TypeError as e: print(e)
print(1 if x else 2, x and 0 or 5, not x, None or "d", 0 and 1)
print([y for x in [[1,2],[3]] for y in x if y != 2], {k:v for k,v in zip("ab",[1,2])}, {x%2 for x in range(4)})
print((n := 5) + n, [last := v for v in range(3)], last)
w = 0
while True:
    w += 1
    if w == 3: continue
    if w > 5: break
else: print("no")
print(w)
for i in range(3):
    if i == 5: break
else: print("else ran")
z = [1,2,3]
del z[0]; print(z); del z[:]; print(z)
assert True
try: assert 1 == 2, "msg"
except AssertionError as e: print(repr(e))
print(*[1,2],*(3,), sep="-", end="!\n")
def many():
    yield from range(2)
    x = yield 5
    print("x", x)
    return 9
def m2():
    r = yield from many()
    print("r", r)
print(list(m2()))
gg = m2(); next(gg); next(gg); next(gg)
try: gg.send("hey")
except StopIteration as e: print("stop", e.value)
def gt():
    try:
        yield 1
    except ValueError as e:
        print("caught", e); yield 2
    finally: print("cleanup")
g1 = gt(); next(g1); print(g1.throw(ValueError("v"))); g1.close()
def gs():
    return 5
    yield
try: next(gs())
except StopIteration as e: print(e.value)
def bad():
    yield 1
    raise StopIteration
try: list(bad())
except RuntimeError as e: print(e, repr(e.__cause__))
print(sum(x*x for x in range(10)), max((x for x in [1,5,3]), default=0), sorted("hello"), list(reversed([1,2,3])))

# What is printed was recorded with CPython 3.11.
s = "Hello, World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.find("o"), s.rfind("o"), s.count("l"), s.replace("l","L",2), s.split(", "), s.partition(","), s[::-1], s[1:5], s[-3:], s.startswith("He"), s.endswith(("x","ld")), s.center(20,"*"), s.ljust(15)+"|", s.rjust(15), s.zfill(15), "42".zfill(5), "-42".zfill(5))
print("  a b ".strip(), "xxaxx".strip("x"), "a,b,,c".split(","), " a  b ".split(), "a b c".split(None,1), "a-b-c".rsplit("-",1), "l1\nl2\r\nl3".splitlines(), "abc".isalpha(), "12".isdigit(), "a1".isalnum(), " ".isspace(), "Ab".istitle(), "aé".encode(), b"ab\x00\xff", "tab\t\n'q'\"", 'it\'s', "\u00e9\u4e2d")
print("%5d|%-5d|%05d|%+d|%x|%o|%e|%.2f|%g|%s|%r|%c|%%|%5s|%-5s|%.2s" % (42,42,42,42,255,8,1234.5,3.14159,1e-7,"s","r","c","ab","ab","abc"))
print("%(a)s %(b)d" % {"a":1,"b":2}, "{0} {1} {0}".format("a","b"), "{x.real} {y[0]} {z[k]}".format(x=1+2j,y=[5],z={"k":"v"}), "{:>{w}}".format("r", w=5), "{!r:>5}".format("a"))
for spec in ["", "d", "5d", "<5d", ">5d", "^5d", "05d", "+d", " d", ",d", "_d", "b", "#b", "x", "#x", "X", "o", "c", "e", "f", "g", "%", "n", "010,d", "=+8d", "*^9d"]:
    print(repr(format(65, spec)), end=" ")
print()
for v in [3.14159, 1234567.891, 1e-10, 0.0, -2.5, 1e20, float("inf"), float("nan"), 100.0, 0.1]:
    for spec in ["", ".2f", "8.3f", "e", ".3e", "g", ".3g", "%", ".1%", ",.2f", "+.1f", "010.2f", ".0f", "#.0f", "G", ".3", "10", "<10", "n", "E", "F"]:
        print(format(v, spec), end=" ")
    print()
for spec in ["", "s", "5", "<5", ">5", "^5", "*^7", ".2", "5.1"]:
    print(repr(format("abc", spec)), end=" ")
print(format(True), format(True,"d"), format(None), format(1+2j, ".2f"), format(10**20, ","), format([1]), f"{1+1=}", f"{s!r:.5}", f"{3.0:{5}.{2}}", f"{{}}", f"{'nested ' + f'{1}'}")
print(repr("a'b"), repr('a"b'), repr("a'b\"c"), repr("\\"), str(b"x"), repr("\x7f\x80\u200b"), ascii("é中😀"))
print("abc" < "abd", "a" * 3, "b" in "abc", "".join(["a","b"]), ",".join(str(i) for i in range(3)), list("abc"), tuple("ab"), "abc"[1], len("é中😀"), "😀x"[1], "é中😀"[::-1])
print("a\tb".expandtabs(4), "abc".translate(str.maketrans("ab","xy")), "aXbX".removesuffix("X"), "Xab".removeprefix("X"), "Straße".casefold(), "ß".upper(), "hello world".capitalize(), "abc".index("c"), "x".isidentifier(), "1x".isidentifier(), "%s" % [1,2], "%s" % (None,), "%d" % 3.7, "%i" % True)
print(ord("a"), chr(8364), "a" "b", r"\n", """tri
ple""", "a\
b")
print([1,2,3]*2, [1]+[2], [1,2,3][::2], [3,1,2].index(1), sorted([3,1,2],reverse=True), [1,[2,[3]]], [], [None,True], list(range(5,0,-2)), [1,2]==[1,2], [1,2]<[1,3], [1,2,3].count(2))
l = [1,2,3]; l.insert(1,9); l.extend([4]); l.pop(0); l.reverse(); print(l, l.copy()); l.sort(); print(l); l[1:2]=[7,8,9]; print(l); l[::2]=[0]*len(l[::2]); print(l); l.clear(); print(l)
l=[5,3,8]; l.sort(key=lambda x:-x); print(l); l += (1,2); print(l); l *= 2; print(l)
d = {"a":1,"b":2}; d["c"]=3; print(d, d.get("z"), d.get("z",0), d.pop("a"), d.keys(), d.values(), d.items(), list(d), "b" in d, len(d), d.setdefault("q",[]), d|{"x":1}, {**d}, d.popitem(), d.copy(), dict(a=1), dict([("k","v")]), dict.fromkeys("ab",0))
d.update({"m":1},n=2); d |= {"o":3}; print(d, sorted(d), min(d), {1:2}=={1:2.0}, list(d.items())[0], list(reversed(d)), d.keys()&{"b"}, d.keys()|{"zz"} >= {"b"}); del d["b"]; print(d); d.clear(); print(d)
try:
    for k in {"a":1}: d2={"a":1}; 
    dd={"a":1}
    for k in dd: dd["b"]=1
except RuntimeError as e: print(e)
st={1,2,3}; print(st|{4}, st&{2,9}, st-{1}, st^{3,4}, st<={1,2,3,4}, st.issubset([1,2,3]), 2 in st, len(st), frozenset([1,2]), set(), sorted({"b","a"}), {1}.union([2],[3]), st.isdisjoint({9}))
st.add(5); st.discard(1); st.update([6]); st-={2}; print(st, st=={3,5,6})
t=(1,2,3); print(t+(4,), t*2, t[1:], t.index(2), t.count(1), (1,), (), t<(1,2,4), hash(t)==hash((1,2,3)), 2 in t)
print(range(5), range(1,10,3), list(range(10))[2:8:3], range(10)[2:5], len(range(0,10,3)), 4 in range(0,10,2), range(3)==range(0,3,1), range(5)[-1], slice(1,2), slice(None,None,2).indices(5), ...)
print(list(zip([1,2],"ab")), list(enumerate("ab",1)), list(map(lambda a,b:a+b,[1,2],[3,4])), list(filter(None,[0,1,"",2])), any([0,1]), all([]), min(3,1), max([1,2],key=lambda x:-x), min("b","a"), sum([[1],[2]],[]), list(iter([1,2])), next(iter([]),"d"))
x=[1,2]; x.append(x); print(x); dd={}; dd["s"]=dd; print(dd)
print(type(1), type("a"), type(None), type(print), type(len), type(lambda:0), type([]), int, print, type(type), type(iter([])), type({}.keys()), type(range(1)), NotImplemented, Ellipsis, type(x for x in []), type(zip()), type(enumerate([])))
print(1 is 1, None is None, [] is [], "a" is not None, not [], 1 == True, 0.1+0.2 == 0.3, 1 < 2 < 3 > 2, 3 > 2 == True)
print(str(1), str(1.5), str(None), str([1,'a']), repr('a'), str(1e100), str(-1e-300), 1e22, 1e21, 123456789012345678, 0.00001, 0.0001, 1.0e5, 12345678901234567.0)

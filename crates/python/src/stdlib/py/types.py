# types
class SimpleNamespace:
    def __init__(self, /, **kwargs):
        self.__dict__.update(kwargs)

    def __eq__(self, other):
        return isinstance(other, SimpleNamespace) and self.__dict__ == other.__dict__

    def __repr__(self):
        return "namespace(" + ", ".join(f"{k}={v!r}" for k, v in self.__dict__.items()) + ")"


def _f():
    yield


FunctionType = LambdaType = type(_f)
GeneratorType = type(_f())
MethodType = type(SimpleNamespace().__init__)
BuiltinFunctionType = BuiltinMethodType = type(len)
NoneType = type(None)
EllipsisType = type(...)
NotImplementedType = type(NotImplemented)
MappingProxyType = dict
import operator as _operator
ModuleType = type(_operator)
GenericAlias = type(list[int])
UnionType = type(int | None)

"""Eight numbers at once in compiled kernels: vectors of float32 and int32 as Numba types.

LLVM does not vectorise short loops whose length only the data know, which is what pair forces are made of. Here the
kernel says itself what is done eight at a time; each operation is one LLVM instruction on <8 x float> or <8 x i32>,
which every processor has in its own width.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core.datamodel import PrimitiveModel, register_default
from numba.core.extending import intrinsic, overload

WIDTH = 8


class _Vector(types.Type):
    """WIDTH elements of one LLVM type."""

    def __init__(self, name, element):
        self.element = element
        super().__init__(name)


FLOATS = _Vector("float32x8", ir.FloatType())
INTEGERS = _Vector("int32x8", ir.IntType(32))
MASK = _Vector("mask8", ir.IntType(1))


@register_default(_Vector)
class _VectorModel(PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(kind.element, WIDTH))


def _constant(builder, value, vector):
    """The scalar LLVM `value` in every element."""
    whole = ir.VectorType(vector.element, WIDTH)
    single = builder.insert_element(ir.Constant(whole, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(
        single, ir.Constant(whole, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    )


@intrinsic
def everywhere(_, value):
    """The number `value` (float32 or int32) in every element."""
    vector = FLOATS if value == types.float32 else INTEGERS
    if value not in (types.float32, types.int32):
        return None
    return vector(value), lambda context, builder, signature, arguments: _constant(builder, arguments[0], vector)


@intrinsic
def count_from(_, first):
    """first, first + 1, ... as int32; first : int32."""

    def generate(context, builder, signature, arguments):
        steps = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), list(range(WIDTH)))
        return builder.add(_constant(builder, arguments[0], INTEGERS), steps)

    return INTEGERS(types.int32), generate


def _address(context, builder, array_type, array, index):
    """Pointer to element `index` of a contiguous array, as a pointer to a vector."""
    struct = context.make_array(array_type)(context, builder, array)
    element = builder.gep(struct.data, [index])
    vector = FLOATS if array_type.dtype == types.float32 else INTEGERS
    return builder.bitcast(element, ir.VectorType(vector.element, WIDTH).as_pointer())


@intrinsic
def load(_, array, index):
    """array[index : index + WIDTH]; one-dimensional, contiguous, float32 or int32; no bounds are checked."""
    vector = FLOATS if array.dtype == types.float32 else INTEGERS

    def generate(context, builder, signature, arguments):
        pointer = _address(context, builder, signature.args[0], *arguments)
        result = builder.load(pointer)
        result.align = 4
        return result

    return vector(array, types.intp), generate


@intrinsic
def store(_, array, index, value):
    """array[index : index + WIDTH] = value."""

    def generate(context, builder, signature, arguments):
        pointer = _address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], pointer).align = 4
        return context.get_dummy_value()

    return types.none(array, types.intp, value), generate


def _instruction(name, kind):
    """An intrinsic of two vectors of one kind that is one LLVM instruction; floats may be fused."""
    flags = ("contract", "nsz") if kind is FLOATS else ()

    @intrinsic
    def operation(_, left, right):
        if left is not kind or right is not kind:
            return None
        return kind(kind, kind), lambda context, builder, signature, arguments: getattr(builder, name)(
            *arguments, flags=flags
        )

    return operation


def _comparison(relation, kind):
    @intrinsic
    def operation(_, left, right):
        if left is not kind or right is not kind:
            return None

        def generate(context, builder, signature, arguments):
            compare = builder.fcmp_ordered if kind is FLOATS else builder.icmp_signed
            return compare(relation, *arguments)

        return MASK(kind, kind), generate

    return operation


def _register(operation, kind, function):
    @overload(operation, inline="always")
    def _(left, right):
        if left is kind and right is kind:
            return lambda left, right: function(left, right)  # noqa: PLW0108 - Numba wants a Python function
        return None


for _operation, _float, _integer in (
    (operator.add, "fadd", "add"),
    (operator.sub, "fsub", "sub"),
    (operator.mul, "fmul", "mul"),
    (operator.truediv, "fdiv", None),
):
    _register(_operation, FLOATS, _instruction(_float, FLOATS))
    if _integer:
        _register(_operation, INTEGERS, _instruction(_integer, INTEGERS))
_register(operator.and_, MASK, _instruction("and_", MASK))
_register(operator.lt, FLOATS, _comparison("<", FLOATS))
_register(operator.lt, INTEGERS, _comparison("<", INTEGERS))
_register(operator.ne, INTEGERS, _comparison("!=", INTEGERS))


@intrinsic
def where(_, mask, yes, no):
    """yes where the mask is set, else no."""
    if mask is not MASK or yes is not no:
        return None
    return yes(mask, yes, no), lambda context, builder, signature, arguments: builder.select(*arguments)


@intrinsic
def to_floats(_, integers):
    """The nearest float32 of each int32."""
    return FLOATS(integers), lambda context, builder, signature, arguments: builder.sitofp(
        arguments[0], ir.VectorType(ir.FloatType(), WIDTH)
    )


def _library(name, result, kind):
    """An intrinsic of one vector that LLVM itself provides."""

    @intrinsic
    def operation(_, value):
        if value is not kind:
            return None

        def generate(context, builder, signature, arguments):
            shape = ir.FunctionType(context.get_value_type(result), [context.get_value_type(kind)])
            return builder.call(builder.module.declare_intrinsic(name, (), shape), arguments)

        return result(kind), generate

    return operation


square_root = _library(f"llvm.sqrt.v{WIDTH}f32", FLOATS, FLOATS)
to_nearest = _library(f"llvm.lrint.v{WIDTH}i32.v{WIDTH}f32", INTEGERS, FLOATS)
sum_integers = _library(f"llvm.vector.reduce.add.v{WIDTH}i32", types.int32, INTEGERS)


@intrinsic
def sum_floats(_, value):
    """Sum of the elements, by halves, float32."""
    if value is not FLOATS:
        return None

    def generate(context, builder, signature, arguments):
        vector, width = arguments[0], WIDTH
        while width > 1:
            width //= 2
            halves = (
                builder.shuffle_vector(
                    vector, vector, ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(first, first + width)))
                )
                for first in (0, width)
            )
            vector = builder.fadd(*halves)
        return builder.extract_element(vector, ir.IntType(32)(0))

    return types.float32(FLOATS), generate

"""What torch's functions do, by name, and what a call of them is given and returns."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch._C import _functorch as functorch  # there is no public way to what `vmap` wraps
from torch._functorch.pyfunctorch import temporarily_clear_interpreter_stack
from torch.utils._pytree import tree_flatten, tree_map

from dropviz.frameworks.tags import Tag
from dropviz.numbers.checks import AnyFloats

reading = temporarily_clear_interpreter_stack  # around what is read, which `grad` would wrap again
TAG = "_dropviz_tag"
SMALL = 8  # values: what holds no more is not taken for a mask
DROPOUTS = frozenset({
    "dropout", "dropout_", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "alpha_dropout_", "feature_dropout",
    "feature_dropout_", "feature_alpha_dropout", "feature_alpha_dropout_", "native_dropout",
})  # fmt: skip
ATTENTION = frozenset({"scaled_dot_product_attention", "multi_head_attention_forward"})
RECURRENT = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})
DRAWS = frozenset({
    "rand", "rand_like", "randn", "randn_like", "bernoulli", "bernoulli_", "normal", "normal_", "uniform_",
    "exponential_", "geometric_", "log_normal_", "cauchy_", "randint", "randint_like", "random_", "randperm",
    "multinomial", "poisson", "binomial", "gumbel_softmax",
})  # fmt: skip
MULTIPLY = frozenset({"mul", "mul_", "multiply", "multiply_", "__mul__", "__rmul__", "__imul__"})
DIVIDE = frozenset(
    {"div", "div_", "divide", "divide_", "true_divide", "true_divide_", "__truediv__", "__itruediv__"}
)
ADD = frozenset({"add", "add_", "__add__", "__radd__", "__iadd__"})
SUBTRACT = frozenset({"sub", "sub_", "subtract", "subtract_", "rsub", "__sub__", "__rsub__", "__isub__"})
SUMS = frozenset({"matmul", "__matmul__", "__rmatmul__", "mm", "bmm"})  # which multiply and sum
SAME_VALUES = frozenset({
    "view", "view_as", "reshape", "reshape_as", "to", "float", "half", "bfloat16", "double", "type", "type_as",
    "contiguous", "clone", "detach", "transpose", "permute", "squeeze", "unsqueeze", "flatten", "unflatten", "expand",
    "expand_as", "t", "movedim",
})  # fmt: skip
NEW = frozenset({"zeros", "ones", "full", "empty", "zeros_like", "ones_like", "full_like", "empty_like", "new_zeros",
    "new_ones", "new_full", "new_empty", "arange", "linspace"})  # fmt: skip
READ = frozenset({"tensor", "as_tensor", "asarray", "new_tensor"})  # which take what NumPy or Python drew
COMPARES = frozenset(
    {"ge", "gt", "le", "lt", "eq", "ne", "__ge__", "__gt__", "__le__", "__lt__", "__eq__", "__ne__"}
)
COUNTS = frozenset({"sum", "mean", "count_nonzero"})
ORDER = ("condition", "input", "self", "mask", "value", "other")  # in which named arguments stand
FILLS = frozenset({"masked_fill", "masked_fill_", "index_fill", "index_fill_"})
CHOOSES = frozenset({"__getitem__", "index_select", "gather", "masked_select", "take", "take_along_dim"})
SELECTS = frozenset({"__getitem__", "__setitem__", "masked_select", "masked_fill", "masked_fill_", "where"})


def tensors_in(tree: Any) -> list[torch.Tensor]:
    """Every tensor in nested tuples, lists and dictionaries."""
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, torch.Tensor)]


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor of all examples, of which `vmap` shows one, or of which `grad` keeps a record; else the tensor."""
    while functorch.is_functorch_wrapped_tensor(tensor):
        tensor = functorch.get_unwrapped(tensor)
    return tensor


def tag_of(tensor: torch.Tensor) -> Tag | None:
    """What is known of a tensor."""
    found: Tag | None = whole(tensor).__dict__.get(TAG)
    return found


def number(one: Any) -> float:
    """The number that `is_number` finds."""
    with reading():
        return float(whole(one) if isinstance(one, torch.Tensor) else one)


def is_number(one: Any) -> bool:
    """Whether something is a number, or a tensor that holds one."""
    return isinstance(one, int | float) or (
        isinstance(one, torch.Tensor) and whole(one).numel() == 1 and is_real(one)
    )


def is_real(tensor: torch.Tensor) -> bool:
    """Whether a tensor holds real numbers, whole ones or truth values."""
    return (
        tensor.layout == torch.strided
        and tensor.numel() > 0
        and (tensor.is_floating_point() or tensor.dtype in {torch.bool, torch.int64, torch.int32})
    )


def values(tensor: torch.Tensor) -> AnyFloats:
    """The numbers of a tensor, as NumPy has them; of complex ones both parts."""
    with reading():
        tensor = whole(tensor)
        tensor = tensor if tensor.layout == torch.strided else tensor.to_dense()
        tensor = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
        kind = torch.float64 if tensor.dtype == torch.float64 else torch.float32
        found: AnyFloats = tensor.detach().to("cpu", kind, copy=True).numpy()
    return found


def is_activation(tensor: torch.Tensor) -> bool:
    """Whether a tensor can hold activations, and not the numbers of words."""
    return bool(tensor.is_floating_point() or tensor.is_complex())


def is_mask(tensor: torch.Tensor) -> bool:
    """Whether a tensor holds zeros and one other number, and enough of them to be a mask."""
    with reading():
        tensor = whole(tensor)
        if tensor.numel() <= SMALL or not is_real(tensor):
            return False
        other = tensor[tensor != 0]
        return 0 < other.numel() < tensor.numel() and bool((other == other[0]).all() and other[0] > 0)


def constant(tensor: torch.Tensor) -> bool:
    """Whether a tensor holds one value, such as the zeros of a `where`; what is learned does so by chance."""
    if tensor.layout != torch.strided or isinstance(tensor, torch.nn.Parameter):
        return False
    with reading():
        tensor = whole(tensor)
        return bool((tensor == tensor.flatten()[0]).all()) if tensor.numel() else True


def generator_state(generator: torch.Generator | None) -> str:
    """A few letters for the state of a generator, None for torch's own."""
    with reading():
        state = torch.get_rng_state() if generator is None else generator.get_state()
        return hashlib.sha256(state.numpy().tobytes()).hexdigest()[:16]


def kept_by(func: Callable[..., Any], args: tuple[Any, ...], noise: torch.Tensor) -> torch.Tensor | None:
    """What an activation is multiplied by where it meets ``noise`` in ``func``; None where it is not multiplied."""
    name = func.__name__
    kept = None
    if name in MULTIPLY or (name == "einsum" and _is_element_wise(args, noise)):
        kept = noise
    elif name in DIVIDE and args[0] is not noise:
        kept = 1.0 / noise
    elif name in {"addcmul", "addcmul_"} and args[0] is not noise:
        kept = noise * (args[3] if len(args) > 3 else 1.0)
    elif name in {"lerp", "lerp_"} and args[2] is noise and (zero(args[0]) or zero(args[1])):
        kept = noise if zero(args[0]) else 1.0 - noise
    elif args[0] is not noise and zero(args[-1]) and _is_filled(name, args, noise):
        kept = torch.ones_like(args[0])
        filled = func(kept, *args[1:])
        kept = kept if filled is None else filled
    elif name == "where" and len(args) > 2:
        chosen = args[1] if args[0] is noise else args[0]  # h.where(mask, 0)
        if zero(args[2]) or zero(chosen):
            kept = noise.float() if zero(args[2]) else 1.0 - noise.float()
    return kept


def where_live(
    func: Callable[..., Any], given: Any, noise: Mapping[int, torch.Tensor | None], output: torch.Tensor
) -> torch.Tensor | None:
    """Where a call returns two things for noise that is 0 and noise that is 1; None: everywhere, or that is not known.

    ``noise``: what is noise of what is ``given``, by its id, and where that tells.
    """

    def called(level: Callable[[torch.Tensor], torch.Tensor]) -> Any:
        args, kwargs = tree_map(lambda one: level(one) if id(one) in noise else one, given)
        return func(*args, **kwargs)

    def most(one: torch.Tensor) -> torch.Tensor:
        live = noise[id(one)]
        return torch.ones_like(one) if live is None else live.to(one.dtype).expand_as(one).clone()

    overwritten = any(one is output and id(one) not in noise for one in given[0])  # not to be changed again
    if overwritten or func.__name__ in CHOOSES:  # which may return another number of values
        return None
    try:
        low, high = called(torch.zeros_like), called(most)
    except RuntimeError:  # as of a matrix that has no inverse
        return None
    if not isinstance(low, torch.Tensor) or low.shape != output.shape or high.shape != output.shape:
        return None
    if low.layout != torch.strided:
        return None
    low, high = (one.abs() if one.is_complex() else one.float() for one in (low, high))
    found = low.nan_to_num() != high.nan_to_num()
    with reading():
        return found if 0 < whole(found).sum() < whole(found).numel() else None


def _is_filled(name: str, args: tuple[Any, ...], noise: torch.Tensor) -> bool:
    """Whether a call fills in where noise says."""
    return name in FILLS or (name == "__setitem__" and _is_whole_mask(args[1], noise))


def _is_whole_mask(index: Any, noise: torch.Tensor) -> bool:
    """Whether an index is a mask, alone or along one axis of all."""
    parts = index if isinstance(index, tuple) else (index,)
    others = [one for one in parts if one is not noise]
    return noise.dtype == torch.bool and all(
        one is Ellipsis or (isinstance(one, slice) and one == slice(None)) for one in others
    )


def _is_element_wise(args: tuple[Any, ...], noise: torch.Tensor) -> bool:
    """Whether no axis of ``noise`` is summed over in an `einsum`."""
    given, _, result = str(args[0]).replace(" ", "").partition("->")
    operands = args[1] if isinstance(args[1], list | tuple) else args[1:]
    own = next((axes for axes, one in zip(given.split(","), operands, strict=False) if one is noise), "?")
    return bool(result) and set(own) <= set(result)


def zero(one: Any) -> bool:
    """Whether a number, or all of a tensor, is 0; what is learned is so by chance."""
    if isinstance(one, torch.nn.Parameter):
        return False
    with reading():
        return bool((whole(one) == 0).all()) if isinstance(one, torch.Tensor) else one == 0


def arguments(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[float, bool]:
    """The rate of a call of torch's own dropout, and whether it is on."""
    if name in RECURRENT:
        at = next(
            at for at, one in enumerate(args) if isinstance(one, bool)
        )  # has_biases, layers, dropout, train
        return (float(args[at + 2]) if args[at + 1] > 1 else 0.0), bool(args[at + 3])
    if name == "scaled_dot_product_attention":
        return float(kwargs.get("dropout_p", args[4] if len(args) > 4 else 0.0)), True
    if name == "multi_head_attention_forward":
        return float(kwargs.get("dropout_p", args[10] if len(args) > 10 else 0.0)), bool(
            kwargs.get("training", args[13] if len(args) > 13 else True)
        )
    usual = 0.5
    rate = kwargs.get("p", args[1] if len(args) > 1 else usual)
    on = kwargs.get(
        "training",
        kwargs.get(
            "train", args[2] if len(args) > 2 else name not in {"alpha_dropout", "feature_alpha_dropout"}
        ),
    )
    return float(rate), bool(on)

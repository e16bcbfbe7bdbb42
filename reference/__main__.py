"""Stream an answer to a prompt: `python -m reference --prompt "What is two plus three?"`.

Knows nothing about the model: it loads a checkpoint, hands it to a solution (this package, its neighbour, or
any folder with the same files) and lets that solution generate: with Week 1's dense model, or with `--week 2`
with quantized weights, a cache and the C++ kernels.
"""

import argparse
import importlib
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import mlx.core as mx

from .models import load

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = ROOT / "models" / "qwen2-tiny-4bit"


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 after an answer, 1 if the solution is not finished, 2 if the command asks for what is not there.
    """
    options = _parser().parse_args(argv)
    try:
        solution = _solution(options.solution)
        mlx_model, tokenizer = load(options.model)
        if tokenizer is None or not tokenizer.chat_template:
            raise ValueError(f"the model {options.model!r} has no tokenizer with a chat template")
        answer = {1: _answer_week1, 2: _answer_week2}[options.week]
        answer(solution, mlx_model, tokenizer, options)
    except NotImplementedError as error:
        print(f"error: {options.solution} is not finished: {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ImportError as error:
        if error.name != "kernels":
            raise
        print(f"error: --week 2 needs the C++ kernels: run {_kernels_of(solution)[1]}", file=sys.stderr)
        return 2
    return 0


def _answer_week1(solution: str, mlx_model: Any, tokenizer: Any, options: argparse.Namespace) -> None:
    """Let the solution's dense model answer the prompt."""
    model = importlib.import_module(f"{solution}.qwen2_week1").Qwen2ModelWeek1(mlx_model)
    simple_generate = importlib.import_module(f"{solution}.generate").simple_generate
    sampler = _end_after(options.max_tokens, _sampler(solution, options), tokenizer.eos_token_id)
    simple_generate(model, tokenizer, _chat(tokenizer, options.prompt), sampler)


def _answer_week2(solution: str, mlx_model: Any, tokenizer: Any, options: argparse.Namespace) -> None:
    """Let the solution's quantized model answer the prompt, beside a cache."""
    built, _ = _kernels_of(solution)
    if built is not None:
        from kernels import load as load_kernels

        sys.modules["kernels"] = load_kernels(built)  # what the solution means by `from kernels import ...`
    model = importlib.import_module(f"{solution}.qwen2_week2").Qwen2ModelWeek2(
        mlx_model, enable_flash_attn=options.flash_attention
    )
    generate = importlib.import_module(f"{solution}.generate").simple_generate_with_kv_cache
    prompt = _chat(tokenizer, options.prompt)
    sampler = _end_after(options.max_tokens, _sampler(solution, options), tokenizer.eos_token_id)
    generate(_Steered(model, sampler, len(tokenizer.encode(prompt))), tokenizer, prompt)


class _Steered:
    """A model whose likeliest token is what a sampler chose: greedy generation then samples."""

    def __init__(self, model: Any, sampler: Callable[[mx.array], mx.array], prompt_length: int):
        self.model, self.sampler, self.prompt_length = model, sampler, prompt_length
        self.num_hidden_layers = model.num_hidden_layers

    def __call__(self, inputs: mx.array, offset: int, cache: list[Any]) -> mx.array:
        logits = self.model(inputs, offset, cache)[:, -1, :].astype(mx.float32)
        if offset + inputs.shape[1] < self.prompt_length:  # a piece of the prompt: nothing is chosen yet
            return logits[:, None]
        chosen = self.sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
        return mx.where(mx.arange(logits.shape[-1]) == chosen[:, None], 0.0, -mx.inf)[:, None]  # [B, 1, V]


def _sampler(solution: str, options: argparse.Namespace) -> Callable[[mx.array], mx.array] | None:
    """Return the solution's sampler, or None for greedy: tasks can be tried before the sampler is written."""
    if options.sampler_temp == 0:
        return None
    make_sampler = importlib.import_module(f"{solution}.sampler").make_sampler
    return make_sampler(options.sampler_temp, options.top_p, options.top_k)


def _chat(tokenizer: Any, text: str) -> str:
    """Put what the user says into the model's chat template."""
    turns = [{"role": "user", "content": text}]
    return tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)


def _end_after(
    max_tokens: int, sampler: Callable[[mx.array], mx.array] | None, eos_token_id: int
) -> Callable[[mx.array], mx.array]:
    """Return a sampler that says "end of sequence" when `max_tokens` tokens have been chosen."""
    chosen = 0

    def sample(logprobs: mx.array) -> mx.array:
        nonlocal chosen
        if chosen == max_tokens:
            return mx.full(logprobs.shape[:-1], eos_token_id, dtype=mx.uint32)
        chosen += 1
        return mx.argmax(logprobs, axis=-1) if sampler is None else sampler(logprobs)

    return sample


def _solution(name_or_path: str) -> str:
    """Make a solution importable and return the name of its package.

    Raises:
        FileNotFoundError: No folder holds a solution under this name.
    """
    given = Path(name_or_path).expanduser()
    candidates = [ROOT / given, given, given / "student", given / "src" / "tiny_llm", given / "tiny_llm"]
    found = [folder.resolve() for folder in candidates if (folder / "qwen2_week1.py").is_file()]
    if not found:
        raise FileNotFoundError(f"the solution {name_or_path!r} has no qwen2_week1.py")
    if found[0] == Path(__file__).resolve().parent and __package__:
        return __package__
    # A name of its own keeps two folders of the same name apart; the path lets absolute imports resolve, too.
    package = types.ModuleType("solution")
    package.__path__ = [str(found[0])]
    sys.modules["solution"] = package
    sys.path.insert(0, str(found[0].parent))
    return "solution"


def _kernels_of(solution: str) -> tuple[Path | None, str]:
    """Return where a solution's built kernels lie, None for the place where `kernels` looks, and what builds them."""
    folder = Path(importlib.import_module(solution).__path__[0]).resolve()
    if folder == ROOT / "reference":
        return None, "make kernels"
    built = ROOT / "build" / f"kernels-{folder.name}"
    sources, out = (os.path.relpath(path) for path in (folder / "kernels", built))
    return built, f"python -m kernels.build {sources} --out {out}"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")  # one sentence, without the usage before it


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=f"python -m {__package__}", description="Stream an answer to a prompt.")
    option = parser.add_argument
    option("--prompt", required=True, help="what the user says; the chat template is added")
    option("--solution", default=__package__, help="reference, student or a folder (default: %(default)s)")
    option("--week", type=int, choices=(1, 2), default=1, help="2 is with cache and kernels; 1 by default")
    option(
        "--flash-attention", action=argparse.BooleanOptionalAction, default=True, help="only with --week 2"
    )
    option("--model", default=str(DEFAULT_MODEL), help="a checkpoint folder or a Hugging Face id")
    option("--sampler-temp", type=_from_to(float, 0, 100), default=0.0, metavar="T", help="0 is greedy")
    option("--top-p", type=_from_to(float, 0, 1), metavar="P", help="keep the likeliest that reach P")
    option("--top-k", type=_from_to(int, 0, 2**31), metavar="K", help="keep the K likeliest; 0 is off")
    option("--max-tokens", type=_from_to(int, 1, 2**31), default=256, metavar="N", help="256 by default")
    return parser


def _from_to(kind: type[int] | type[float], low: int, high: int) -> Callable[[str], float]:
    """Return an argparse type: a number of `kind` from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a {kind.__name__} from {low} to {high}")
        return value

    return parse


if __name__ == "__main__":
    sys.exit(main())

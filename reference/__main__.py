"""Stream an answer to a prompt: `python -m reference --prompt "What is two plus three?"`.

Knows nothing about the model: it loads a checkpoint, hands it to a solution (this package, its neighbour, or any
folder with the same files) and lets that solution generate.
"""

import argparse
import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
        if tokenizer is None:
            raise ValueError(f"the model folder {options.model!r} has no tokenizer")
        _answer(solution, mlx_model, tokenizer, options)
    except NotImplementedError as error:
        print(f"{options.solution} is not finished: {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _answer(solution: str, mlx_model: Any, tokenizer: Any, options: argparse.Namespace) -> None:
    """Build the solution's model and let it answer the prompt."""
    model = importlib.import_module(f"{solution}.qwen2_week1").Qwen2ModelWeek1(mlx_model)
    sampler = None
    if (
        options.sampler_temp > 0
    ):  # greedy needs no sampler, so that chapter 6 runs before chapter 7 is written
        make_sampler = importlib.import_module(f"{solution}.sampler").make_sampler
        sampler = make_sampler(options.sampler_temp, options.top_p, options.top_k)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": options.prompt}], add_generation_prompt=True, tokenize=False
    )
    simple_generate = importlib.import_module(f"{solution}.generate").simple_generate
    limited = _end_after(options.max_tokens, sampler, tokenizer.eos_token_id)
    simple_generate(model, tokenizer, prompt, limited)


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
    """Make a solution importable and return the name under which it is.

    Raises:
        FileNotFoundError: No folder holds a solution under this name.
    """
    given = Path(name_or_path).expanduser()
    candidates = [
        ROOT / name_or_path,
        given,
        given / "student",
        given / "src" / "tiny_llm",
        given / "tiny_llm",
    ]
    for folder in candidates:
        if (folder / "qwen2_week1.py").is_file():
            break
    else:
        raise FileNotFoundError(f"solution {name_or_path!r} has no qwen2_week1.py")
    folder = folder.resolve()
    if folder == Path(__file__).resolve().parent and __package__:
        return __package__
    # Under a name of its own, two solutions with the same folder name do not meet; absolute imports still resolve.
    package = types.ModuleType("solution")
    package.__path__ = [str(folder)]
    sys.modules["solution"] = package
    sys.path.insert(0, str(folder.parent))
    return "solution"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description="Stream an answer.")
    parser.add_argument("--prompt", required=True, help="what the user says; the chat template is added")
    parser.add_argument(
        "--solution", default=__package__, help="reference, student, or a folder (default: %(default)s)"
    )
    parser.add_argument(
        "--model", default=str(DEFAULT_MODEL), help="a checkpoint folder or a Hugging Face id"
    )
    parser.add_argument("--sampler-temp", type=_number(0.0), default=0.0, metavar="T", help="0 is greedy")
    parser.add_argument("--top-p", type=_number(0.0, 1.0), default=None, metavar="P", help="0 to 1")
    parser.add_argument("--top-k", type=_count, default=None, metavar="K", help="0 is off")
    parser.add_argument("--max-tokens", type=_count, default=256, metavar="N", help="default: %(default)s")
    return parser


def _number(low: float, high: float = float("inf")) -> Callable[[str], float]:
    """Return an argparse type: a float from `low` to `high`."""

    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not from {low:g} to {high:g}")
        return value

    return number


def _count(text: str) -> int:
    """Parse an integer that is not negative."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} must not be negative")
    return value


if __name__ == "__main__":
    sys.exit(main())

"""Day 1: KV cache, and the model that uses it. Data only."""

from __future__ import annotations

from functools import partial

from grader.course.model import Scenario, Task
from grader.course.week2 import gates
from grader.course.week2.names import EDGE, STYLE

CACHE = (
    "cache-forgotten",
    "cache-offset-zero",
    "cache-query-offset-zero",
    "cache-key-offset-zero",
    "cache-offset-one-more",
    "cache-offset-one-less",
    "cache-mask-dropped",
    "cache-mask-first-call",
    "cache-mask-top-left",
    "cache-shared",
    "cache-newest-first",
)

_model = partial(Scenario, deadline_s=10, mistakes=CACHE)

T21 = Task(
    "2.1",
    "KV cache",
    1,
    "qwen2_week2.Qwen2ModelWeek2",
    needs=("2.2",),
    blanks=(
        "kv_cache.TinyKvFullCache",
        "qwen2_week2.Qwen2MultiHeadAttention",
        "qwen2_week2.Qwen2MLP",
        "qwen2_week2.Qwen2TransformerBlock",
        "qwen2_week2.Qwen2ModelWeek2",
        "generate.simple_generate_with_kv_cache",
    ),
    checks=(
        _model(
            "decode",
            "tokens fed one by one after a prompt get the logits of the whole sequence",
            points=5,
            function="cache.decodes_token_by_token",
        ),
        _model(
            "prefill-in-parts",
            "a prompt fed in parts, each at its offset, gets the logits of the whole prompt",
            points=2.5,
            function="cache.prefills_in_parts",
        ),
        _model(
            "own-head",
            "a checkpoint with its own lm_head uses it",
            points=1.5,
            function="cache.own_head",
        ),
        _model(
            "settings",
            "rope_theta and rms_norm_eps come from the checkpoint",
            points=1,
            function="cache.settings",
        ),
        _model("half-precision", "the model runs in float16", points=1.5, function="cache.half_precision"),
        _model(
            "caches-apart",
            "two sequences that take turns, each with its own caches, do not mix",
            points=1,
            function="cache.caches_apart",
        ),
        Scenario(
            "generate-feeds",
            "the prompt is fed once, then each new token alone, at its offset and with the same caches",
            points=1.5,
            function="cached_generation.feeds_each_token_once",
        ),
        Scenario(
            "generate-eos",
            "generation with a cache ends when the model answers EOS, at the first token too",
            points=1,
            function="cached_generation.stops_at_eos",
        ),
        *gates.CACHE,
        _model("bfloat16", "the model runs in bfloat16", tier=EDGE, points=0.5, function="cache.bfloat16"),
        _model(
            "flash",
            "with enable_flash_attn=True the logits are the same",
            tier=EDGE,
            points=0.5,
            needs=("2.4",),
            function="cache.flash",
        ),
        _model(
            "equal-rows",
            "a batch of sequences of one length gets what each gets alone",
            tier=EDGE,
            points=0.5,
            function="cache.equal_rows",
        ),
        Scenario(
            "inputs-unchanged",
            "the caller's ids are left as they were",
            tier=EDGE,
            points=0.5,
            function="cache.leaves_ids",
        ),
        Scenario(
            "whole-model",
            "your model with a cache answers a question of the checkpoint that ships word for word",
            tier=EDGE,
            points=1,
            deadline_s=20,
            function="cached_generation.answers_questions",
        ),
        Scenario(
            "prints-text",
            "the text is printed as it is generated",
            tier=STYLE,
            function="cached_generation.prints_text",
        ),
    ),
)

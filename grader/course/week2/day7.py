"""Day 7: continuous batching. Data only."""

from __future__ import annotations

from grader.course.model import Scenario, Task
from grader.course.week2 import gates
from grader.course.week2.day6 import BATCH
from grader.course.week2.names import EDGE

T27 = Task(
    "2.7",
    "Continuous batching",
    7,
    "batch.batch_generate",
    needs=("2.1", "2.6"),
    blanks=("batch.Request", "batch.batch_generate"),
    checks=(
        Scenario(
            "texts",
            "every prompt gets the text that it gets alone, under its own index",
            points=2,
            function="continuous_batching.every_text_is_its_own",
        ),
        Scenario(
            "more-prompts",
            "with more prompts than rows, rows are used again, never more than batch_size of them",
            points=1,
            function="continuous_batching.more_prompts_than_rows",
        ),
        Scenario(
            "eos",
            "a request ends at EOS, at its first token too, and the others go on",
            points=1,
            function="continuous_batching.eos_at_any_step",
        ),
        Scenario(
            "feeds",
            "every token of every request is fed once, in order, at its own offset",
            points=1,
            function="continuous_batching.feeds_each_token_once",
        ),
        Scenario(
            "chunks",
            "prompts are prefilled in pieces of at most prefill_step tokens",
            points=0.5,
            function="continuous_batching.chunks",
        ),
        Scenario(
            "together",
            "requests decode in one call, and a free row is taken while the others go on",
            points=1,
            function="continuous_batching.decodes_together",
        ),
        Scenario(
            "logits",
            "in a running batch every request gets the logits that it gets alone",
            points=1,
            deadline_s=10,
            function="batch_numbers.logits_in_the_batch",
            mistakes=BATCH,
        ),
        *gates.BATCH,
        Scenario(
            "one-at-a-time",
            "with batch_size=1 the prompts are answered one after the other",
            tier=EDGE,
            points=0.5,
            function="continuous_batching.one_at_a_time",
        ),
        Scenario(
            "max-seq-len",
            "a request that has max_seq_len tokens ends there",
            tier=EDGE,
            points=0.5,
            function="continuous_batching.stops_when_full",
        ),
        Scenario(
            "whole-model",
            "your model answers several questions of the checkpoint that ships word for word",
            tier=EDGE,
            points=1,
            deadline_s=20,
            function="batch_numbers.answers_questions",
        ),
    ),
)

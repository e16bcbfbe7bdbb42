"""Days 6 and 7: generation and sampling. Data only."""

from __future__ import annotations

from grader.course.model import Scenario, Task
from grader.course.week1.names import EDGE, STYLE

T16 = Task(
    "1.6",
    "Generate",
    6,
    "generate.simple_generate",
    needs=(),
    blanks=("generate.simple_generate",),
    checks=(
        Scenario(
            "feeds-whole-sequence",
            "every step feeds the prompt and all tokens so far, and takes the most likely next token",
            points=4,
            function="generation.feeds_whole_sequence",
        ),
        Scenario(
            "stops-at-eos",
            "generation ends when the model answers EOS, at the first token too",
            points=3,
            function="generation.stops_at_eos",
        ),
        Scenario(
            "uses-sampler",
            "with a sampler the next token is the sampler's",
            points=3,
            function="generation.uses_sampler",
        ),
        Scenario(
            "sampler-gets-logprobs",
            "the sampler is given log-probabilities, not logits",
            tier=EDGE,
            points=0.5,
            function="generation.sampler_gets_logprobs",
        ),
        Scenario(
            "half-precision",
            "logits in float16 and bfloat16 work",
            tier=EDGE,
            points=0.5,
            function="generation.half_precision_logits",
        ),
        Scenario(
            "whole-model",
            "your model on the checkpoint that ships answers a question word for word",
            tier=EDGE,
            points=1,
            deadline_s=20,
            needs=("1.5.3",),
            function="whole_model.answers_questions",
        ),
        Scenario(
            "prints-text",
            "the text is printed as it is generated",
            tier=STYLE,
            function="generation.prints_text",
        ),
    ),
)

T17 = Task(
    "1.7",
    "Sampler",
    7,
    "sampler.make_sampler",
    blanks=("sampler.make_sampler",),
    checks=(
        Scenario("greedy", "temp=0 takes the most likely token", points=2, function="sampling.greedy"),
        Scenario(
            "temperature",
            "tokens are drawn from softmax(logprobs / temp)",
            points=2,
            deadline_s=5,
            function="sampling.temperature",
        ),
        Scenario(
            "top-k", "top_k draws from the k most likely tokens", points=2, function="sampling.cuts_top_k"
        ),
        Scenario("top-p", "top_p draws from the nucleus", points=2, function="sampling.cuts_top_p"),
        Scenario(
            "top-p-keeps-one",
            "a tiny top_p leaves the most likely token",
            tier=EDGE,
            points=0.5,
            function="sampling.keeps_one",
        ),
        Scenario(
            "both-cuts",
            "with both, top_p sums what top_k left, normalised again",
            tier=EDGE,
            points=0.5,
            function="sampling.both_cuts",
        ),
        Scenario(
            "rows",
            "every row of a batch is sampled on its own",
            tier=EDGE,
            points=0.5,
            function="sampling.rows",
        ),
        Scenario(
            "inputs-unchanged",
            "the caller's log-probabilities are left as they were",
            tier=EDGE,
            points=0.5,
            function="sampling.leaves_input",
        ),
    ),
)

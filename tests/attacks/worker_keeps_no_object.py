"""Makes the worker answer with a number where the grader asked it to keep an object."""

KINDS = {"1.4.1 norm-values": "protocol", "1.7 greedy": "protocol"}
APPEND = {
    "layer_norm.py": '''
import sys

sys.modules["submission_worker.values"].Objects.keep = lambda self, live: 5


class RMSNorm:
    def __init__(self, dim, weight, eps=1e-5):
        pass
''',
    "sampler.py": '''
import sys

sys.modules["submission_worker.values"].Objects.keep = lambda self, live: "sampler"


def make_sampler(temp, top_p=None, top_k=None):
    return lambda logprobs: 0
''',
}

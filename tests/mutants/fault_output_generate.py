"""Generation prints without end: every check of its task fails, no other task notices."""

FAILS = ["1.6 feeds-whole-sequence", "1.6 stops-at-eos", "1.6 uses-sampler", "1.6 sampler-gets-logprobs", "1.6 half-precision", "1.6 prints-text", "1.6 whole-model"]
APPEND = {
    "generate.py": '''
def simple_generate(model, tokenizer, prompt, sampler=None):
    while True:
        print("and so on " * 1000)
'''
}

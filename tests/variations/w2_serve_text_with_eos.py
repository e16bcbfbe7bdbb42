"""A request keeps a detokenizer of its own, EOS is part of the text, and progress is printed."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
        if int(token) == self.tokenizer.eos_token_id:
            self.is_done = True
        else:
            self.new_tokens.append(int(token))
""",
        """\
        self.is_done = int(token) == self.tokenizer.eos_token_id
        self.new_tokens.append(int(token))
        self.detokenizer.add_token(token)
        print(f"prompt {self.prompt_idx}: {len(self.new_tokens)} tokens, {self.offset} cached", flush=True)
""",
    ),
    (
        "batch.py",
        """\
        self.new_tokens: list[int] = []
""",
        """\
        self.new_tokens: list[int] = []
        self.detokenizer = tokenizer.detokenizer
""",
    ),
    (
        "batch.py",
        """\
        detokenizer = self.tokenizer.detokenizer
        detokenizer.reset()
        segments = []
        for token in self.new_tokens:
            detokenizer.add_token(token)
            segments.append(detokenizer.last_segment)
        detokenizer.finalize()
        return "".join([*segments, detokenizer.last_segment])
""",
        """\
        return self.detokenizer.text
""",
    ),
]

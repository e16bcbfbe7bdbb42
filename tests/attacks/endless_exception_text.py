"""Raises an exception whose text never ends."""

KINDS = {"1.1.1 softmax-values": "timeout"}
APPEND = {
    "basics.py": '''
class Endless(Exception):
    def __str__(self):
        while True:
            try:
                while True:
                    self.args += (len(self.args),) if len(self.args) < 9 else ()
            except BaseException:
                pass


def softmax(x, axis):
    if x.shape == (5,):
        raise Endless
'''
}

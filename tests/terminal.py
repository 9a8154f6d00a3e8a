"""A command at a pseudo-terminal."""

import contextlib
import os
import pty
import select
import subprocess
import sys
import time


class Terminal:
    """`hiprisk` at a pseudo-terminal: type, read, see how it ends."""

    def __init__(self, *argv):
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hiprisk", *argv],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment,
            preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(slave)
        self.text, self._seen = "", 0

    def wait_for(self, words, *, seconds=60.0):
        """Read until words appear after what was read before."""
        until = time.monotonic() + seconds
        while words not in self.text[self._seen :] and time.monotonic() < until:
            if not self._read():
                break
        assert words in self.text[self._seen :], self.text[self._seen :]
        self._seen = self.text.index(words, self._seen) + len(words)

    def type(self, text):
        with contextlib.suppress(OSError):  # the other side may just have closed
            os.write(self._master, text.encode())

    def answer(self, question, text):
        """Wait for a question, then type a line."""
        self.wait_for(question)
        self.type(text + "\n")

    def leave(self, key):
        """Press a key until the process ends: one that comes between prompt and read is lost."""
        for _ in range(30):
            if self._process.poll() is not None:
                break
            self.type(key)
            time.sleep(0.2)
            self._read()
        return self.end()

    def end(self, *, seconds=60.0):
        """Everything to the end, and the exit code."""
        until = time.monotonic() + seconds
        while self._read() and time.monotonic() < until:
            pass
        if self._process.poll() is None and time.monotonic() >= until:
            self._process.kill()
        code = self._process.wait(timeout=60)
        os.close(self._master)
        return code

    def _read(self):
        ready, _, _ = select.select([self._master], [], [], 1.0)
        if not ready:
            return self._process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


def _take_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

"""What all tests share: property tests have no deadline, since what they hold is true on a busy machine too."""

import os
import signal
import tempfile

from hypothesis import settings

# Measurements of tests wait for each other, but not for one that is at work on this machine meanwhile.
os.environ["QUICKWIN_LOCKS"] = tempfile.mkdtemp(prefix="quickwin-tests-")

# Whatever started the suite (nohup, a shell's background) may have had signals ignored, which children inherit.
for _name, _handler in {"SIGHUP": signal.SIG_DFL, "SIGINT": signal.default_int_handler}.items():
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) == signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _handler)

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
